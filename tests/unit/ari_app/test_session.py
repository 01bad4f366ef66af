"""A call from its first ring to its end, with a pretended Asterisk and a pretended media server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from ari_app.apologies import Apologies
from ari_app.ari.client import Ari
from ari_app.ari.events import Reader
from ari_app.ari.models import ApplicationReplaced
from ari_app.books import Books
from ari_app.briefing import Briefing
from ari_app.call.routing import CannotTell, Finding, Found
from ari_app.call.seats import Seats
from ari_app.call.state import Limits
from ari_app.doors import Doors
from ari_app.journal import Entry, Journal
from ari_app.media_servers import MediaServers
from ari_app.recordings import Recordings
from ari_app.recover import RESTARTED, compare_notes, sweep
from ari_app.standing import StandingOrders
from ari_app.switchboard import Switchboard
from core import commands
from core.bus import Link, serve
from core.events import AnyEvent, CallAnswered, CallEnded, CallStarted, CallTransferred, PersonJoined, PersonLeft
from core.ids import CallId, SiteId
from core.orders import Done, Drain
from core.settings import Settings
from core.sites import Phrases, Site
from tests.unit.ari_app.fake_asterisk import FakeAsterisk, channel, event, fake_asterisk

PHRASES = Phrases(greeting="", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")
SITE = Site(site_id=SiteId("demo"), name="Demo", phrases={"en": PHRASES}, languages=("en",), max_calls=1, overflow="busy")
LEG = channel("media-1", channelvars={"UNICASTRTP_LOCAL_ADDRESS": "127.0.0.1", "UNICASTRTP_LOCAL_PORT": "10004"})


class OneSite:
    """Sites with one answer to every number."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding

    async def find(self, number: str) -> Finding:
        return self.finding


class Media:
    """The media server: opens every session, remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.links: list[Link[commands.ToMedia]] = []
        self.refuses = False
        self.news = asyncio.Event()

    async def handle(self, link: Link[commands.ToMedia]) -> None:
        self.links.append(link)
        async for message in link:
            self.told.append(type(message).__name__)
            if isinstance(message, commands.OpenMedia | commands.AdoptMedia):
                answer = commands.MediaRefused(reason="") if self.refuses else commands.MediaOpened(host="127.0.0.1", port=40000)
                link.send(answer)
            if isinstance(message, commands.CloseMedia):
                link.send(commands.MediaClosed(reason=""))
                await link.close()
            self.news.set()

    async def until(self, message: str) -> None:
        async with asyncio.timeout(5):
            while message not in self.told:
                self.news.clear()
                await self.news.wait()


class World:
    """Everything around the switchboard."""

    def __init__(self, asterisk: FakeAsterisk, settings: Settings, ari: Ari, tasks: asyncio.TaskGroup) -> None:
        self.asterisk, self.media, self.facts = asterisk, Media(), list[AnyEvent]()
        self.journal = Journal(settings.home / "calls")
        self.sites = OneSite(Found(SITE))
        doors = Doors(
            ari=ari, sites=self.sites, standing=StandingOrders(ari),
            books=Books(self.journal, self.facts.append, Recordings(settings.recordings_dir)),
            seats=Seats(), media=MediaServers(settings), limits=Limits(phones=("201",)), max_total=60,
            briefing=Briefing(settings.socket("tts-worker"), settings.run_dir / "briefings"), trunk_hosts={},
            apologies=Apologies(settings.socket("tts-worker"), settings.run_dir / "apologies"),
        )  # fmt: skip
        self.board = Switchboard(doors, tasks)
        asterisk.answers["POST", "/channels/externalMedia"] = (200, LEG)

    def hear(self, kind: str, channel_id: str = "1", **more: Any) -> None:
        heard = Reader().read(json.dumps(event(kind, channel_id, **more)))
        assert heard is not None and not isinstance(heard, ApplicationReplaced)
        self.board.hear(heard)

    def ring(self, call: str = "1") -> None:
        self.hear("StasisStart", call, args=["inbound", "1000", "(ulaw)"])

    async def talk(self) -> None:
        """To the middle of a conversation."""
        self.ring()
        await self.asterisk.until(("POST", "/channels/externalMedia"), ("POST", "/bridges/bridge-1"))
        self.hear("StasisStart", "media-1", args=["media"])
        await self.media.until("Answered")

    def end(self, call: str = "1") -> None:
        self.hear("StasisEnd", call)
        self.hear("ChannelDestroyed", call, cause=16, cause_txt="Normal Clearing")

    async def over(self) -> None:
        """Until no session is left."""
        async with asyncio.timeout(5):
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name().startswith("call ")))

    def kinds(self) -> list[type[AnyEvent]]:
        return [type(fact) for fact in self.facts]

    def ended(self) -> CallEnded:
        assert isinstance(self.facts[-1], CallEnded)
        return self.facts[-1]


@contextlib.asynccontextmanager
async def world(home: Path) -> AsyncIterator[World]:
    async with (
        fake_asterisk(home) as (asterisk, settings),
        Ari(settings) as ari,
        asyncio.TaskGroup() as tasks,
    ):
        here = World(asterisk, settings, ari, tasks)
        async with serve(settings.socket("media-server"), commands.ToMedia, here.media.handle):
            yield here


def told(home: Path, story: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        async with world(home) as here:
            await story(here)

    asyncio.run(run())


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


def test_after_a_restart_a_conversation_is_taken_up_again(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry(answered_at=7.0))
        here.asterisk.answers["GET", "/channels"] = (200, [channel("1"), channel("media-1")])
        await compare_notes(here.board)
        await here.media.until("Answered")  # once more: our last life may have ended before it was heard
        assert here.media.told == ["AdoptMedia", "Answered"]
        here.hear("ChannelDtmfReceived", digit="7", duration_ms=100)
        await here.media.until("Digit")
        assert len(here.board.doors.seats) == 1
        here.end()
        await here.over()
        assert here.kinds() == [CallEnded]

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
        bridge = {
            "id": "bridge-1", "technology": "simple_bridge", "bridge_type": "mixing", "bridge_class": "stasis",
            "creator": "Stasis", "name": "bridge-1", "channels": ["media-1"], "creationtime": "2026-11-21T09:48:08.833+0000",
        }  # fmt: skip
        here.asterisk.answers["GET", "/bridges"] = (200, [bridge, bridge | {"id": "somebody-elses"}])
        here.asterisk.answers["GET", "/channels"] = (200, [channel("media-1")])
        await compare_notes(here.board)
        await sweep(here.board)
        assert (here.ended().outcome, here.ended().cause) == ("caller_hung_up", 127)
        deleted = {path for method, path in here.asterisk.asked if method == "DELETE"}
        assert deleted == {"/channels/media-1", "/bridges/bridge-1"}

    told(tmp_path, story)


def test_a_call_that_went_to_people_is_watched_to_its_end(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.journal.write(entry(answered_at=7.0))
        elsewhere = channel("1")
        elsewhere["dialplan"] |= {"app_name": "Queue", "app_data": "humans"}
        here.asterisk.answers["GET", "/channels"] = (200, [elsewhere])
        await compare_notes(here.board)
        await here.asterisk.until(("POST", "/applications/haazir/subscription"))
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
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


def entry(**more: Any) -> Entry:
    return Entry(call_id=CallId("1"), site=SITE, caller="9876543210", called="1000", native="(ulaw)", **more)
