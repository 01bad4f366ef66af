"""Machine A's own users: they come at their own rate, whatever the answers take (an open loop), so that waiting shows.

python -m tests.standins.machine_a.users PORT PER_SECOND      a line of JSON for each second: [[at, seconds], …]
"""

import asyncio
import contextlib
import json
import random
import sys
import time

import aiohttp

QUESTIONS = (
    "how do parcels travel to Ladakh", "what does gift wrapping cost", "when is mango season", "how does the loyalty club work",
    "where is a spare key cut", "how long does curtain stitching take", "where is item 12 kept", "which shelf has item 77",
)  # fmt: skip


class Users:
    """`took`: (when asked, seconds) of each request, failed ones with infinity."""

    def __init__(self, port: int, per_second: float, seed: int = 1) -> None:
        self._url = f"http://127.0.0.1:{port}/chat"
        self._per_second = per_second
        self._chance = random.Random(seed)
        self.took: list[tuple[float, float]] = []

    async def run(self) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(headers={"X-Own-User": "1"}) as http, asyncio.TaskGroup() as asking:
            due = time.monotonic()
            while True:
                due += self._chance.expovariate(self._per_second)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                asking.create_task(self._ask(http, due))

    async def _ask(self, http: aiohttp.ClientSession, due: float) -> None:
        """Timed from when it was due: a user who had to wait to be sent has waited, too."""
        try:
            async with http.post(self._url, json={"question": self._chance.choice(QUESTIONS)}) as response:
                await response.read()
                self.took.append((time.time(), time.monotonic() - due if response.status == 200 else float("inf")))
        except aiohttp.ClientError:
            self.took.append((time.time(), float("inf")))


async def _print(port: int, per_second: float) -> None:
    users = Users(port, per_second)
    running = asyncio.create_task(users.run())
    try:
        while not running.done():
            await asyncio.sleep(1)
            took, users.took = users.took, []
            print(json.dumps(took), flush=True)
    finally:
        running.cancel()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(_print(int(sys.argv[1]), float(sys.argv[2])))
