"""Calls that outlive us: restarts, drains, media servers and Asterisk gone, with a pretended Asterisk."""

from pathlib import Path

import msgspec

from ari_app.call.plan import Handover, Stage, Way
from ari_app.call.routing import Found
from ari_app.call.wishes import Wishes
from ari_app.recover import RESTARTED, compare_notes, sweep
from core.events import CallAnswered, CallEnded, CallTransferred, PersonJoined, PersonLeft
from core.ids import CallId
from core.orders import Done, Drain
from core.reception import Reception
from tests.unit.ari_app.fake_asterisk import channel
from tests.unit.ari_app.world import BRIDGE, SITE, World, entry, told


def test_after_a_restart_a_conversation_is_taken_up_again(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry(answered_at=7.0))
        here.asterisk.answers["GET", "/channels"] = (200, [channel("1"), channel("media-1")])
        here.left(in_bridge=["1", "media-1"])
        await compare_notes(here.board)
        await here.media.until("Answered")  # once more: our last life may have ended before it was heard
        assert here.media.told == ["AdoptMedia", "Answered"]
        assert ("POST", "/bridges/bridge-1/addChannel") not in here.asterisk.asked
        here.hear("ChannelDtmfReceived", digit="7", duration_ms=100)
        await here.media.until("Digit")
        assert len(here.board.doors.seats) == 1
        here.end()
        await here.over()
        assert here.kinds() == [CallEnded]

    told(tmp_path, story)


def test_a_caller_whom_the_last_life_left_between_dialplan_and_bridge_is_joined_again_and_their_pin_not_recorded(
    tmp_path: Path,
) -> None:
    async def story(here: World) -> None:
        wanted = Wishes(off_for=frozenset({"secret"}), recording=False)  # told to nobody: we died
        here.journal.write(entry(answered_at=7.0, wishes=wanted))
        here.asterisk.answers["GET", "/channels"] = (200, [channel("1"), channel("media-1")])
        here.left(in_bridge=["media-1"], recorded="yes")
        await compare_notes(here.board)
        await here.asterisk.until(("POST", "/channels/1/continue"))
        assert ("POST", "/bridges/bridge-1/addChannel") in here.asterisk.asked
        assert {"context": "live", "extension": "record-off", "priority": "1"} in here.asterisk.parameters
        here.end()
        await here.over()

    told(tmp_path, story)


def test_a_call_not_yet_answered_starts_over_after_a_restart(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry())
        here.asterisk.answers["GET", "/channels"] = (200, [channel("1")])
        await compare_notes(here.board)
        await here.asterisk.until(("POST", "/channels/externalMedia"))
        assert here.asterisk.asked.index(("DELETE", "/channels/media-1")) < here.asterisk.asked.index(
            ("POST", "/bridges/bridge-1")
        )
        here.end()
        await here.over()
        assert here.kinds() == [CallEnded]  # its start was told by the life before

    told(tmp_path, story)


def test_what_ended_while_we_were_away_is_closed_and_its_leftovers_deleted(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry(answered_at=7.0))
        bridge = BRIDGE | {"channels": ["media-1"]}
        here.asterisk.answers["GET", "/bridges"] = (200, [bridge, bridge | {"id": "somebody-elses"}])
        here.asterisk.answers["GET", "/channels"] = (200, [channel("media-1")])
        await compare_notes(here.board)
        await sweep(here.board)
        assert (here.ended().outcome, here.ended().cause) == ("caller_hung_up", 127)
        deleted = {path for method, path in here.asterisk.asked if method == "DELETE"}
        assert deleted == {"/channels/media-1", "/bridges/bridge-1"}

    told(tmp_path, story)


def test_people_who_talk_are_left_alone_though_we_know_nothing_of_their_call(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        caller, talks, asked = channel("1"), channel("operator1-1", state="Up"), channel("operator2-1", state="Ringing")
        caller["dialplan"] |= {"app_name": "Queue", "app_data": "humans"}
        talks["dialplan"] |= {"app_name": "Bridge", "app_data": "1,x"}
        asked["dialplan"] |= {"app_name": "AppDial2", "app_data": "(Outgoing Line)"}
        here.asterisk.answers["GET", "/channels"] = (200, [caller, talks, asked])
        here.asterisk.answers["GET", "/bridges"] = (200, [])
        await compare_notes(here.board)
        await sweep(here.board)
        assert [path for method, path in here.asterisk.asked if method == "DELETE"] == ["/channels/operator2-1"]

    told(tmp_path, story)


def test_a_call_that_went_to_people_is_watched_to_its_end(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry())  # they were answered while nobody listened
        elsewhere = channel("1", state="Up")
        elsewhere["dialplan"] |= {"app_name": "Queue", "app_data": "humans"}
        here.asterisk.answers["GET", "/channels"] = (200, [elsewhere])
        await compare_notes(here.board)
        await here.asterisk.until(("POST", "/applications/haazir/subscription"))
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
        assert here.kinds() == [CallAnswered, CallEnded]
        assert here.ended().outcome == "transferred"

    told(tmp_path, story)


def test_who_comes_to_the_caller_and_goes_is_told_to_the_record_whoever_did_it(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.sites.finding = Found(msgspec.structs.replace(SITE, max_calls=0, overflow="queue"))
        here.ring()
        await here.asterisk.until(("POST", "/channels/1/continue"))
        here.hear("StasisEnd")
        for peer in ("Local/201@member-00000001;1", "PJSIP/201-0000002a", "PJSIP/202-0000002b", ""):
            here.hear("ChannelVarset", variable="BRIDGEPEER", value=peer)
        here.hear("ChannelVarset", variable="MESSAGE", value="taken")
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
        assert [f"{type(fact).__name__} {fact.person}" for fact in here.facts if isinstance(fact, PersonJoined | PersonLeft)] == [
            "PersonJoined 201", "PersonLeft 201", "PersonJoined 202", "PersonLeft 202",
        ]  # fmt: skip
        assert here.ended().outcome == "voicemail"

    told(tmp_path, story)


def test_a_session_whose_caller_vanished_unheard_is_ended_by_comparing(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        here.asterisk.answers["GET", "/channels"] = (200, [])
        await compare_notes(here.board)
        await here.over()
        assert (here.ended().outcome, here.ended().cause) == ("caller_hung_up", 127)

    told(tmp_path, story)


def test_calls_that_ended_with_asterisk_are_closed_with_that_cause(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        here.journal.write(msgspec.structs.replace(entry(answered_at=7.0), call_id=CallId("2")))
        here.asterisk.answers["GET", "/channels"] = (200, [])
        await compare_notes(here.board, RESTARTED)
        await here.over()
        ended = [fact for fact in here.facts if isinstance(fact, CallEnded)]
        assert {(fact.call_id, fact.cause, fact.cause_text) for fact in ended} == {("1", 127, RESTARTED), ("2", 127, RESTARTED)}

    told(tmp_path, story)


def test_another_media_server_takes_a_call_over_and_is_joined_to_the_caller(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        leg = channel("media2-1", channelvars={"UNICASTRTP_LOCAL_ADDRESS": "127.0.0.1", "UNICASTRTP_LOCAL_PORT": "10006"})
        here.asterisk.answers["POST", "/channels/externalMedia"] = (200, leg)
        here.media.told.clear()
        await here.media.links[0].close()
        here.hear("StasisEnd", "media-1")  # of the leg that we deleted: no news
        await here.media.until("ConnectMedia")
        here.hear("StasisStart", "media2-1", args=["media"])
        await here.media.until("Answered")
        assert here.media.told == ["OpenMedia", "ConnectMedia", "Answered"]
        assert ("DELETE", "/channels/media-1") in here.asterisk.asked
        assert {"channel": "1,media2-1"} in here.asterisk.parameters
        (kept,) = here.journal.entries()
        assert (kept.media, kept.session) == ("media-server", 2)
        here.end()
        await here.over()
        assert ("DELETE", "/channels/media2-1") in here.asterisk.asked
        assert here.ended().outcome == "caller_hung_up"

    told(tmp_path, story)


def test_drained_we_give_no_call_to_the_agent_until_it_is_taken_back(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        assert isinstance(await here.board.obey(Drain(order_id="d1")), Done)
        here.ring()
        await here.asterisk.until(("POST", "/channels/1/continue"))
        here.end()
        await here.board.obey(Drain(order_id="d2", on=False))
        here.ring("2")
        await here.asterisk.until(("POST", "/channels/externalMedia"))
        here.end("2")
        await here.over()
        assert [fact.reason for fact in here.facts if isinstance(fact, CallTransferred)] == ["draining"]

    told(tmp_path, story)


def test_a_caller_who_was_to_be_sent_to_the_queue_when_we_died_is_found_with_us(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry(answered_at=7.0, handover=Handover((Way("queue", "humans"),), "asked", Stage.SENT)))
        here.asterisk.answers["GET", "/channels"] = (200, [channel("1")])
        here.asterisk.answers["GET", "/channels/1"] = (200, channel("1"))
        here.asterisk.answers["GET", "/bridges"] = (200, [])
        await compare_notes(here.board)
        await here.asterisk.until(("POST", "/channels/1/continue"))
        assert {"context": "from-trunk", "extension": "1000", "priority": "1"} in here.asterisk.parameters
        here.end()
        await here.over()

    told(tmp_path, story)


def test_people_give_a_caller_whom_we_do_not_know_to_the_agent_who_takes_them_at_once_at_any_hour(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.sites.finding = Found(msgspec.structs.replace(SITE, reception=Reception(people_first_s=15)))
        back = channel("1")
        back["dialplan"] |= {"app_data": "haazir,inbound-again,1000,(ulaw),referred"}
        here.asterisk.answers["GET", "/channels"] = (200, [back])
        here.hear("StasisStart", args=["inbound-again", "1000", "(ulaw)", "referred"])
        assert here.board.unsure.is_set()  # main.py compares then
        await compare_notes(here.board)
        await here.media.until("OpenMedia")
        here.end()
        await here.over()

    told(tmp_path, story)


def test_whom_people_gave_back_while_we_were_away_gets_the_agent_and_does_not_wait_in_silence(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry(answered_at=7.0, with_people=True))
        here.asterisk.answers["GET", "/channels"] = (200, [channel("1")])
        await compare_notes(here.board)
        await here.media.until("OpenMedia")
        here.end()
        await here.over()
        assert here.ended().outcome == "caller_hung_up"

    told(tmp_path, story)
