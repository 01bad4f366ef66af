"""A call from its first ring to its end, with a pretended Asterisk and a pretended media server."""

from dataclasses import replace
from pathlib import Path

from prometheus_client import REGISTRY

from ari_app.call.routing import CannotTell
from core import commands
from core.events import AnyEvent, CallAnswered, CallEnded, CallStarted, CallTransferred
from tests.unit.ari_app.fake_asterisk import channel
from tests.unit.ari_app.world import World, told


def test_a_call_is_answered_talked_through_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        asked = here.asterisk.asked
        assert asked.index(("POST", "/bridges/bridge-1/addChannel")) < asked.index(("POST", "/channels/1/answer"))
        here.hear("ChannelDtmfReceived", digit="7", duration_ms=100)
        await here.media.until("Digit")
        here.end()
        await here.over()
        assert here.media.told == ["OpenMedia", "ConnectMedia", "Answered", "Digit", "CloseMedia"]
        assert {("DELETE", "/channels/media-1"), ("DELETE", "/bridges/bridge-1")} <= set(asked)
        assert here.kinds() == [CallStarted, CallAnswered, CallEnded]
        assert (here.ended().outcome, here.ended().cause) == ("caller_hung_up", 16)
        assert here.journal.entries() == []

    told(tmp_path, story)


def test_a_caller_who_hangs_up_without_a_word_of_why_has_ended_the_call_as_one_does(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        here.hear("ChannelDestroyed", channel=channel("1", state="Up"), cause=0, cause_txt="Unknown")
        await here.over()
        assert (here.ended().cause, here.ended().cause_text) == (16, "Normal Clearing")

    told(tmp_path, story)


def test_a_caller_who_hangs_up_while_the_leg_is_made_leaves_no_leg(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.ring()
        await here.asterisk.until(("POST", "/channels/externalMedia"))
        here.end()
        await here.over()
        asked = here.asterisk.asked
        assert asked.index(("DELETE", "/channels/media-1")) > asked.index(("POST", "/channels/externalMedia"))
        assert here.ended().outcome == "abandoned"
        assert ("POST", "/channels/1/answer") not in asked

    told(tmp_path, story)


def test_a_refusing_media_server_sends_the_caller_to_people(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.media.refuses = True
        here.ring()
        await here.asterisk.until(("POST", "/channels/1/continue"))
        here.hear("StasisEnd")
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
        assert {"context": "people", "extension": "humans", "priority": "1"} in here.asterisk.parameters
        assert here.kinds() == [CallStarted, CallTransferred, CallEnded]
        assert here.ended().outcome == "transferred"

    told(tmp_path, story)


SORRY = {"variable": "SORRY", "value": "yes"}


def test_a_media_server_that_dies_in_mid_call_sends_the_caller_to_people_with_an_apology(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        assert SORRY not in here.asterisk.parameters
        here.media.refuses = True
        await here.media.links[0].close()
        await here.asterisk.until(("POST", "/channels/1/continue"), ("DELETE", "/channels/media-1"))
        assert SORRY in here.asterisk.parameters
        here.end()
        await here.over()
        assert here.ended().outcome == "transferred"

    told(tmp_path, story)


def test_goodbye_hangs_the_caller_up(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        here.media.links[0].send(commands.HangUpRequested(reason="goodbye"))
        await here.asterisk.until(("DELETE", "/channels/1"))
        here.end()
        await here.over()
        assert here.ended().outcome == "completed"

    told(tmp_path, story)


def test_two_callers_in_the_same_instant_do_not_share_the_last_place(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.ring("1")
        here.ring("2")
        await here.asterisk.until(("POST", "/channels/externalMedia"))
        await here.asterisk.until(("DELETE", "/channels/2"))
        assert {"reason_code": "17"} in here.asterisk.parameters
        assert ("DELETE", "/channels/1") not in here.asterisk.asked
        here.end("1")
        here.end("2")
        await here.over()
        assert len(here.board.doors.seats) == 0

    told(tmp_path, story)


def test_without_a_database_people_answer(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.sites.finding = CannotTell()
        here.ring()
        await here.asterisk.until(("POST", "/channels/1/continue"))
        here.end()
        await here.over()
        assert here.facts == []  # no site, no record

    told(tmp_path, story)


def test_a_fault_of_ours_costs_one_call_and_that_caller_gets_a_person(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers["POST", "/channels/externalMedia"] = (200, {"not": "a channel"})
        here.ring()
        await here.asterisk.until(("POST", "/channels/1/continue"))
        await here.over()
        assert here.ended().outcome == "failed"
        assert here.journal.entries() == []

    told(tmp_path, story)


def test_a_fault_while_a_fault_is_seen_to_costs_no_other_call(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        sound = here.board.doors
        here.board.doors = replace(sound, books=replace(sound.books, publish=broken))
        here.ring("2")
        await here.over()
        here.board.doors = sound
        await here.talk()
        here.end()
        await here.over()
        assert here.ended().outcome == "caller_hung_up"

    def broken(event: AnyEvent) -> None:
        raise OSError(event)

    told(tmp_path, story)


def test_of_each_event_that_a_call_takes_it_is_counted_how_late_it_was(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        before = lags()
        here.ring()
        await here.asterisk.until(("POST", "/channels/externalMedia"), ("POST", "/bridges/bridge-1"))
        here.hear("ChannelVarset", variable="SITE_NUMBER", value="1000")  # nothing to a call
        here.end()
        await here.over()
        assert lags() == before + 3  # it came, it left us, it ended

    told(tmp_path, story)


def lags() -> float:
    return REGISTRY.get_sample_value("haazir_ari_app_event_lag_seconds_count") or 0.0
