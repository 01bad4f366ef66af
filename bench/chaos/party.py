"""The run itself: callers come, people are on duty, one fault follows another; then what was left, and what was recorded."""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx

from bench.chaos.callers import Customer
from bench.chaos.faults import House
from bench.chaos.judge import Experience, Record, Stretch, judge
from bench.chaos.people import Operator
from bench.chaos.plan import faults, role
from bench.chaos.remains import remains
from bench.chaos.table import Run
from bench.questions import QUESTIONS
from haazir.caller.desk import Desk
from haazir.caller.line import Loss
from haazir.caller.phone import Phone
from haazir.caller.server import Server
from haazir.caller.trial import Trial
from haazir.caller.voices import Voices

EXTENSIONS = ("201", "202", "203", "204")
WELCOME = "this is the service counter, how can I help"
PAUSE_S = (2.0, 5.0)
"""From one fault's end to the next one."""
STAGGER_S = 1.0
RECORDED_S = 60.0
"""Longest wait for the records and recordings after the last call."""


@dataclass(frozen=True, slots=True)
class Plan:
    calls: int
    at_once: int
    seed: int
    faults: Sequence[str]
    """Names of those that may happen."""


@dataclass(slots=True)
class Party:
    trial: Trial
    server: Server
    voices: Voices
    plan: Plan
    _experiences: list[Experience] = field(default_factory=list)
    _stretches: list[Stretch] = field(default_factory=list)
    _loads: list[float] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _over: bool = False
    """No more calls: the fault of this moment is the last."""

    async def run(self) -> Run:
        loss = Loss(seed=self.plan.seed)
        async with self._operators() as operators:
            async with asyncio.TaskGroup() as tasks:
                trouble = tasks.create_task(self._make_trouble(House(self.trial, loss)))
                duties = [tasks.create_task(operator.work()) for operator in operators]
                await self._place_calls(loss)
                self._over = True
                await trouble
                for duty in duties:
                    duty.cancel()
            self._say("all calls are over; looking at what is left, and at the records")
            orphans = await remains(self.trial)
            records = await self._records()
        talks = [talk for operator in operators for talk in operator.talks]
        own = {call.number: records.pop(call.number, []) for call in self._experiences}
        return Run(
            seed=self.plan.seed,
            verdicts=[judge(call, next(iter(own[call.number]), None), talks, self._stretches) for call in self._experiences],
            stretches=self._stretches,
            orphans=orphans,
            strays=sum(map(len, records.values())) + sum(max(0, len(found) - 1) for found in own.values()),
            load=sum(self._loads) / len(self._loads),
        )

    # ── what goes on at the same time ────────────────────────────────────────────────────────────────────────────────
    async def _place_calls(self, loss: Loss) -> None:
        """As many at once as the plan says, one after another at each place."""
        questions = [question.spoken(self.voices) for question in QUESTIONS]
        numbers = iter(range(self.plan.calls))

        async def place(phone: Phone, delay: float) -> None:
            await asyncio.sleep(delay)
            for number in numbers:
                customer = Customer(role(self.plan.seed, number), questions)
                self._note(await customer.call(phone, self.server, loss))

        async with Phone.open() as phone, asyncio.TaskGroup() as places:
            for which in range(self.plan.at_once):
                places.create_task(place(phone, which * STAGGER_S))

    async def _make_trouble(self, house: House) -> None:
        dice = random.Random(f"pauses {self.plan.seed}")
        for fault in faults(self.plan.seed, self.plan.faults):
            await asyncio.sleep(dice.uniform(*PAUSE_S))
            if self._over:
                return
            self._say(f"{fault.name}{f' for {fault.seconds:g} s' if fault.seconds else ''}")
            stretch = await house.suffer(fault)
            self._stretches.append(stretch)
            self._say(f"  mended after {stretch.ended_at - stretch.began_at:.1f} s")

    @contextlib.asynccontextmanager
    async def _operators(self) -> AsyncIterator[list[Operator]]:
        welcome = self.voices.say(WELCOME, "en")
        async with contextlib.AsyncExitStack() as desks:
            found = []
            for extension in EXTENSIONS:
                password = self.trial.settings.secret(f"operator_{extension}")
                desk = await desks.enter_async_context(Desk.open(extension, password, self.server.sip))
                found.append(Operator(desk, welcome, random.Random(f"operator {extension} {self.plan.seed}")))
            yield found

    # ── what came of it ──────────────────────────────────────────────────────────────────────────────────────────────
    def _note(self, call: Experience) -> None:
        self._experiences.append(call)
        self._loads.append(os.getloadavg()[0])
        ended = f", ended by {call.ended_by} ({call.cause})" if call.ended_by != "caller" else ""
        seconds = call.ended_at - call.dialled_at
        self._say(f"call {len(self._experiences)} of {self.plan.calls}: {call.number} {call.nature}, {seconds:.0f} s{ended}")

    async def _records(self) -> dict[str, list[Record]]:
        """By the caller's number, "" for those that have none: closed and with their recordings put together, or not in time."""
        until = time.monotonic() + RECORDED_S
        while True:
            found = await self._listed()
            if time.monotonic() > until or not any(_unsettled(record) for record in found):
                break
            await asyncio.sleep(1.0)
        by_number: dict[str, list[Record]] = {}
        for record in found:
            by_number.setdefault((record["from"] or "")[-10:], []).append(record)
        return by_number

    async def _listed(self) -> list[Record]:
        headers = {"X-Site-Id": self.server.site_id, "X-Api-Key": self.server.api_key}
        async with httpx.AsyncClient(base_url=self.server.api, headers=headers, timeout=20.0, verify=False) as client:
            found, cursor = list[Record](), ""
            while True:
                answer = await client.get("/v1/calls", params={"limit": "100", **({"cursor": cursor} if cursor else {})})
                page = answer.raise_for_status().json()
                found += page["data"]
                if not (cursor := page["next_cursor"]):
                    return found

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)


def _unsettled(record: Record) -> bool:
    recording = record["recording"]
    return not record["ended_at"] or bool(recording and recording["state"] == "pending")
