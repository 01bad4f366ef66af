"""A caller and a person are brought together: asked for, by order, in vain, with ari-app dead; and who hears what meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

import numpy as np
import pytest

from ari_app.briefing import spoken
from core.audio import Pcm
from core.site_form import site_of
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from haazir.caller.voices import pause
from tests.e2e.calling import Caller
from tests.e2e.handing import Operators, asked, handing_over, hooks, ordered, says_that_all_are_busy, told, wish
from tests.e2e.hearing import SAME, level_dbfs, likeness
from tests.e2e.house import SITE, House, Talk, house, talk
from tests.e2e.phones import OperatorPhone, first_to_ring
from tests.e2e.test_failures import wait_until_ready

__all__ = ["hooks", "house", "talk"]

TOGETHER_S = 0.5
"""From the key (which takes a fifth of a second to press) to the first of the caller's sound at the operator's phone."""
MUSIC_DBFS = -60.0
"""On average: two bells every ten seconds."""


@contextlib.contextmanager
def another(trial: Trial, phone: OperatorPhone) -> Iterator[OperatorPhone]:
    """The same operator's second phone, registered."""
    password = trial.settings.secret(f"operator_{phone.extension}")
    with OperatorPhone.open(phone.extension, password, phone.server) as second:
        asyncio.run(second.register())
        yield second
        asyncio.run(second.unregister())


def test_an_operator_hears_who_it_is_presses_1_and_both_hear_each_other_at_once(
    house: House, operators: Operators, talk: Talk, caller: Caller
) -> None:
    heard: list[Pcm] = []
    shown: list[tuple[str, str]] = []
    together: list[float] = []

    async def script(call: Call) -> None:
        await wish(call)
        operator = operators["201"]
        ringing = await operator.rings()
        shown.append((ringing.number, ringing.name))
        since = time.time()
        await operator.answer()
        await operator.quiet(0.6, since)
        heard.append(np.concatenate([operator.heard(since), pause(0.5)]))  # nothing comes after the last word
        speaking = call.start_saying(talk.complaint, "into the key")
        await call.wait(0.3)
        pressed = time.time()
        await operator.press("1")
        await call._until(lambda: speaking.finished is not None, 10.0, "the end of our own sentence")
        first = operator.first_sound_after(pressed + 0.1)
        together.append((first or time.time()) - pressed)
        await operator.quiet(0.4, pressed)
        await talk.between(call, operator)
        await operator.hang_up()
        await call.over(5.0)

    record = asyncio.run(house.played(handing_over(house), script))
    assert shown == [(record["from"], "Sunrise")]
    who, keys = spoken(site_of({"site_id": SITE, "name": "Sunrise", "languages": ["en"]}), record["from"], "")
    assert likeness(heard[0], caller.rendered(who, "en")) > SAME
    assert likeness(heard[0], caller.rendered(keys, "en")) > SAME
    assert talk.was_heard()
    assert together[0] < TOGETHER_S
    assert (record["outcome"], asked(record)) == ("transferred", [("201", "accepted")])
    assert [(one["destination"], one["reason"]) for one in record["transfers"]] == [("201", "asked")]


def test_an_operator_s_phones_ring_together_and_the_one_that_is_answered_stops_the_other(
    house: House, trial: Trial, operators: Operators, talk: Talk
) -> None:
    """A supervisor's, too."""

    async def script(call: Call) -> None:
        await wish(call)
        await asyncio.gather(operators["201"].rings(), second.rings())
        answering = asyncio.create_task(told(second))
        await operators["201"].over(timeout=3.0)
        await answering
        await second.press("1")
        await call.wait(0.3)
        await talk.between(call, second)
        assert await ordered(house, "monitor", extension="202", mode="listen") == 200
        await asyncio.gather(operators["202"].rings(), supervisor.rings())
        await supervisor.answer()
        await operators["202"].over(timeout=3.0)
        await second.hang_up()
        await supervisor.over(timeout=3.0)

    with another(trial, operators["201"]) as second, another(trial, operators["202"]) as supervisor:
        record = asyncio.run(house.played(handing_over(house, ["202"], ring_s=8), script))
    assert talk.was_heard()
    assert asked(record) == [("201", "accepted")]


def test_busy_then_declined_then_silent_and_the_agent_comes_back_and_goes_on(
    house: House, operators: Operators, caller: Caller
) -> None:
    music: list[float] = []
    policy = caller.say("what can you do")

    async def script(call: Call) -> None:
        operators["201"].refusing = True
        await wish(call)
        second = operators["202"]
        rang = time.time()
        await second.answer()
        operators["201"].refusing = False
        await second.press("2")
        await second.over()
        third = operators["201"]
        await third.over(await third.answer(), 20.0)  # no key
        music.append(level_dbfs(call.ears.between(rang, time.time())))
        await call.agent_quiet(1.5)
        await call.say(policy, "question")
        await call.agent_speaks(12.0)
        await call.agent_quiet(1.0)

    record = asyncio.run(house.played(handing_over(house, operators=["201", "202", "201"]), script))
    assert asked(record) == [("201", "busy"), ("202", "declined"), ("201", "silent")]
    assert music[0] > MUSIC_DBFS, "the caller hears music, never silence"
    assert says_that_all_are_busy(record)
    assert record["outcome"] == "caller_hung_up" and not record["transfers"]


def test_nobody_answers_nor_in_the_queue_and_the_agent_comes_back(house: House, operators: Operators) -> None:
    async def script(call: Call) -> None:
        await wish(call)
        await operators["201"].over(await operators["201"].rings())
        in_queue = await first_to_ring(operators.values())
        await in_queue.over()
        await call.agent_speaks(12.0, since=time.time() + 0.3)
        await call.agent_quiet(1.5)

    record = asyncio.run(house.played(handing_over(house, operators=["201"], queue=True, ring_s=6, queue_s=2), script))
    assert asked(record) == [("201", "no_answer"), ("humans", "no_answer")]
    assert record["asked"][1]["seconds"] < 5.5, "nobody's phone rings for longer than the caller is to wait"
    assert says_that_all_are_busy(record)


def test_the_media_server_dies_while_an_operator_rings_and_the_agent_comes_back_all_the_same(
    house: House, trial: Trial, operators: Operators, caller: Caller
) -> None:
    policy = caller.say("what can you do")

    async def script(call: Call) -> None:
        await wish(call)
        await operators["201"].rings()
        await asyncio.to_thread(trial.kill, "media-server")
        await asyncio.to_thread(wait_until_ready, trial)
        await operators["201"].decline()
        await call.agent_speaks(12.0, since=time.time())
        await call.agent_quiet(1.5)
        await call.say(policy, "question")
        await call.agent_speaks(12.0)
        await call.agent_quiet(1.0)

    record = asyncio.run(house.played(handing_over(house, operators=["201"], ring_s=20), script))
    assert asked(record) == [("201", "busy")]
    assert says_that_all_are_busy(record)
    assert record["outcome"] == "caller_hung_up" and any(turn["role"] == "caller" for turn in record["turns"])


def test_a_caller_who_hangs_up_stops_the_operator_s_phone(house: House, operators: Operators) -> None:
    async def script(call: Call) -> None:
        await wish(call)
        ringing = await operators["201"].rings()
        await call.hang_up()
        await operators["201"].over(ringing, 2.0)

    assert asked(asyncio.run(house.played(handing_over(house), script))) == [("201", "caller_gone")]


@pytest.mark.parametrize("key", ["1", "2"])
def test_ari_app_dies_after_the_first_ring_and_the_key_still_counts(
    house: House, trial: Trial, operators: Operators, talk: Talk, key: str
) -> None:
    """1: the two are together. 2: the next life of ari-app asks the next operator."""

    async def script(call: Call) -> None:
        await wish(call)
        first = operators["201"]
        await first.rings()
        await asyncio.to_thread(trial.kill, "ari-app")
        await told(first)
        await first.press(key)
        operator = first
        if key == "2":
            await first.over()
            operator = operators["202"]
            await told(operator)
            await operator.press("1")
        await call.wait(0.3)
        await talk.between(call, operator)
        await asyncio.to_thread(wait_until_ready, trial)  # an end that nobody sees is on record as a hang-up
        await call.hang_up()
        await operator.over(timeout=3.0)

    record = asyncio.run(house.played(handing_over(house, ring_s=15), script))
    assert talk.was_heard()
    assert record["outcome"] == "transferred"
    assert asked(record)[-1] == (("201" if key == "1" else "202"), "accepted")


def test_without_a_voice_the_operator_hears_that_a_caller_waits(
    house: House, trial: Trial, operators: Operators, talk: Talk
) -> None:
    async def script(call: Call) -> None:
        await wish(call)
        await operators["201"].rings()
        for file in (trial.settings.run_dir / "briefings").glob("*.wav"):
            file.unlink()
        await told(operators["201"])
        await operators["201"].press("1")
        await call.wait(0.3)
        await talk.between(call, operators["201"])

    asyncio.run(house.played(handing_over(house), script))
    assert talk.was_heard()
