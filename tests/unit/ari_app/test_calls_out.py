"""Calls out with a pretended Asterisk and a pretended media server: ordered, dialled, answered, refused; taken up again."""

import asyncio
import math
import time
from pathlib import Path
from typing import Any

import msgspec

from ari_app.call.routing import NobodyHas
from ari_app.journal import Entry
from ari_app.recover import compare_notes
from core.events import CallAnswered, CallEnded, CallStarted
from core.ids import CallId
from core.orders import Done, NotDone, PlaceCall, Reply
from core.purpose import Purpose
from tests.unit.ari_app.fake_asterisk import channel
from tests.unit.ari_app.world import LEG, SITE, World, world

CALL = CallId("out-1")
ORDER = PlaceCall(
    order_id="out-1", good_until=math.inf, call_id=CALL,
    site=msgspec.structs.replace(SITE, numbers=("1000",)),
    to="+919812345678", trunk="tata",
    caller_id="+911612345678", purpose=Purpose(goal="sell"),
)  # fmt: skip
ENTRY = Entry(
    call_id=CALL, site=ORDER.site, caller=ORDER.to, called=ORDER.caller_id, native="", purpose=ORDER.purpose,
)  # fmt: skip


def order(here: World, placed: PlaceCall = ORDER) -> Reply:
    return here.board.obey(placed).result()


def destroyed(here: World, status: int) -> None:
    here.hear("ChannelDestroyed", CALL, cause=17, cause_txt="User busy", tech_cause=status)


def ringing(**more: Any) -> dict[str, Any]:
    place = {"context": "outbound", "exten": "s", "priority": 1, "app_name": "", "app_data": ""}
    return channel(CALL, **{"state": "Ringing", "dialplan": place, **more})


def arrived() -> dict[str, Any]:
    place = {"context": "agent", "exten": "s", "priority": 3, "app_name": "Stasis", "app_data": "haazir,outbound,1000,(alaw),"}
    return channel(CALL, state="Up", dialplan=place)


def test_an_order_that_lay_about_while_we_stood_still_is_not_obeyed(tmp_path: Path) -> None:
    """By now it may be night, and the dialer has taken it for lost and sent another."""

    async def story() -> None:
        async with world(tmp_path) as here:
            reply = order(here, msgspec.structs.replace(ORDER, good_until=time.time() - 0.1))
            assert isinstance(reply, NotDone) and reply.why == "too_late"
            assert CALL not in here.board.sessions

    asyncio.run(story())


async def converse(here: World) -> None:
    here.asterisk.answers["POST", "/channels/externalMedia"] = (200, LEG)
    await here.asterisk.until(("POST", "/channels/externalMedia"), ("POST", f"/bridges/bridge-{CALL}"))
    here.hear("StasisStart", f"media-{CALL}", args=["media"])
    await here.media.until("Answered")


def test_an_order_is_dialled_into_the_dialplan_and_its_trunk_followed_first(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            assert order(here) == Done(order_id="out-1")
            await here.asterisk.until(("POST", "/channels"))
            asked = [path for _, path in here.asterisk.asked]
            wanted = here.asterisk.parameters[asked.index("/channels")]
            assert asked.index("/applications/haazir/subscription") < asked.index("/channels")
            assert wanted["endpoint"] == "PJSIP/+919812345678@tata" and wanted["context"] == "outbound"
            assert wanted["channelId"] == CALL and wanted["callerId"] == '"Demo" <+911612345678>' and wanted["timeout"] == "40"
            variables = here.asterisk.bodies[-1]["variables"]
            assert (variables["SITE_NUMBER"], variables["RECORD"]) == ("1000", "yes")
            destroyed(here, 486)
            await here.over()
            started, ended = here.facts[0], here.ended()
            assert isinstance(started, CallStarted)
            assert (started.direction, started.caller, started.called) == ("outbound", "+911612345678", "+919812345678")
            assert (ended.outcome, ended.sip_status, ended.recording) == ("busy", 486, None)
            assert len(here.board.doors.seats) == 0

    asyncio.run(story())


def test_who_answers_talks_with_the_agent(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            order(here)
            await here.asterisk.until(("POST", "/channels"))
            assert here.media.told == [], "nothing is opened while it rings"
            here.hear("StasisStart", CALL, args=["outbound", "1000", "(ulaw)", ""])
            await converse(here)
            assert here.kinds()[:2] == [CallStarted, CallAnswered]
            here.end(CALL)
            await here.over()
            assert here.ended().outcome == "caller_hung_up"

    asyncio.run(story())


def test_who_was_called_and_comes_back_from_people_gets_the_agent_though_no_site_has_the_number_shown(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            here.sites.finding = NobodyHas()
            order(here)
            await here.asterisk.until(("POST", "/channels"))
            here.hear("StasisStart", CALL, args=["outbound", "1000", "(ulaw)", ""])
            await converse(here)
            here.hear("StasisEnd", CALL)
            here.hear("ChannelVarset", CALL, variable="BRIDGEPEER", value="PJSIP/201-0000002a")
            await here.asterisk.until(("DELETE", f"/bridges/bridge-{CALL}"))
            here.media.told.clear()
            here.hear("StasisStart", CALL, args=["inbound-again", "1000", "(ulaw)", "referred"])
            await here.media.until("OpenMedia")
            here.end(CALL)
            await here.over()

    asyncio.run(story())


def test_an_order_that_comes_twice_is_one_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            order(here)
            assert order(here, msgspec.structs.replace(ORDER, order_id="again")) == Done(order_id="again")
            await here.asterisk.until(("POST", "/channels"))
            destroyed(here, 603)
            await here.over()
            assert here.asterisk.asked.count(("POST", "/channels")) == 1

    asyncio.run(story())


def test_no_more_calls_out_than_there_are_seats_and_none_while_we_drain(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            order(here)
            other = msgspec.structs.replace(ORDER, order_id="2", call_id=CallId("out-2"))
            refused = order(here, other)
            assert isinstance(refused, NotDone) and refused.why == "busy"
            destroyed(here, 404)
            await here.over()
            here.board.doors.seats.closed = True
            refused = order(here, other)
            assert isinstance(refused, NotDone) and refused.why == "draining"

    asyncio.run(story())


def test_a_phone_that_rings_on_while_we_start_anew_is_waited_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            here.journal.write(ENTRY)
            here.asterisk.answers["GET", "/channels"] = (200, [ringing()])
            await compare_notes(here.board)
            assert here.facts == [] and list(here.board.sessions) == [CALL]
            here.hear("StasisStart", CALL, args=["outbound", "1000", "(alaw)", ""])
            await converse(here)
            here.end(CALL)
            await here.over()

    asyncio.run(story())


def test_who_answered_while_nobody_listened_is_talked_to(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            here.journal.write(ENTRY)
            here.asterisk.answers["GET", "/channels"] = (200, [arrived()])
            await compare_notes(here.board)
            await converse(here)
            assert CallAnswered in here.kinds()
            here.end(CALL)
            await here.over()

    asyncio.run(story())


def test_who_answered_and_went_to_people_meanwhile_is_with_people(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            here.journal.write(ENTRY)
            here.asterisk.answers["GET", "/channels"] = (200, [ringing(state="Up")])
            await compare_notes(here.board)
            here.end(CALL)
            await here.over()
            assert here.kinds() == [CallAnswered, CallEnded], "answered, though not by us: nobody calls them again"
            assert here.ended().outcome == "transferred"

    asyncio.run(story())


def test_who_answered_and_went_to_people_while_events_were_missed_is_left_with_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            order(here)
            await here.asterisk.until(("POST", "/channels"))
            here.asterisk.answers["GET", "/channels"] = (200, [ringing(state="Up")])
            await compare_notes(here.board)
            here.end(CALL)
            await here.over()
            assert here.kinds() == [CallStarted, CallAnswered, CallEnded]

    asyncio.run(story())


def test_a_call_out_that_ended_while_nobody_listened_has_failed(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path) as here:
            here.journal.write(ENTRY)
            here.asterisk.answers["GET", "/channels"] = (200, [])
            await compare_notes(here.board)
            (ended,) = here.facts
            assert isinstance(ended, CallEnded) and ended.outcome == "failed"

    asyncio.run(story())
