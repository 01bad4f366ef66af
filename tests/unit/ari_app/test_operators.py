"""Operators' phones against a pretended Asterisk: how they are rung, what is heard of them, where callers are sent."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ari_app.call.plan import Handover, Stage, Way
from ari_app.recover import compare_notes
from core import commands
from core.events import CallTransferred, PersonAsked
from tests.unit.ari_app.fake_asterisk import channel
from tests.unit.ari_app.world import PHONE, World, entry, told

RANG = ("POST", "/channels")
WISH = commands.TransferRequested(destination="humans", reason="asked", summary="wants a refund")


async def until(here: World, happened: Callable[[], bool]) -> None:
    """Asked again at every request to Asterisk."""
    async with asyncio.timeout(5):
        while not happened():
            here.asterisk.news.clear()
            await here.asterisk.news.wait()


async def ringing(here: World) -> None:
    """The caller asked for a person; 201's phone rings."""
    await here.talk()
    here.media.links[0].send(WISH)
    await here.asterisk.until(("POST", "/channels/1/continue"))
    here.hear("StasisEnd")
    here.hear("StasisStart", args=["waiting", "1000", "(ulaw)"])
    await here.asterisk.until(RANG, ("POST", "/channels/1/moh"))


def leg(here: World, kind: str, number: int = 1, **more: Any) -> None:
    here.hear(kind, f"operator{number}-1", **more)


def asked(here: World) -> list[tuple[str, str]]:
    return [(fact.person, fact.result) for fact in here.facts if isinstance(fact, PersonAsked)]


def parameters(here: World, request: tuple[str, str]) -> dict[str, str]:
    return here.asterisk.parameters[here.asterisk.asked.index(request)]


def test_a_caller_is_told_where_the_summary_is_before_they_leave_for_the_music(tmp_path: Path) -> None:
    """On its way through the dialplan nothing can be set of a channel (409), and the operator would get no summary."""

    async def story(here: World) -> None:
        await ringing(here)
        left = here.asterisk.asked.index(("POST", "/channels/1/continue"))
        told = [one.get("variable") for one in here.asterisk.parameters[:left]]
        assert {"__SUMMARY", "SAYS"} <= set(told[-2:])
        here.end()
        await here.over()

    told(tmp_path, story)


def test_a_phone_shows_who_calls_and_is_followed_before_it_rings(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await ringing(here)
        requests = here.asterisk.asked
        rung = parameters(here, RANG)
        assert rung["endpoint"] == PHONE and rung["context"] == "accept" and rung["channelId"] == "operator1-1"
        assert rung["callerId"] == '"Demo" <9876543210>', "who has no name is shown under the business's"
        followed = requests.index(("POST", "/applications/haazir/subscription"), requests.index(("POST", "/channels/1/continue")))
        assert here.asterisk.parameters[followed] == {"eventSource": "endpoint:PJSIP/201"}
        assert followed < requests.index(RANG)
        here.end()
        await here.over()

    told(tmp_path, story)


def test_an_operator_who_accepts_is_on_record_and_the_agent_leaves(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await ringing(here)
        leg(here, "ChannelStateChange", channel=channel("operator1-1", state="Up"))
        here.hear("StasisEnd")
        here.hear("ChannelVarset", variable="BRIDGEPEER", value="PJSIP/201-0000002a")
        await here.media.until("CloseMedia")
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
        assert asked(here) == [("201", "accepted")]
        (transferred,) = [fact for fact in here.facts if isinstance(fact, CallTransferred)]
        assert (transferred.destination, transferred.reason) == ("201", "asked")
        assert here.ended().outcome == "transferred"
        assert here.media.told[-2:] == ["StandBy", "CloseMedia"]

    told(tmp_path, story)


@pytest.mark.parametrize(
    ("answered", "cause", "status", "result"),
    [
        (False, 17, 486, "busy"), (False, 21, 603, "declined"), (False, 19, 480, "no_answer"), (False, 1, 404, "unreachable"),
        (True, 21, None, "declined"), (True, 19, None, "silent"), (True, 16, None, "declined"), (True, 26, None, "caller_gone"),
    ],
)  # fmt: skip
def test_what_became_of_a_phone_is_known_by_its_causes(
    tmp_path: Path, answered: bool, cause: int, status: int | None, result: str
) -> None:
    async def story(here: World) -> None:
        await ringing(here)
        if answered:
            leg(here, "ChannelStateChange", channel=channel("operator1-1", state="Up"))
        leg(here, "ChannelDestroyed", cause=cause, cause_txt="", tech_cause=status)
        async with asyncio.timeout(5):
            while ("context", "people") not in [
                (key, value) for asked in here.asterisk.parameters for key, value in asked.items()
            ]:
                here.asterisk.news.clear()
                await here.asterisk.news.wait()
        assert asked(here) == [("201", result)]
        here.end()
        await here.over()
        assert asked(here)[1:] == [("humans", "caller_gone")]

    told(tmp_path, story)


@pytest.mark.parametrize("registered", [False, True])
def test_a_phone_that_can_not_be_rung_is_the_next_one_s_turn(tmp_path: Path, registered: bool) -> None:
    async def story(here: World) -> None:
        if registered:
            here.asterisk.answers["POST", "/channels"] = 500
        else:
            here.asterisk.answers["GET", "/channels/1/variable"] = (200, {"value": ""})
        await here.talk()
        here.media.links[0].send(WISH)
        await here.asterisk.until(("POST", "/channels/1/continue"))
        here.hear("StasisEnd")
        here.hear("StasisStart", args=["waiting", "1000", "(ulaw)"])
        await here.asterisk.until(("POST", "/channels/1/moh"))
        await until(here, lambda: bool(asked(here)))
        assert asked(here) == [("201", "unreachable")]
        here.end()
        await here.over()

    told(tmp_path, story)


def test_nobody_in_the_queue_and_the_caller_is_with_the_agent_again(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await ringing(here)
        leg(here, "ChannelDestroyed", cause=17, cause_txt="", tech_cause=486)
        await until(here, lambda: here.asterisk.asked.count(("POST", "/channels/1/continue")) == 2)
        variables = {one.get("variable"): one.get("value") for one in here.asterisk.parameters}
        assert (variables["AGENT_BACK"], variables["QUEUE_WAIT"]) == ("yes", "60")
        assert str(variables["__SUMMARY"]).endswith("/briefings/1")
        joined = here.asterisk.asked.count(("POST", "/bridges/bridge-1/addChannel"))
        here.hear("StasisEnd")
        here.hear("StasisStart", args=["inbound-again", "1000", "(ulaw)", "TIMEOUT"])
        await here.media.until("ComeBack")
        assert here.asterisk.asked.count(("POST", "/bridges/bridge-1/addChannel")) == joined + 1
        here.end()
        await here.over()
        assert asked(here) == [("201", "busy"), ("humans", "no_answer")]
        assert here.ended().outcome == "caller_hung_up"

    told(tmp_path, story)


def test_a_caller_who_hangs_up_stops_the_phone(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await ringing(here)
        here.end()
        await here.over()
        assert ("DELETE", "/channels/operator1-1") in here.asterisk.asked
        assert asked(here) == [("201", "caller_gone")]

    told(tmp_path, story)


def test_all_phones_of_an_operator_ring_and_the_one_that_is_answered_stops_the_other(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        two = PHONE, "PJSIP/201/sip:201@10.0.0.6:5060"
        here.asterisk.answers["GET", "/channels/1/variable"] = (200, {"value": "&".join(two)})
        await ringing(here)
        await until(here, lambda: here.asterisk.asked.count(RANG) == 2)
        rung = {one["channelId"]: one["endpoint"] for one in here.asterisk.parameters if "channelId" in one and "context" in one}
        assert rung == {"operator1-1": two[0], "operator1.2-1": two[1]}
        here.hear("ChannelStateChange", "operator1.2-1", channel=channel("operator1.2-1", state="Up"))
        await here.asterisk.until(("DELETE", "/channels/operator1-1"))
        stopped = parameters(here, ("DELETE", "/channels/operator1-1"))
        assert stopped == {"reason_code": "26"}, "answered elsewhere, not missed"
        leg(here, "ChannelDestroyed", cause=26, cause_txt="")
        assert asked(here) == []
        here.hear("ChannelDestroyed", "operator1.2-1", cause=21, cause_txt="")
        await until(here, lambda: bool(asked(here)))
        assert asked(here) == [("201", "declined")]
        here.end()
        await here.over()

    told(tmp_path, story)


def test_an_operator_is_busy_when_no_phone_is_left_and_one_was(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers["GET", "/channels/1/variable"] = (200, {"value": f"{PHONE}&{PHONE}"})
        await ringing(here)
        await until(here, lambda: here.asterisk.asked.count(RANG) == 2)
        leg(here, "ChannelDestroyed", cause=17, cause_txt="", tech_cause=486)
        assert asked(here) == []
        here.hear("ChannelDestroyed", "operator1.2-1", cause=19, cause_txt="", tech_cause=480)
        await until(here, lambda: bool(asked(here)))
        assert asked(here) == [("201", "busy")]
        here.end()
        await here.over()

    told(tmp_path, story)


def test_an_operator_whose_one_phone_is_busy_before_the_other_can_not_be_rung_is_busy_at_once(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        def refused() -> int:
            here.hear("ChannelDestroyed", parameters(here, RANG)["channelId"], cause=17, cause_txt="", tech_cause=486)
            return 500

        here.asterisk.answers["GET", "/channels/1/variable"] = (200, {"value": f"{PHONE}&{PHONE}"})
        here.asterisk.answers[RANG] = [204, refused]
        await ringing(here)
        await until(here, lambda: bool(asked(here)))
        assert asked(here) == [("201", "busy")]
        here.end()
        await here.over()

    told(tmp_path, story)


def test_what_a_later_life_must_know_of_the_search_is_in_the_journal(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await ringing(here)
        (kept,) = here.journal.entries()
        assert kept.handover is not None
        assert (kept.handover.stage, kept.handover.number, kept.handover.reason) == (Stage.RINGING, 1, "asked")
        assert kept.handover == msgspec.json.decode(json.dumps(msgspec.to_builtins(kept.handover)), type=type(kept.handover))
        here.end()
        await here.over()

    told(tmp_path, story)


def test_a_search_of_an_earlier_life_finds_who_accepted_meanwhile(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        search = Handover((Way("operator", "201"),), "asked", Stage.RINGING, number=3)
        here.journal.write(entry(answered_at=7.0, handover=search))
        caller, operator = channel("1"), channel("operator3-1", name="PJSIP/201-0000002a", state="Up")
        for one in (caller, operator):
            one["dialplan"] |= {"app_name": "Bridge", "app_data": ""}
        bridge = {
            "id": "theirs", "technology": "simple_bridge", "bridge_type": "basic", "bridge_class": "basic", "creator": "",
            "name": "", "channels": ["1", "operator3-1"], "creationtime": "2026-11-21T09:48:08.833+0000",
        }  # fmt: skip
        here.asterisk.answers["GET", "/channels"] = (200, [caller, operator])
        here.asterisk.answers["GET", "/channels/1"] = (200, caller)
        here.asterisk.answers["GET", "/channels/operator3-1"] = (200, operator)
        here.asterisk.answers["GET", "/bridges"] = (200, [bridge])
        await compare_notes(here.board)
        await here.media.until("CloseMedia")
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
        assert asked(here) == [("201", "accepted")]
        assert here.ended().outcome == "transferred"

    told(tmp_path, story)
