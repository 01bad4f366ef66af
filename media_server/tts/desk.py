"""One engine at work: its thread, the jobs in it, and one step after another while there are any.

put(job) · drop(job) ──at the next step boundary──> engine.begin · engine.cancel
                          engine.step in the thread ──> `ended(job, failure)` in the event loop, then `between()`
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import Literal

from prometheus_client import Gauge, Histogram

from media_server.tts.engine import Ended, EngineError, EngineLost, Job, NoMemory, SlotEngine
from media_server.tts.voices import gender

log = logging.getLogger(__name__)

AGAIN_S = 30.0
"""After an engine could not be loaded; a neighbour may have had the memory."""

AFRESH_S = 5.0
"""An engine that has done nothing for so long is tried whatever it expects: only work can tell that it is quick again."""

LOST_S = 30.0
"""A step that takes longer never comes back (a CUDA kernel that hangs): only another process has its engine again."""
LOOKS = 30
"""As many times meanwhile it is looked after. Time is counted so: a machine that slept, or a process that was stopped, has waited
for nothing."""
STUCK_LOOKS = 5
"""After so many /readyz tells it."""

_BUCKETS = (0.001, 0.002, 0.003, 0.005, 0.008, 0.0116, 0.02, 0.05, 0.2, 1)
STEP = Histogram("haazir_tts_step_seconds", "One unit of an engine's work", ["engine"], buckets=_BUCKETS)
BUSY = Gauge("haazir_tts_jobs", "Clauses inside an engine", ["engine"])


class Absent:
    """In the place of an engine that is not loaded: it never has room, and nothing can be expected of it."""

    revision = ""
    english: Literal["latin", "devanagari"] = "latin"
    free = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def rate(self, wanted: int) -> int:
        return wanted

    def gender(self, voice: str) -> Literal["female", "male"]:
        return gender(self.name, voice)

    def first_sound_s(self, ahead: int) -> float:
        return float("inf")

    def begin(self, job: Job) -> None:
        raise EngineError(f"{self.name} is not loaded")

    def cancel(self, job: Job) -> None:
        pass

    def step(self, in_hand: Mapping[Job, float]) -> list[Ended]:
        return []


class Desk:
    """`thread` has one thread, where the engine lives, and is loaded by `load` if it needs time. All methods are called in the
    event loop."""

    def __init__(
        self,
        name: str,
        thread: Executor,
        load: Callable[[], SlotEngine],
        *,
        revision: str = "",
        afresh_s: float = AFRESH_S,
        lost_s: float = LOST_S,
    ) -> None:
        """`revision`: what the engine's will be, as far as that can be told before it is loaded."""
        self.engine: SlotEngine = Absent(name)
        self.tried = asyncio.Event()
        """It has been loaded, or could not be."""
        self.able = asyncio.Event()
        """It has been loaded."""
        self._thread = thread
        self._load = load
        self._revision = revision
        self._begun: dict[Job, None] = {}
        self._new: list[Job] = []
        self._dropped: list[Job] = []
        self._free = 0
        self._wanted = asyncio.Event()
        self._stepping_since: float | None = None
        self._stepped_at = 0.0
        self._afresh_s = afresh_s
        self._look_s = lost_s / LOOKS
        self._looks = 0
        """How often the same step has been seen again."""
        self._step_s = STEP.labels(name)
        self._busy = BUSY.labels(name)

    @property
    def free(self) -> int:
        """How many more jobs it takes now."""
        return self._free - len(self._new)

    @property
    def revision(self) -> str:
        """Which model its engine has, or will have."""
        return self._revision if isinstance(self.engine, Absent) else self.engine.revision

    @property
    def failed(self) -> bool:
        """It could not be loaded, so far."""
        return self.tried.is_set() and not self.able.is_set()

    @property
    def missing(self) -> str | None:
        """Why it does not speak, for /readyz. What could not be loaded is none of it: another engine speaks in its place."""
        if not self.tried.is_set():
            return f"{self.engine.name} is being loaded"
        return self._stuck() if self._looks >= STUCK_LOOKS else None

    def first_sound_s(self, ahead: int) -> float:
        """Expected time to the first sound of a job, if `ahead` others that are not put yet come before it.

        A step that has not come back for long is a reason to expect nothing soon.
        """
        now = asyncio.get_running_loop().time()
        idle = not (self._begun or self._new or isinstance(self.engine, Absent))
        if idle and now - self._stepped_at > self._afresh_s:
            return 0.0
        stuck = now - self._stepping_since if self._stepping_since is not None else 0.0
        return self.engine.first_sound_s(ahead + len(self._new)) + stuck

    def put(self, job: Job) -> None:
        """Have it said. Only while something is free."""
        self._new.append(job)
        self._wanted.set()

    def drop(self, job: Job) -> None:
        """Nobody wants it any more; `ended` is not told. One that has ended is no harm."""
        job.wanted = False
        if job in self._new:
            self._new.remove(job)
        else:
            self._dropped.append(job)

    async def run(self, in_hand: Callable[[Job], float], ended: Callable[[Ended], None], between: Callable[[], None]) -> None:
        """Work, for ever. `in_hand` is what SlotEngine.step asks for; `between` is called at every step boundary.

        EngineError if the engine cannot start, EngineLost if it can't go on.
        """
        loop = asyncio.get_running_loop()
        await self._loaded()
        while True:
            self._cancel()
            between()
            self._begin()
            if not self._begun:
                self._wanted.clear()
                await self._wanted.wait()
                continue
            hands = {job: in_hand(job) for job in self._begun}
            self._stepping_since = began = loop.time()
            told = await loop.run_in_executor(self._thread, self.engine.step, hands)
            self._stepping_since, self._stepped_at = None, loop.time()
            self._step_s.observe(self._stepped_at - began)
            self._forget(one.job for one in told)
            for one in told:
                if one.job.wanted:
                    ended(one)

    async def watch(self) -> None:
        """Look after the step that is being made, for ever. EngineLost if it does not come back."""
        seen = None
        while self._looks < LOOKS:
            await asyncio.sleep(self._look_s)
            self._looks = self._looks + 1 if seen is not None and seen == self._stepping_since else 0
            seen = self._stepping_since
        raise EngineLost(self._stuck())

    def _stuck(self) -> str:
        return f"{self.engine.name} has not come back from a step for {self._looks * self._look_s:.0f} s"

    async def _loaded(self) -> None:
        """Load the engine. EngineError if that is of no use; while it has no memory, it is tried again and others speak."""
        while isinstance(self.engine, Absent):
            try:
                self.engine = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)
            except NoMemory as error:
                self.tried.set()
                log.error("! no memory for the engine", extra={"engine": self.engine.name, "detail": str(error)})
                await asyncio.sleep(AGAIN_S)
            except EngineError:
                self.tried.set()
                raise
        self.tried.set()
        self.able.set()
        self._stepped_at = asyncio.get_running_loop().time()
        log.info("= engine ready", extra={"engine": self.engine.name})

    def _cancel(self) -> None:
        """At a step boundary: take from the engine what is not wanted."""
        for job in self._dropped:
            if job in self._begun:
                self.engine.cancel(job)
        self._forget(self._dropped)
        self._dropped = []
        self._free = self.engine.free

    def _begin(self) -> None:
        """Give it what is new."""
        new, self._new = self._new, []
        for job in new:
            self.engine.begin(job)
            self._begun[job] = None
        self._free = self.engine.free
        self._busy.set(len(self._begun))

    def _forget(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._begun.pop(job, None)
