"""The callers of a benchmark: what each says and waits for, all of them at once or one after another."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench.processes import Left, Use, uses
from bench.questions import INTERRUPTION, QUESTIONS
from haazir.call import outcome
from haazir.caller.ears import PAUSE, distances_ms
from haazir.caller.line import Echo, Line
from haazir.caller.measure import Outcome
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call, CallOver, CallRefused, NotHeard
from haazir.caller.server import NoRecord, Server
from haazir.caller.voices import Voices

WARM_UPS = 30
"""Calls before a soak's first look: what grows after them is a leak."""
ANSWER_LIMIT = 15.0
"""Seconds without an answer after which a turn is lost."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What each caller does."""

    calls: int
    turns: int
    soak: int
    barge_in: bool
    echo_db: float | None
    quiet: float
    """Seconds of the agent's silence after which the next question is asked."""
    stagger: float
    """Seconds from one caller's start to the next one's."""


@dataclass(slots=True)
class Harvest:
    """What came of all calls."""

    outcomes: list[Outcome] = field(default_factory=list)
    arrivals: list[npt.NDArray[np.float64]] = field(default_factory=list)
    """Each call's packet distances in milliseconds."""
    failed: list[str] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    """Of our own frames, in seconds: how far to trust the rest."""


@dataclass(slots=True)
class Ground:
    """Looks at the instance: before, at the busiest, after."""

    processes: dict[str, int]
    before: dict[str, Use]
    left_before: Left
    peak_mb: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        for name, use in uses(self.processes).items():
            self.peak_mb[name] = max(self.peak_mb.get(name, 0.0), use.rss_mb)


class Farm:
    """Places the calls of a plan."""

    def __init__(self, server: Server, plan: Plan, voices: Voices) -> None:
        self._server = server
        self._plan = plan
        self._sounds = [(question.name, question.spoken(voices)) for question in QUESTIONS]
        self._interruption = INTERRUPTION.spoken(voices)
        self.harvest = Harvest()

    async def warm_up(self) -> None:
        """A call that does not count, so that caches and pools are as they are in a day's work; before a soak, some by each
        of its callers at once."""
        async with Phone.open() as phone, asyncio.TaskGroup() as tasks:
            for number in range(self._plan.calls if self._plan.soak else 1):
                tasks.create_task(self._caller(phone, number, WARM_UPS if self._plan.soak else 1))
        self.harvest = Harvest()

    async def run(self, ground: Ground) -> None:
        """All calls of the plan at once; with --soak each caller calls again and again."""
        async with Phone.open() as phone:
            watching = asyncio.create_task(_watch(ground))
            async with asyncio.TaskGroup() as tasks:
                for number in range(self._plan.calls):
                    tasks.create_task(self._caller(phone, number, self._plan.soak or self._plan.calls))
            watching.cancel()

    async def _caller(self, phone: Phone, number: int, calls: int) -> None:
        """Its share of `calls` calls, one after another."""
        await asyncio.sleep(number * self._plan.stagger)
        for call in range(number, calls, self._plan.calls):
            await self._one(phone, call)

    async def _one(self, phone: Phone, number: int) -> None:
        caller, problems = new_caller(), []
        line = Line(echo=Echo(self._plan.echo_db) if self._plan.echo_db is not None else None)
        try:
            async with phone.call(self._server.sip, self._server.number, caller=caller, line=line) as call:
                await call.answered()
                try:
                    await self._converse(call, number)
                except (NotHeard, CallOver) as problem:
                    problems.append(f"call {number}: {problem}")
                await call.hang_up()
            record = await self._server.record(caller, call.dialled_at)
        except (CallRefused, NotHeard, CallOver, NoRecord) as failure:
            self.harvest.failed.append(f"call {number}: {failure}")
            return
        self.harvest.outcomes.append(outcome(call, caller, record, problems))
        self.harvest.arrivals.append(distances_ms(call.ears.packets))
        self.harvest.lateness += call.media.lateness

    async def _converse(self, call: Call, number: int) -> None:
        await call.agent_speaks(since=call.answered_at)
        await call.agent_quiet(self._plan.quiet)
        for turn in range(self._plan.turns):
            name, sound = self._sounds[(number * 3 + turn) % len(self._sounds)]
            await call.wait(0.05 * ((number * 7 + turn * 3) % 10))  # callers don't ask in step
            await call.say(sound, name)
            try:
                if not _speaks(call):  # it may have begun in a pause of ours: then that is its answer
                    await call.agent_speaks(ANSWER_LIMIT)
            except NotHeard:
                continue  # a lost turn: the figures count it
            if self._plan.barge_in:
                await call.wait(0.8)
                await call.say(self._interruption, "interruption")
                with contextlib.suppress(NotHeard):
                    await call.agent_speaks(ANSWER_LIMIT)
            await call.agent_quiet(self._plan.quiet, timeout=60.0)


def _speaks(call: Call) -> bool:
    return call.ears.last_sound is not None and time.time() - call.ears.last_sound < PAUSE


async def _watch(ground: Ground) -> None:
    while True:
        await asyncio.to_thread(ground.look)  # 20 ms of reading /proc
        await asyncio.sleep(5.0)
