"""Operators on duty: they take a call or decline it, hear who it is, accept, talk, and hang up or let the caller do it."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field

from bench.chaos.judge import Talk
from core.audio import Pcm
from haazir.caller.script import NotHeard
from tests.e2e.baresip import PhoneFailed
from tests.e2e.phones import OperatorPhone, PhoneCall

DECLINED = 0.15
ENDED = 0.5
"""Share of the talks that the operator ends."""
ACCEPT = "1"
ASKED_FOR_S = 1.5
"""From key to key: the summary begins so late after the answer at most, and wants one."""


@dataclass(slots=True)
class Operator:
    phone: OperatorPhone
    welcome: Pcm
    dice: random.Random
    _hung_up: set[str] = field(default_factory=set)
    """Ids of calls that this operator has ended."""

    async def work(self) -> None:
        """For ever. What fails because the caller is gone by then fails."""
        while True:
            with contextlib.suppress(NotHeard):
                call = await self.phone.rings(3600.0)
                with contextlib.suppress(NotHeard, PhoneFailed):
                    await self._serve(call)

    @property
    def talks(self) -> list[Talk]:
        return [
            Talk(call.number, call.at["up"], call.at["over"], call.id in self._hung_up)
            for call in self.phone.calls
            if "up" in call.at and "over" in call.at
        ]

    async def _serve(self, call: PhoneCall) -> None:
        await asyncio.sleep(self.dice.uniform(0.3, 2.0))
        if self.dice.random() < DECLINED:
            await self.phone.decline()
            return
        await self.phone.answer()
        try:
            for _ in range(2):
                await asyncio.sleep(ASKED_FOR_S)
                await self.phone.press(ACCEPT)
            await self.phone.speak(self.welcome)
            with contextlib.suppress(NotHeard):  # the caller stays
                await self.phone.over(call, self.dice.uniform(1.0, 5.0) if self.dice.random() < ENDED else 30.0)
        finally:
            if call.state != "over":
                self._hung_up.add(call.id)
                await self.phone.hang_up()
