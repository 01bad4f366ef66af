"""The callers: what each does, and what they tell of it afterwards."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bench.chaos.judge import PATIENCE_S, EndedBy, Experience
from bench.chaos.plan import Role
from core.audio import Pcm
from haazir.caller.line import Line, Loss
from haazir.caller.phone import Phone
from haazir.caller.script import Call, CallOver, CallRefused, NotHeard
from haazir.caller.server import Server

ANSWER_S = 8.0
"""Longest wait for the agent's voice, before the question is asked again."""
WISH = "0#"
"""The key that wants a person."""


@dataclass(slots=True)
class Customer:
    """One call, from dialling to hanging up."""

    role: Role
    questions: Sequence[Pcm]
    _heard_out: list[float] = field(default_factory=list)
    _in_vain: bool = False

    async def call(self, phone: Phone, server: Server, loss: Loss) -> Experience:
        async with phone.call(server.sip, server.number, caller=self.role.phone, line=Line(loss=loss)) as call:
            with contextlib.suppress(CallOver, CallRefused, TimeoutError):
                async with asyncio.timeout(self.role.seconds):
                    await self._live(call)
            with contextlib.suppress(CallOver, CallRefused, NotHeard):
                await call.hang_up()
            return self._tell(call)

    async def _live(self, call: Call) -> None:
        """Until the time is up."""
        await self._answered(call)
        if self.role.nature in ("talks", "wants a person"):
            await self._listen(call)
        if self.role.nature == "wants a person":
            await call.press(WISH)
        if self.role.nature == "talks":
            for number in self.role.questions:
                await self._ask(call, self.questions[number % len(self.questions)])
        await call.over(self.role.seconds)

    async def _answered(self, call: Call) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S + self.role.seconds):
                await call.answered(PATIENCE_S)
        except NotHeard:
            self._in_vain = True
            raise CallOver("nobody answered") from None

    async def _ask(self, call: Call, question: Pcm) -> None:
        """Once more if nobody answers."""
        for _ in range(2):
            await call.say(question)
            if await self._listen(call):
                await call.wait(0.4)
                return

    async def _listen(self, call: Call) -> bool:
        """To a sentence, to its end."""
        try:
            await call.agent_speaks(ANSWER_S)
            await call.agent_quiet(1.0, timeout=20.0)
        except NotHeard:
            return False
        self._heard_out.append(time.time() - 1.0)
        return True

    def _tell(self, call: Call) -> Experience:
        ended_at = call.ended_at or time.time()
        answered = call.answered_at
        sounds = [(segment.start, segment.end) for segment in call.ears.segments] if answered else []
        arrivals = [packet.arrival for packet in call.ears.packets] if answered else []
        marks = [answered or ended_at, *arrivals, ended_at]
        quiet = pairwise([(0.0, answered or ended_at), *sounds, (ended_at, 0.0)])
        return Experience(
            number=self.role.phone,
            nature=self.role.nature,
            dialled_at=call.dialled_at,
            answered_at=answered,
            ended_at=ended_at,
            ended_by=self._ended_by(call),
            cause=f"{call.refused.status} {call.refused.reason}" if call.refused else call.ended_cause,
            heard_out=tuple(self._heard_out),
            sound_s=sum(end - start for start, end in sounds),
            silence_s=max(later[0] - earlier[1] for earlier, later in quiet),
            gap_s=max(later - earlier for earlier, later in pairwise(marks)),
        )

    def _ended_by(self, call: Call) -> EndedBy:
        if self._in_vain:
            return "nobody"
        if call.answered_at is None:
            return "refused" if call.refused and call.refused.status != 487 else "caller"
        return "us" if call.ended_by == "them" else "caller"
