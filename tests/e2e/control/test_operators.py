"""Operators who have a caller: supervisors, attended transfers to a colleague and to the agent, and what is kept of it all."""

import asyncio
import time
from pathlib import Path

import numpy as np

from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller
from tests.e2e.handing import Operators, handing_over, hooks, ordered, told, wish
from tests.e2e.hearing import SAME, likeness
from tests.e2e.house import House, Talk, house, talk
from tests.e2e.phones import OperatorPhone

__all__ = ["hooks", "house", "talk"]

TONES = {"caller": 500, "operator": 900, "supervisor": 1400}
"""Hertz: who it is."""
SENTENCES = {"first": "hello, I am the technician", "between them": "he is really angry today, be careful"}
HEARD_BY = {
    "listen": {"caller": {"operator"}, "operator": {"caller"}, "supervisor": {"caller", "operator"}},
    "whisper": {"caller": {"operator"}, "operator": {"caller", "supervisor"}, "supervisor": {"caller", "operator"}},
    "barge": {"caller": {"operator", "supervisor"}, "operator": {"caller", "supervisor"}, "supervisor": {"caller", "operator"}},
}


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


def test_what_is_said_after_an_attended_transfer_is_recorded_and_what_operators_say_to_each_other_is_not(
    house: House, operators: Operators, talk: Talk, caller: Caller, tmp_path: Path
) -> None:
    one, two = operators["201"], operators["202"]
    words = {who: caller.say(text, "en") for who, text in SENTENCES.items()}

    async def script(call: Call) -> None:
        await accepted(call, one)
        await one.speak(words["first"])
        asking = asyncio.create_task(one.consult("202"))
        await two.answer()
        await asking
        await two.speak(words["between them"])
        await one.transfer_to_consulted()
        await call.wait(0.5)
        await talk.between(call, two)
        await two.hang_up()
        await call.over(5.0)

    record = asyncio.run(house.played(handing_over(house, operators=["201"]), script))
    assert talk.was_heard(), talk.likeness()
    assert [person["person"] for person in record["people"]] == ["201", "202"]
    left, right = house.recorded(record["id"], tmp_path)
    assert likeness(left, talk.complaint) > SAME
    said = {"after": talk.welcome, **words}
    assert {who: likeness(right, sound) > SAME for who, sound in said.items()} == {
        "after": True,
        "first": True,
        "between them": False,
    }


def test_who_talked_while_ari_app_was_away_is_on_record(house: House, trial: Trial, operators: Operators) -> None:
    """One hands over to the other, who ends the call, before the next life of ari-app begins."""
    one, two = operators["201"], operators["202"]

    async def script(call: Call) -> None:
        await accepted(call, one)
        asking = asyncio.create_task(one.consult("202"))
        await two.answer()
        await asking
        await asyncio.to_thread(trial.kill, "ari-app")
        await one.transfer_to_consulted()
        await two.hang_up()
        await call.over(5.0)

    record = asyncio.run(house.played(handing_over(house, operators=["201"]), script))
    assert record["outcome"] == "transferred"
    assert [person["person"] for person in record["people"]] == ["201", "202"]
    assert all(person["ended_at"] for person in record["people"])
