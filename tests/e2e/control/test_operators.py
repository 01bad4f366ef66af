"""Operators who have a caller: supervisors, attended transfers to a colleague and to the agent, and what is kept of it all."""

import asyncio
import time
from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.script import Call
from tests.e2e.control.test_transfer import handing_over, ordered, told, wish
from tests.e2e.house import House, Talk, house, talk
from tests.e2e.phones import OperatorPhone

__all__ = ["house", "talk"]

Operators = Mapping[str, OperatorPhone]

TONES = {"caller": 500, "operator": 900, "supervisor": 1400}
"""Hertz: who it is."""
HEARD_BY = {
    "listen": {"caller": {"operator"}, "operator": {"caller"}, "supervisor": {"caller", "operator"}},
    "whisper": {"caller": {"operator"}, "operator": {"caller", "supervisor"}, "supervisor": {"caller", "operator"}},
    "barge": {"caller": {"operator", "supervisor"}, "operator": {"caller", "supervisor"}, "supervisor": {"caller", "operator"}},
}


@pytest.fixture(autouse=True)
def hooks(operators: Operators) -> Iterator[None]:
    """Every test begins and ends with phones on their hooks."""

    async def free() -> None:
        for phone in operators.values():
            await phone.free()

    asyncio.run(free())
    yield
    asyncio.run(free())


def tone(who: str, seconds: float = 1.5) -> Pcm:
    at = np.arange(round(seconds * wav.RATE)) / wav.RATE
    return (4000 * np.sin(2 * np.pi * TONES[who] * at)).astype(np.int16)


def heard_in(sound: Pcm) -> set[str]:
    """Whose tone is within 20 dB of the loudest there."""
    spectrum = np.abs(np.fft.rfft(sound.astype(np.float64) * np.hanning(sound.size)))
    hertz = np.fft.rfftfreq(sound.size, 1 / wav.RATE)
    peak = {who: spectrum[np.abs(hertz - pitch) < 20].max() for who, pitch in TONES.items()}
    return {who for who, level in peak.items() if level > 0.1 * spectrum.max()}


async def accepted(call: Call, operator: OperatorPhone) -> None:
    await wish(call)
    await told(operator)
    await operator.press("1")
    await call.wait(0.3)


def test_a_supervisor_listens_whispers_to_the_operator_or_talks_to_both(house: House, operators: Operators) -> None:
    operator, supervisor = operators["201"], operators["202"]
    heard: dict[str, dict[str, Pcm]] = {}

    async def all_speak(call: Call) -> dict[str, Pcm]:
        since = time.time() + 0.5
        await asyncio.gather(call.say(tone("caller")), operator.speak(tone("operator")), supervisor.speak(tone("supervisor")))
        return {
            "caller": call.ears.between(since, since + 0.8),
            "operator": operator.heard(since)[: wav.RATE * 8 // 10],
            "supervisor": supervisor.heard(since)[: wav.RATE * 8 // 10],
        }

    async def script(call: Call) -> None:
        await accepted(call, operator)
        for mode in HEARD_BY:
            assert await ordered(house, "monitor", extension="202", mode=mode) == 200
            await supervisor.answer()
            await call.wait(0.3)
            heard[mode] = await all_speak(call)
            await supervisor.hang_up()
        await operator.hang_up()
        await call.over(5.0)

    asyncio.run(house.played(handing_over(house, ["202"], operators=["201"]), script))
    assert {mode: {who: heard_in(sound) for who, sound in by.items()} for mode, by in heard.items()} == HEARD_BY


def test_an_operator_talks_to_the_agent_and_hands_the_caller_over_to_it(house: House, operators: Operators, talk: Talk) -> None:
    """Attended: the caller is with the agent of their own call again, the operator's consultation is a call of its own."""
    operator = operators["201"]

    async def script(call: Call) -> None:
        await accepted(call, operator)
        since = time.time()
        asking = asyncio.create_task(operator.consult("1000"))
        await asking
        await operator.quiet(1.0, since + 0.5)
        back = time.time()
        await operator.transfer_to_consulted()
        await call.agent_speaks(10.0, since=back)
        await call.agent_quiet(1.5)
        await call.press("0#")
        await call.agent_speaks(12.0)
        await told(operator)
        await operator.press("1")
        await call.wait(0.3)
        await talk.between(call, operator)
        await operator.hang_up()
        await call.over(5.0)

    record = asyncio.run(house.played(handing_over(house, operators=["201"]), script))
    assert talk.was_heard(), talk.likeness()
    assert [person["person"] for person in record["people"]] == ["201", "201"]
