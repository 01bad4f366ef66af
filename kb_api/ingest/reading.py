"""The worker's side of the reader: started when the first document comes, ended when none has come for a while.

async with Reading(settings) as reading:
    outcome = await reading.read(path, out, name=…, media_type=…, title=…)

Two lanes: what takes longer than QUICK_CPU_S begins again in the slow lane, with all the time that a document may take, and the
others' documents pass it meanwhile.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from core.environment import bare
from core.settings import Settings
from kb_api.ingest import refused
from kb_api.ingest.reader import Job, Outcome

IDLE_S = 60.0
"""The reader's 150 MB are given back after so long without a document."""
JOBS_LIMIT = 500
"""Then a new one: whatever the parsers leak goes with the old."""
_START_S = 60.0
QUICK_CPU_S = 10
"""A book of 500 pages takes 5. What needs more is rare, and one at a time gets it."""
SLOW_NICENESS = 10


class ReaderGone(RuntimeError):
    """Not a document's fault: those end a child of it. The step is tried again."""


class Reading:
    def __init__(self, settings: Settings) -> None:
        limit = settings.knowledge.read_cpu_s
        self._quick = _Lane(settings, min(QUICK_CPU_S, limit), niceness=0)
        self._slow = _Lane(settings, limit, niceness=SLOW_NICENESS) if limit > QUICK_CPU_S else None
        self.slow = 0
        """Documents in the slow lane, or waiting for it."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._end()

    async def _end(self) -> None:
        for lane in (self._quick, self._slow):
            if lane is not None:
                await lane.end()

    async def read(self, path: Path, out: Path, *, name: str, media_type: str, title: str) -> Outcome:
        """In each lane one document at a time. What kills the child that reads it is refused, too. ReaderGone."""
        outcome = await self._quick.read(path, out, name=name, media_type=media_type, title=title)
        if not outcome.out_of_time or self._slow is None:
            return outcome
        self.slow += 1
        try:
            return await self._slow.read(path, out, name=name, media_type=media_type, title=title)
        finally:
            self.slow -= 1


class _Lane:
    """One reader, and the documents that wait for it."""

    def __init__(self, settings: Settings, cpu_s: int, *, niceness: int) -> None:
        self._cpu_s = cpu_s
        self._niceness = niceness
        self._memory_mb = settings.knowledge.read_memory_mb
        # Nothing of ours: what opens strangers' files need not know any secret.
        self._environment = bare() | {"HOME": str(settings.run_dir), "PYTHONUNBUFFERED": "1"}
        self._process: asyncio.subprocess.Process | None = None
        self._one = asyncio.Lock()
        self._jobs = 0
        self._ending: asyncio.TimerHandle | None = None

    async def read(self, path: Path, out: Path, *, name: str, media_type: str, title: str) -> Outcome:
        job = Job(
            path=str(path), out=str(out), name=name, media_type=media_type, title=title,
            cpu_s=self._cpu_s, memory_mb=self._memory_mb, niceness=self._niceness,
        )  # fmt: skip
        async with self._one:
            if self._ending is not None:
                self._ending.cancel()
            try:
                async with asyncio.timeout(self._cpu_s * 4 + _START_S):
                    outcome = await self._ask(job)
            except BaseException as error:  # cancelled, too: the answer must not be taken for the next one's
                await self.end()
                if isinstance(error, TimeoutError):
                    return Outcome(refused=refused.TOO_COSTLY, out_of_time=True)
                raise
            self._jobs += 1
            if self._jobs >= JOBS_LIMIT:
                await self.end()
            self._ending = asyncio.get_running_loop().call_later(IDLE_S, self._kill)
        return outcome

    async def _ask(self, job: Job) -> Outcome:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "kb_api.ingest.reader",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                env=self._environment,
                start_new_session=True,  # so that its children can be ended with it
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(msgspec.json.encode(job) + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise ReaderGone("the program that opens documents ended by itself: its last words are in our log")
        return msgspec.json.decode(line, type=Outcome)

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._kill()
        if self._process is not None:
            await self._process.wait()
        self._process, self._jobs = None, 0
