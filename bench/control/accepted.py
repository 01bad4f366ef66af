"""An operator presses 1: since when do caller and operator hear each other? In the whole system, agent and summary included.

caller   ──tone A──>   the operator's phone hears A
operator ──tone B──>   the caller hears B                both counted from the key's end, and from its beginning
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from bench.control.ground import Ground, number_of
from bench.control.rows import Row
from bench.figures import spread
from haazir.caller.desk import Desk
from haazir.caller.line import Line
from haazir.caller.phone import Phone
from haazir.caller.script import Call, CallOver, CallRefused, NotHeard
from haazir.caller.tone import Tone
from haazir.caller.wav import RATE

CALLER, OPERATOR = 650, 1150
SUMMARY_S = 0.5
"""An operator listens to so much of it, and has understood."""
TALK_S = 0.5


@dataclass(frozen=True, slots=True)
class Joining:
    """One transfer. Moments are time.time()."""

    key_began: float
    key_ended: float
    operator_heard: float
    caller_heard: float

    @property
    def both(self) -> float:
        return max(self.operator_heard, self.caller_heard)


async def measure(ground: Ground, transfers: int) -> list[Row]:
    found: list[Joining] = []
    failed: list[str] = []
    async with ground.desks() as desks, Phone.open() as phone, asyncio.TaskGroup() as tasks:
        left = iter(range(transfers))
        for desk in desks:
            tasks.create_task(_work(phone, ground.sip, desk, left, found, failed))
    return _rows(found, failed)


async def _work(phone: Phone, sip: str, desk: Desk, left: Iterator[int], found: list[Joining], failed: list[str]) -> None:
    """One after the other, as long as some are left: an operator has one phone."""
    for _ in left:
        try:
            found.append(await _transfer(phone, sip, desk))
        except (CallRefused, CallOver, NotHeard) as failure:
            failed.append(str(failure))


async def _transfer(phone: Phone, sip: str, desk: Desk) -> Joining:
    async with phone.call(sip, number_of(desk.extension)) as call:
        await call.answered()
        await call.agent_speaks(since=call.answered_at)
        await call.agent_quiet(0.5)
        await call.press("0#")
        await desk.rings()
        operator = desk.answer(Line(noise=Tone(OPERATOR)))
        call.start_saying(Tone(CALLER).next(RATE * 20))
        await operator.agent_has_spoken_for(SUMMARY_S)
        (key,) = await operator.press("1")
        await operator.wait(TALK_S)
        await operator.hang_up()
        await call.over(5.0)
    assert key.onset is not None and key.end is not None, "pressed to the end"
    return Joining(key.onset, key.end, _heard(operator, CALLER, key.onset), _heard(call, OPERATOR, key.onset))


def _heard(by: Call, hz: int, since: float) -> float:
    if (moment := by.ears.first_of(Tone(hz).is_in, since)) is None:
        raise NotHeard("joined, and nothing heard of each other")
    return moment


def _rows(found: list[Joining], failed: list[str]) -> list[Row]:
    rows = [Row("transfers that failed", "", len(failed), 0, 0, "; ".join(failed[:3]))]
    for name, waits in (
        ("accept key's end -> both hear each other", [joining.both - joining.key_ended for joining in found]),
        ("… from the key's beginning (100 ms long)", [joining.both - joining.key_began for joining in found]),
    ):
        if (each := spread(waits)) is not None:
            how = f"{len(found)} transfers, p50 {each.p50:.0f}, max {each.max:.0f}"
            rows.append(Row(name, "ms, p95", each.p95, 300, 100, how))
    return rows
