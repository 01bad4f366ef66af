"""Callers whom the agent does not take, or not at once: causes, announcements, messages, people first."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from core.audio import Pcm
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from haazir.caller.voices import pause
from tests.e2e.calling import Caller, greeting
from tests.e2e.conftest import assert_nothing_left
from tests.e2e.handing import Operators, hooks
from tests.e2e.hearing import SAME, likeness
from tests.e2e.house import BEEP, SITE, SORRY, House, Talk, house, talk
from tests.standins.carrier.carrier import Carrier

__all__ = ["hooks", "house", "talk"]

CUSTOMER, FRIEND, PEST = "919812345678", "919812345679", "911401234567"


# ── who is turned away ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("way", "status"), [("busy", 486), ("decline", 403), ("not_found", 404), ("unavailable", 480), ("congestion", 503)]
)
def test_the_carrier_sees_the_cause_that_the_site_chose(house: House, carrier: Carrier, way: str, status: int) -> None:
    async def script() -> None:
        for arranged, who in (
            ({"max_calls": 0, "overflow": way}, CUSTOMER),
            ({"reception": {"blocklist": ["+91140*"], "blocked": way}}, PEST),
            ({"reception": {"anonymous": way}}, ""),
        ):
            call = await carrier.call(house.arranged(**arranged), caller=who)
            await call.over()  # before the site is arranged anew
            assert call.sip_status == status

    asyncio.run(script())


def test_who_is_not_on_the_blocklist_gets_the_agent(house: House, carrier: Carrier) -> None:
    async def script() -> dict[str, Any]:
        began = time.time()
        call = await carrier.call(house.arranged(reception={"blocklist": ["+91140*"], "anonymous": "decline"}), caller=FRIEND)
        await call.answered()
        call.hang_up()
        await call.over()
        return await house.caller.server.record(FRIEND, began)

    record = asyncio.run(script())
    assert (record["outcome"], record["transfers"]) == ("caller_hung_up", []), "the agent, and not people"


def test_an_announcement_is_said_and_then_the_line_is_closed(house: House, carrier: Carrier) -> None:
    async def script() -> Pcm:
        call = await carrier.call(house.arranged(reception={"anonymous": "announcement"}), caller="")
        await call.answered()
        await call.over(20.0)
        return await call.heard()

    heard = asyncio.run(script())
    assert likeness(heard, house.caller.rendered(SORRY, "en")) > SAME


def test_a_full_site_says_sorry_in_its_own_words_without_the_agent(house: House) -> None:
    heard: list[Pcm] = []

    async def script(call: Call) -> None:
        await call.over(20.0)
        every = call.ears.between(call.dialled_at, time.time())
        heard.append(np.concatenate([every, pause(0.5)]))  # nothing comes after the last word

    record = asyncio.run(house.played(house.arranged(max_calls=0, overflow="announcement"), script))
    assert likeness(heard[0], house.caller.rendered(SORRY, "en")) > SAME
    assert (record["outcome"], record["turns"]) == ("rejected", [])


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_message_after_the_beep_is_kept_with_its_words(house: House, caller: Caller, tmp_path: Path) -> None:
    message = caller.say("I want to talk to a person")
    closed = {"week": {"mon": ["00:00-00:01"]}, "closed": "voicemail"}

    async def script(call: Call) -> None:
        await call.agent_speaks(since=call.answered_at)
        await call.agent_quiet(1.5)  # the beep included
        await call.say(message)
        await call.over(20.0)  # four seconds of silence end it, and we are thanked

    record = asyncio.run(house.played(house.arranged(hours=closed), script))
    assert record["outcome"] == "voicemail"
    assert [turn["text"] for turn in record["turns"] if turn["role"] == "agent"] == [BEEP]

    server, until = house.caller.server, time.monotonic() + 30
    while not any(turn["role"] == "caller" for turn in record["turns"]):
        assert time.monotonic() < until, record
        time.sleep(0.5)
        headers = {"X-Site-Id": SITE, "X-Api-Key": server.api_key}
        record = httpx.get(f"{server.api}/v1/calls/{record['id']}", headers=headers, verify=False).json()
    (words,) = (turn["text"] for turn in record["turns"] if turn["role"] == "caller")
    assert "person" in words
    assert likeness(house.recorded(record["id"], tmp_path)[0], message) > SAME


@pytest.mark.parametrize("after", [0.3, 3.0])
def test_a_caller_who_hangs_up_at_the_beep_leaves_nothing_behind(house: House, trial: Trial, after: float) -> None:
    async def script(call: Call) -> None:
        await call.wait(after)

    record = asyncio.run(house.played(house.arranged(max_calls=0, overflow="voicemail"), script))
    assert record["outcome"] == "voicemail"
    assert_nothing_left(trial)


def test_nobody_free_is_a_message_where_the_site_wants_it(house: House, operators: Operators) -> None:
    number = house.arranged(max_calls=0, reception={"nobody_free": "voicemail"})

    async def script(call: Call) -> None:
        await call.agent_speaks(15.0, since=call.answered_at)
        await call.agent_quiet(1.5)

    async def without_phones() -> dict[str, Any]:
        for phone in operators.values():
            await phone.unregister()
        try:
            return await house.played(number, script)
        finally:
            for phone in operators.values():
                await phone.register()

    assert asyncio.run(without_phones())["outcome"] == "voicemail"


# ── people first ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_people_ring_first_and_who_picks_up_has_the_call(house: House, operators: Operators, talk: Talk) -> None:
    async def script(call: Call) -> None:
        one, two = operators["201"], operators["202"]
        await asyncio.gather(one.rings(), two.rings())
        assert call.answered_at is None
        await two.answer()
        await call.answered()
        await one.over()
        await call.wait(0.3)
        await talk.between(call, two)
        await two.hang_up()
        await call.over(5.0)

    record = asyncio.run(house.played(house.arranged(reception={"people_first_s": 10}), script, answered=False))
    assert talk.was_heard(), talk.likeness()
    assert (record["outcome"], [person["person"] for person in record["people"]]) == ("transferred", ["202"])
    assert record["answered_at"] and record["people"][0]["ended_at"]
    assert record["transfers"][0]["reason"] == "people_first"


def test_nobody_picks_up_and_the_agent_does(house: House, operators: Operators) -> None:
    async def script(call: Call) -> None:
        await operators["201"].rings()
        await operators["202"].decline()
        rang = await call.answered()
        assert 3.5 < rang - call.dialled_at < 6.0
        await greeting(call)
        await operators["201"].over()

    record = asyncio.run(house.played(house.arranged(reception={"people_first_s": 4}), script, answered=False))
    assert record["outcome"] == "caller_hung_up" and record["turns"]


def test_a_caller_who_gives_up_while_phones_ring_stops_their_ringing(house: House, operators: Operators) -> None:
    async def script(call: Call) -> None:
        await asyncio.gather(*(phone.rings() for phone in operators.values()))
        await call.hang_up()
        await asyncio.gather(*(phone.over() for phone in operators.values()))

    record = asyncio.run(house.played(house.arranged(reception={"people_first_s": 20}), script, answered=False))
    assert record["outcome"] == "abandoned"
