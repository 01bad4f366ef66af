"""kill -9 of ari-app in the middle of calls: when do they obey again, and what did their callers hear meanwhile?

Obeying is: the agent is ordered to say something (core.orders.SayInCall), and the order is done.
"""

import asyncio
import os
import secrets
import signal
import time
from contextlib import AsyncExitStack

from bench.control.gaps import Hole, hole
from bench.control.ground import HOUSE_ID, HOUSE_NUMBER, Ground
from bench.control.rows import Row
from core.ids import CallId
from core.orders import Done, SayInCall
from haazir.caller.phone import Phone, new_caller

UNDISTURBED_S = 6.0
"""Before the kill, for comparison."""
AGAIN_S = 0.02
CONTROL_S = 30.0
AFTER_S = 1.0
"""What taking a call up again does to its sound would be heard within that."""


async def measure(ground: Ground, calls: int) -> list[Row]:
    async with Phone.open() as phone, AsyncExitStack() as hung_up:
        running = {}
        for number in (new_caller() for _ in range(calls)):
            dialled = phone.call(ground.sip, HOUSE_NUMBER, caller=number)
            running[number] = await hung_up.enter_async_context(dialled)
            await running[number].answered()
        await asyncio.sleep(UNDISTURBED_S)
        channels = await asyncio.to_thread(ground.channels)
        pid = (await asyncio.to_thread(ground.trial.status)).processes["ari-app"]
        broken_at = time.time()
        os.kill(pid, signal.SIGKILL)
        obeyed = await asyncio.gather(*(_obeys(ground, channels[number]) for number in running))
        await asyncio.sleep(AFTER_S)
        holes = [
            hole(call.ears.packets, broken_at, mended_at + AFTER_S)
            for call, mended_at in zip(running.values(), obeyed, strict=True)
        ]
    return _rows([moment - broken_at for moment in obeyed], holes)


async def _obeys(ground: Ground, call: CallId) -> float:
    """When it did; time.time()."""
    order = SayInCall(order_id=secrets.token_hex(8), call_id=call, site_id=HOUSE_ID, text="I am still here.")
    async with asyncio.timeout(CONTROL_S):
        while not isinstance(await ground.ordered(order), Done):  # noqa: ASYNC110  (another process: nobody tells us)
            await asyncio.sleep(AGAIN_S)
    return time.time()


def _rows(waits: list[float], holes: list[Hole]) -> list[Row]:
    before, during = (max(one.before.longest for one in holes) * 1000, max(one.during.longest for one in holes) * 1000)
    lost = sum(one.during.missing for one in holes)
    return [
        Row("ari-app kill -9 -> under control again", "s, max", max(waits), 5, 2, f"{len(waits)} calls, first {min(waits):.2f}"),
        Row(
            "… gap of the caller's sound", "ms, max", max(one.seconds for one in holes) * 1000, 0, 0,
            f"longest pause {during:.0f} (undisturbed {before:.0f}), {lost} packets missing",
        ),
    ]  # fmt: skip
