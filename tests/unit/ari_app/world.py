"""Everything around the switchboard: a pretended Asterisk, a pretended media server, one site."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from ari_app.announcements import Announcements
from ari_app.ari.client import Ari
from ari_app.ari.events import Reader
from ari_app.ari.models import ApplicationReplaced
from ari_app.books import Books
from ari_app.briefing import Briefing
from ari_app.call.routing import Finding, Found
from ari_app.call.seats import Seats
from ari_app.call.state import Limits
from ari_app.doors import Doors
from ari_app.journal import Entry, Journal
from ari_app.media_servers import MediaServers
from ari_app.recordings import Recordings
from ari_app.standing import StandingOrders
from ari_app.switchboard import Switchboard
from core import commands
from core.bus import Link, serve
from core.events import AnyEvent, CallEnded
from core.ids import CallId, SiteId
from core.settings import Settings
from core.sites import Phrases, Site
from tests.unit.ari_app.fake_asterisk import FakeAsterisk, channel, event, fake_asterisk

PHRASES = Phrases(greeting="", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")
SITE = Site(site_id=SiteId("demo"), name="Demo", phrases={"en": PHRASES}, languages=("en",), max_calls=1, overflow="busy")
PHONE = "PJSIP/201/sip:201@10.0.0.5:5060"
"""Whatever variable is asked for: the phones that an operator has registered."""
LEG = channel("media-1", channelvars={"UNICASTRTP_LOCAL_ADDRESS": "127.0.0.1", "UNICASTRTP_LOCAL_PORT": "10004"})
BRIDGE = {
    "id": "bridge-1", "technology": "simple_bridge", "bridge_type": "mixing", "bridge_class": "stasis",
    "creator": "Stasis", "name": "bridge-1", "channels": [], "creationtime": "2026-11-21T09:48:08.833+0000",
}  # fmt: skip


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
        announcements = Announcements(settings.socket("tts-worker"), settings.run_dir / "announcements")
        doors = Doors(
            ari=ari, sites=self.sites, standing=StandingOrders(ari, announcements),
            books=Books(self.journal, self.facts.append, Recordings(settings.recordings_dir)),
            seats=Seats(), media=MediaServers(settings), limits=Limits(phones=("201",)), max_total=60,
            briefing=Briefing(settings.socket("tts-worker"), settings.run_dir / "briefings"), trunk_hosts={},
            announcements=announcements,
        )  # fmt: skip
        self.board = Switchboard(doors, tasks)
        asterisk.answers["POST", "/channels/externalMedia"] = (200, LEG)
        asterisk.answers["GET", "/channels/1/variable"] = (200, {"value": PHONE})
        asterisk.answers["GET", "/asterisk/variable"] = (200, {"value": ""})

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

    def left(self, in_bridge: list[str], recorded: str = "yes") -> None:
        """How an earlier life of ours left call 1."""
        self.asterisk.answers["GET", "/bridges/bridge-1"] = (200, BRIDGE | {"channels": in_bridge})
        self.asterisk.answers["GET", "/channels/1/variable"] = (200, {"value": recorded})

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


def entry(**more: Any) -> Entry:
    return Entry(call_id=CallId("1"), site=SITE, caller="9876543210", called="1000", native="(ulaw)", **more)
