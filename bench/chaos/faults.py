"""Doing the faults: each begins, lasts, and is over when everything says that it is ready again."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.chaos.judge import Stretch
from bench.chaos.plan import Fault, Kind
from haazir import instance
from haazir.caller.line import Loss
from haazir.caller.trial import Trial

LOST = 0.2
"""Share of the packets of all callers, both ways, in a "loss"."""
SLOW_S, AWAKE_S = 0.4, 0.1
"""A slow brain stands still so long, and thinks so long, in turns."""
MENDED_S = 120.0
"""Longest wait for everything to be ready again; on a busy machine the gateway takes 25 s to start."""


@dataclass(frozen=True, slots=True)
class House:
    """What faults are done to."""

    trial: Trial
    loss: Loss
    """Of all callers' lines."""

    async def suffer(self, fault: Fault) -> Stretch:
        """To its end, and until it is mended; TimeoutError: it is not."""
        began_at = time.time()
        await self._deeds[fault.kind](fault)
        await _until(lambda: self.trial.status().ready)
        return Stretch(fault.name, began_at, time.time())

    @property
    def _deeds(self) -> dict[Kind, Callable[[Fault], Awaitable[None]]]:
        return {
            "kill": self._kill,
            "stop": self._stop,
            "loss": self._lose,
            "full disk": self._fill,
            "database away": self._stop_database,
            "slow brain": self._slow_down,
        }

    async def _kill(self, fault: Fault) -> None:
        pid = self._pid(fault.target)
        os.kill(pid, signal.SIGKILL)
        await _until(lambda: self._pids().get(fault.target, pid) != pid)  # the supervisor has seen it

    async def _stop(self, fault: Fault) -> None:
        with standing_still(self._pid(fault.target)):
            await asyncio.sleep(fault.seconds)

    async def _stop_database(self, fault: Fault) -> None:
        with standing_still(self._pid("postgres")):
            await asyncio.sleep(fault.seconds)

    async def _slow_down(self, fault: Fault) -> None:
        until = time.monotonic() + fault.seconds
        while time.monotonic() < until:
            with standing_still(self._pid("brain")):
                await asyncio.sleep(SLOW_S)
            await asyncio.sleep(AWAKE_S)

    async def _lose(self, fault: Fault) -> None:
        self.loss.share = LOST
        await asyncio.sleep(fault.seconds)
        self.loss.share = 0.0

    async def _fill(self, fault: Fault) -> None:
        ballast = self.trial.settings.home / "ballast"
        try:
            await asyncio.to_thread(fill, ballast)
            await asyncio.sleep(fault.seconds)
        finally:
            ballast.unlink()

    def _pid(self, process: str) -> int:
        return self._pids()[process]

    def _pids(self) -> dict[str, int]:
        state = instance.read_state(self.trial.settings)
        assert state is not None, "the house runs"
        return state.processes


async def _until(happened: Callable[[], bool]) -> None:
    """TimeoutError after MENDED_S."""
    async with asyncio.timeout(MENDED_S):
        while True:
            if await asyncio.to_thread(happened):
                return
            await asyncio.sleep(0.1)


@contextlib.contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """SIGSTOP, for it and all it has started, until the end of the block."""
    family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        yield
    finally:
        for process in reversed(family):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def fill(ballast: Path) -> None:
    """Until not a byte is left on its disk."""
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 4096):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
