"""What orders make of a call in Asterisk, and that each is answered by what came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ari_app.call.routing import Found
from core.ids import CallId
from core.listening import Listening
from core.orders import CallOrder, Done, HoldCall, MonitorCall, MonitorMode, NotDone, RecordCall, SendDigits, Why
from tests.unit.ari_app.world import PHONE, SITE, World, told

OF: dict[str, Any] = {"order_id": "o1", "call_id": CallId("1"), "site_id": SITE.site_id}
KEYS, MUSIC, QUIET = SendDigits(digits="1w2#", **OF), HoldCall(on=True, **OF), HoldCall(on=False, **OF)
CONTINUE = ("POST", "/channels/1/continue")


def in_conversation(home: Path, story: Callable[[World], Awaitable[None]]) -> None:
    """The story, in the middle of a call of a site whose supervisor is 203."""

    async def whole(here: World) -> None:
        here.sites.finding = Found(msgspec.structs.replace(SITE, listening=Listening(supervisors=("203",))))
        await here.talk()
        await story(here)
        here.end()
        await here.over()

    told(home, whole)


async def why(here: World, order: CallOrder) -> Why:
    reply = await here.board.obey(order)
    assert isinstance(reply, NotDone)
    return reply.why


def test_keys_go_to_the_caller(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        assert await here.board.obey(KEYS) == Done(order_id="o1")
        assert {"dtmf": "1w2#", "duration": "120", "between": "100"} in here.asterisk.parameters

    in_conversation(tmp_path, story)


def test_hold_is_music_in_asterisk_and_silence_in_the_media_server(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        assert await here.board.obey(MUSIC) == Done(order_id="o1")
        await here.media.until("Hold")
        assert ("POST", "/channels/1/moh") in here.asterisk.asked
        assert here.journal.entries()[0].wishes.held == {"order"}, "a later life of ours knows"
        assert await here.board.obey(QUIET) == Done(order_id="o1")
        await here.media.until("Unhold")
        assert ("DELETE", "/channels/1/moh") in here.asterisk.asked

    in_conversation(tmp_path, story)


@pytest.mark.parametrize(("status", "reason"), [(404, "ending"), (409, "ending"), (500, "failed")])
def test_what_asterisk_does_not_do_is_answered_with_why(tmp_path: Path, status: int, reason: Why) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers["POST", "/channels/1/dtmf"] = status
        here.asterisk.answers["POST", "/channels/1/moh"] = status
        assert await why(here, KEYS) == reason
        assert await why(here, MUSIC) == reason
        await here.media.until("Unhold")

    in_conversation(tmp_path, story)


def test_the_recording_is_switched_in_the_dialplan_and_answered_once_the_caller_is_back(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        reply = here.board.obey(RecordCall(on=False, **OF))
        await here.asterisk.until(CONTINUE)
        assert {"context": "live", "extension": "record-off", "priority": "1"} in here.asterisk.parameters
        here.hear("StasisEnd")
        assert not reply.done()
        before = here.asterisk.asked.count(("POST", "/bridges/bridge-1/addChannel"))
        here.hear("StasisStart", args=["inbound-again", "1000", "(ulaw)", "record-off"])
        assert await reply == Done(order_id="o1")
        assert here.asterisk.asked.count(("POST", "/bridges/bridge-1/addChannel")) == before + 1
        assert not here.journal.entries()[0].wishes.recording

    in_conversation(tmp_path, story)


def test_a_caller_who_can_not_step_aside_stays_with_the_agent(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers[CONTINUE] = 409
        assert await why(here, RecordCall(on=False, **OF)) == "failed"
        assert await here.board.obey(KEYS) == Done(order_id="o1")

    in_conversation(tmp_path, story)


@pytest.mark.parametrize(("mode", "options"), [("listen", "uqES"), ("barge", "uqBES")])
def test_a_supervisors_phone_is_rung_into_the_dialplan(tmp_path: Path, mode: MonitorMode, options: str) -> None:
    async def story(here: World) -> None:
        assert await here.board.obey(MonitorCall(extension="203", mode=mode, **OF)) == Done(order_id="o1")
        rung = next(each for each in here.asterisk.parameters if each.get("context") == "monitor")
        assert (rung["endpoint"], rung["channelId"]) == (PHONE, "monitor1-1")
        assert {"variables": {"SPIED": "1", "SPY": options}} in here.asterisk.bodies

    in_conversation(tmp_path, story)


def test_a_supervisor_whispers_to_the_operator_though_another_one_barges(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        there = "PJSIP/201-0000002a,PJSIP/204-0000002b"
        here.hear("StasisEnd")
        here.hear("ChannelVarset", variable="BRIDGEPEER", value=there)
        here.asterisk.answers["GET", "/channels/1/variable"] = [(200, {"value": there}), (200, {"value": PHONE})]
        assert await here.board.obey(MonitorCall(extension="203", mode="whisper", **OF)) == Done(order_id="o1")
        assert {"variables": {"SPIED": "PJSIP/201-0000002a", "SPY": "uqwES"}} in here.asterisk.bodies

    in_conversation(tmp_path, story)


def test_a_phone_that_is_not_there_is_no_destination(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers["POST", "/channels"] = 500
        assert await why(here, MonitorCall(extension="203", **OF)) == "no_such_destination"

    in_conversation(tmp_path, story)


def test_orders_that_a_call_does_not_live_to_answer_are_answered_at_its_end(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        replies = [here.board.obey(RecordCall(on=False, **OF))]
        await here.asterisk.until(CONTINUE)
        here.end()
        await here.over()
        (reply,) = await asyncio.gather(*replies)
        assert isinstance(reply, NotDone) and reply.why == "ending"

    async def whole(here: World) -> None:
        await here.talk()
        await story(here)

    told(tmp_path, whole)
