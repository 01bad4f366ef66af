"""A caller and a person are brought together: asked for, by order, in vain, with ari-app dead; and who hears what meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import numpy as np
import pytest

from ari_app.briefing import spoken
from core.audio import Pcm
from core.site_form import site_of
from haazir.caller.phone import new_caller
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from haazir.caller.voices import pause
from tests.e2e.calling import Caller, greeting
from tests.e2e.hearing import SAME, level_dbfs, likeness
from tests.e2e.house import SITE, House, Talk, house, talk
from tests.e2e.phones import OperatorPhone, first_to_ring
from tests.e2e.test_failures import wait_until_ready
from tests.standins.carrier import numbers
from tests.standins.carrier.carrier import Carrier
from tests.standins.carrier.render import PROMPTS

__all__ = ["house", "talk"]

Operators = Mapping[str, OperatorPhone]
Record = dict[str, Any]

BRIEF = {"greeting": "Hello, this is Sunrise.", "transfer": "One moment please."}
TOGETHER_S = 0.5
"""From the key (which takes a fifth of a second to press) to the first of the caller's sound at the operator's phone."""
MUSIC_DBFS = -60.0
"""On average: two bells every ten seconds."""


@pytest.fixture(autouse=True)
def hooks(operators: Operators) -> Iterator[None]:
    """Every test begins and ends with phones on their hooks."""

    async def free() -> None:
        for phone in operators.values():
            await phone.free()

    asyncio.run(free())
    yield
    asyncio.run(free())


def handing_over(house: House, supervisors: Sequence[str] = (), **wish: Any) -> str:
    """The number of a site that hands over like this, and else as usual but sooner."""
    assert house.admin.patch("/v1/sites/reception", json={"handover": None}).status_code == 200
    listening, handover = {"supervisors": supervisors}, {"ring_s": 3, "accept_s": 2, "queue": False, **wish}
    return house.arranged(phrases={"en": BRIEF}, listening=listening, handover=handover)


def asked(record: Record) -> list[tuple[str, str]]:
    return [(one["person"], one["result"]) for one in record["asked"]]


def says_that_all_are_busy(record: Record) -> bool:
    return any("busy" in turn["text"] for turn in record["turns"] if turn["role"] == "agent")


async def wish(call: Call) -> None:
    """The key 0 wants a person, as it always has; the agent says that one comes."""
    await greeting(call)
    await call.press("0#")
    await call.agent_speaks(12.0)


async def told(operator: OperatorPhone) -> None:
    """They answer, and hear the first words of the summary; a key need not wait for the rest."""
    since = time.time()
    await operator.rings()
    await operator.answer()
    await operator.quiet(0.1, since)


@contextlib.contextmanager
def another(trial: Trial, phone: OperatorPhone) -> Iterator[OperatorPhone]:
    """The same operator's second phone, registered."""
    password = trial.settings.secret(f"operator_{phone.extension}")
    with OperatorPhone.open(phone.extension, password, phone.server) as second:
        asyncio.run(second.register())
        yield second
        asyncio.run(second.unregister())


async def ordered(house: House, deed: str, **order: str) -> int:
    """Of the one call that goes on; the status of the answer."""
    server = house.caller.server
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with httpx.AsyncClient(base_url=server.api, headers=headers, timeout=10.0, verify=False) as api:
        (call,) = (await api.get("/v1/calls", params={"outcome": "in_progress"})).json()["data"]
        return (await api.post(f"/v1/calls/{call['id']}/{deed}", json=order)).status_code


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
        await operators["201"].rings()
        await call.agent_speaks(30.0, since=time.time() + 8.0)
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


def test_by_order_to_an_extension_a_queue_or_outside(
    house: House, operators: Operators, talk: Talk, carrier: Carrier, caller: Caller
) -> None:
    """Blind: the agent says so, and whoever answers has the caller."""
    outside = caller.say("hello from outside", "en")
    heard: list[tuple[Pcm, Pcm]] = []

    async def to_extension(call: Call) -> None:
        await greeting(call)
        assert await ordered(house, "transfer", destination="299", kind="blind") == 422
        assert await ordered(house, "transfer", destination="202", kind="blind") == 200
        await operators["202"].answer()
        await call.wait(0.3)
        await talk.between(call, operators["202"])
        await operators["202"].hang_up()
        await call.over(5.0)

    async def to_queue(call: Call) -> None:
        await greeting(call)
        assert await ordered(house, "transfer", destination="humans", kind="blind") == 200
        first = await first_to_ring(operators.values())
        await told(first)
        await first.press("1")
        await call.wait(0.3)
        await talk.between(call, first)
        await first.hang_up()
        await call.over(5.0)

    async def to_outside(call: Call) -> None:
        await greeting(call)
        ordered = time.time()
        assert await ordered(house, "transfer", destination=numbers.SILENT_PERSON, kind="blind") == 200
        somebody = await carrier.called(numbers.SILENT_PERSON, since=ordered)
        await somebody.answered()
        await call.wait(0.5)
        since = time.time()
        await call.say(talk.complaint, "complaint")
        await somebody.say(outside)
        await call.agent_quiet(0.4)
        heard.append((call.ears.between(since, time.time()), outside))
        heard.append((await somebody.heard(), talk.complaint))
        somebody.hang_up()
        await call.over(5.0)

    number = handing_over(house, outside_allowed=[numbers.SILENT_PERSON], trunk="carrier", caller_id="+911100000000")
    records = [asyncio.run(house.played(number, script)) for script in (to_extension, to_queue, to_outside)]
    assert talk.was_heard()
    assert [likeness(sound, said) > SAME for sound, said in heard] == [True, True]
    assert [one["outcome"] for one in records] == ["transferred"] * 3
    assert [one["result"] for record in records for one in record["asked"]] == ["accepted"] * 3
    assert records[2]["transfers"][0]["destination"] == numbers.SILENT_PERSON


def test_the_trunk_itself_takes_a_caller_over_and_one_that_does_not_leaves_them_with_the_agent(
    house: House, carrier: Carrier, caller: Caller
) -> None:
    """REFER: the first caller's switch does it, the second has none."""
    elsewhere = caller.say(PROMPTS["hello"][1], PROMPTS["hello"][0])

    async def played(*, movable: bool) -> tuple[Record, Pcm]:
        began, who = time.time(), new_caller()
        customer = await carrier.call(number, caller=who, movable=movable)
        await customer.answered()
        await asyncio.sleep(1.0)
        assert await ordered(house, "transfer", destination=numbers.PERSON, kind="blind") == 200
        await asyncio.sleep(8.0)  # what anybody says there takes as long as it takes
        customer.hang_up()
        await customer.over()
        return await house.caller.server.record(who, began, timeout=20.0), await customer.heard()

    number = handing_over(house, outside_allowed=[numbers.PERSON], trunk="carrier", refer=True)
    record, heard = asyncio.run(played(movable=True))
    assert likeness(heard, elsewhere) > SAME
    assert (record["outcome"], asked(record)) == ("transferred", [(numbers.PERSON, "accepted")])
    record, heard = asyncio.run(played(movable=False))
    assert likeness(heard, elsewhere) < SAME
    assert (record["outcome"], asked(record)) == ("caller_hung_up", [(numbers.PERSON, "unreachable")])
    assert says_that_all_are_busy(record)


def test_outside_nobody_answers_and_the_agent_comes_back(house: House, operators: Operators, carrier: Carrier) -> None:
    async def script(call: Call) -> None:
        await greeting(call)
        ordered = time.time()
        assert await ordered(house, "transfer", destination=numbers.refusing(486), kind="blind") == 200
        await carrier.called(numbers.refusing(486), since=ordered)
        await call.agent_speaks(15.0, since=time.time())
        await call.agent_quiet(1.5)

    number = handing_over(house, outside_allowed=[numbers.refusing(486)], trunk="carrier")
    record = asyncio.run(house.played(number, script))
    assert asked(record) == [(numbers.refusing(486), "busy")]
    assert says_that_all_are_busy(record)
