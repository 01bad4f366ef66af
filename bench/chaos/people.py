"""Operators on duty: they take a call or decline it, hear who it is, accept, talk, and hang up or let the caller do it."""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field

from bench.chaos.judge import Talk
from core.audio import Pcm
from haazir.caller.desk import Desk
from haazir.caller.dialog import Phase
from haazir.caller.incoming import Incoming
from haazir.caller.script import Call, CallOver, NotHeard

DECLINED = 0.15
ENDED = 0.5
"""Share of the talks that the operator ends…"""
STAYS_S = 30.0
"""…and so long they wait for a caller who does…"""
AGAIN_S = 4.0
"""…with another sentence every so often."""
ACCEPT = "1"
KEYS, ASKED_FOR_S = 2, 1.5
"""So often it is pressed, at this distance: the summary begins a moment after the answer at most, and wants one."""


@dataclass(slots=True)
class Operator:
    desk: Desk
    welcome: Pcm
    dice: random.Random
    talks: list[Talk] = field(default_factory=list)

    async def work(self) -> None:
        """For ever. What is begun for a caller who is gone by then fails."""
        while True:
            with contextlib.suppress(NotHeard, CallOver):
                await self.desk.rings(3600.0)
                await asyncio.sleep(self.dice.uniform(0.3, 2.0))
                rung = await self.desk.rings(0.0)  # still, or somebody else by now
                if self.dice.random() < DECLINED:
                    self.desk.decline()
                else:
                    await self._take(rung)

    async def _take(self, rung: Incoming) -> None:
        began_at, call = time.time(), self.desk.answer()
        try:
            await self._talk(call)
        finally:
            if call.dialog.phase is not Phase.OVER:
                await call.hang_up()
            self.talks.append(Talk(rung.number, began_at, call.ended_at or time.time(), call.ended_by == "us"))

    async def _talk(self, call: Call) -> None:
        for _ in range(KEYS):
            await call.wait(ASKED_FOR_S)
            await call.press(ACCEPT)
        until = time.time() + (self.dice.uniform(3.0, 8.0) if self.dice.random() < ENDED else STAYS_S)
        while call.dialog.phase is not Phase.OVER and time.time() < until:
            await call.say(self.welcome)
            with contextlib.suppress(NotHeard):  # the caller stays, and is not to wonder whether we do
                await call.over(AGAIN_S)
