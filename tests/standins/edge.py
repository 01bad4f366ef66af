"""An edge with everything real but its neighbours: bus sockets, RTP, pacer; recogniser, voice and brain of a few lines each.

scene(tmp_path) ──> stage.answered() ──> call, greeted and listening ──> call.speaks(): the stand-in recogniser knows what
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from core import commands as msg
from core import speech
from core.audio import CODECS, amplitude
from core.bus import Link, PeerGone, connect, serve
from core.events import AnyEvent
from core.ids import CallId, SiteId
from core.outbox import Outbox
from core.rtp import HEADER
from core.settings import Settings
from core.sites import Patience, Phrases, Site
from media_server.edge import Edge
from media_server.phrasebook import Phrasebook
from media_server.rtp.playout import AUDIBLE_DB
from media_server.rtp.tick import TickPacer
from media_server.session import Session, Shared
from media_server.tts.phrases import PhraseCache
from media_server.turn.state import Phase, SpeechStarted, SpeechStopped
from media_server.vad.silero import Listener, Silero, Window

T = TypeVar("T")

TONE = (np.sin(np.arange(400) * 0.3) * 8000).astype(np.int16).tobytes()
"""50 ms."""
QUESTION = "what are your delivery charges"
ANSWER = "Delivery is free."
LINES = Phrases(
    greeting="Welcome.", hold=("One moment.",), reminder="Are you there?", again="Please say that again.",
    apology="Something broke.", goodbye="Goodbye.", transfer="I connect you.",
)  # fmt: skip
SITE = Site(
    site_id=SiteId("demo"), name="Demo", languages=("en",), phrases={"en": LINES},
    patience=Patience(pause=0.02, end_of_turn=0.04, end_of_turn_open=0.08, hold_line=30, reply_limit=30, no_input=30),
)  # fmt: skip


async def until(happened: Callable[[], bool]) -> None:
    """Wait for it; TimeoutError if it never does."""
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110  (of a whole edge: there is no one event)
            await asyncio.sleep(0.005)


class StandIn:
    """One neighbour. `answer` says what it replies to a message; `die` is a kill, `start` its return."""

    def __init__(self, path: Path, receives: Any, answer: Callable[[Any], Iterable[msgspec.Struct]]) -> None:
        self.answer = answer
        self.got: list[Any] = []
        self._path, self._receives = path, receives
        self._links: set[Link[Any]] = set()
        self._serving: contextlib.AbstractAsyncContextManager[Any] | None = None

    def all(self, kind: type[T]) -> list[T]:
        return [message for message in self.got if isinstance(message, kind)]

    async def start(self) -> None:
        self._serving = serve(self._path, self._receives, self._converse)
        await self._serving.__aenter__()

    async def die(self) -> None:
        if self._serving is not None:
            await self._serving.__aexit__(None, None, None)
            self._serving = None
        await self.hang_up()

    def tell(self, message: msgspec.Struct) -> None:
        for link in self._links:
            link.send(message)

    async def hang_up(self) -> None:
        """Close every connection, and go on serving."""
        for link in list(self._links):
            await link.close()

    async def _converse(self, link: Link[Any]) -> None:
        self._links.add(link)
        try:
            async for message in link:
                self.got.append(message)
                for answer in self.answer(message):
                    link.send(answer)
        finally:
            self._links.discard(link)


def hears(message: speech.ToStt) -> list[msgspec.Struct]:
    match message:
        case speech.OpenHearing():
            return [speech.HearingOpened(engine="stand-in")]
        case speech.Flush(utterance=utterance, revision=revision):
            return [speech.Final(utterance=utterance, revision=revision, text=QUESTION, language="en", confidence=0.9)]
    return []


def speaks(message: speech.ToTts) -> list[msgspec.Struct]:
    match message:
        case speech.OpenSpeaking():
            return [speech.SpeakingOpened(engine="espeak")]
        case speech.Speak(reply=reply, index=index):
            return [speech.Sound(reply=reply, index=index, pcm=TONE, last=True)]
    return []


def thinks(message: msg.ToBrain) -> list[msgspec.Struct]:
    match message:
        case msg.OpenConversation():
            return [msg.ConversationOpened()]
        case msg.Ask(turn=turn, revision=revision):
            sentence = msg.Sentence(turn=turn, revision=revision, index=0, text=ANSWER, language="en")
            return [sentence, msg.AnswerDone(turn=turn, revision=revision, answer_source="knowledge")]
    return []


def only_opens(answer: Callable[[Any], list[msgspec.Struct]]) -> Callable[[Any], list[msgspec.Struct]]:
    """The same neighbour, but it never says a word of substance."""
    return lambda message: answer(message) if type(message).__name__.startswith("Open") else []


class Deaf(Silero):
    """No network: the caller's speech is told by `OpenCall.speaks`."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def run(self) -> list[tuple[Listener, Window]]:
        return []

    @property
    def calls(self) -> int:
        return len(self._listeners)


class Records(Outbox):
    """Keeps what is published."""

    def __init__(self) -> None:
        self.published: list[AnyEvent] = []

    def publish(self, event: AnyEvent) -> None:
        self.published.append(event)


class Controller:
    """ari-app's end of one connection."""

    def __init__(self, link: Link[Any]) -> None:
        self.link = link
        self.got: list[Any] = []
        self.ended = False
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self.link:
            self.got.append(message)
        self.ended = True

    async def expect(self, kind: type[T]) -> T:
        await until(lambda: any(isinstance(message, kind) for message in self.got))
        return next(message for message in self.got if isinstance(message, kind))

    async def leave(self) -> None:
        await self.link.close()
        await self._task


class OpenCall:
    """One call as ari-app and Asterisk see it."""

    def __init__(self, scene: "Scene", controller: Controller, call_id: CallId) -> None:
        self.controller, self.call_id = controller, call_id
        self._scene = scene
        self.asterisk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.asterisk.setblocking(False)
        self.asterisk.bind(("127.0.0.1", 0))

    @property
    def session(self) -> Session:
        return self._scene.edge._sessions[self.call_id]

    @property
    def phase(self) -> Phase:
        return self.session._turn.phase

    def connect(self) -> None:
        host, port = self.asterisk.getsockname()
        self.controller.link.send(msg.ConnectMedia(host=host, port=port))

    def answer(self) -> None:
        self.controller.link.send(msg.Answered(at=time.time()))

    async def reaches(self, phase: Phase) -> None:
        await until(lambda: self.phase is phase)

    async def hears_us(self) -> None:
        """Sound, not noise, comes out of the wire."""
        await until(lambda: any(_loud(packet) for packet in self._packets()))

    def speaks(self) -> None:
        """The caller has just said something."""
        now = asyncio.get_running_loop().time()
        self.session._inbox.put(SpeechStarted(now - 0.5))
        self.session._inbox.put(SpeechStopped(now))

    def starts_to_speak(self) -> None:
        self.session._inbox.put(SpeechStarted(asyncio.get_running_loop().time()))

    def _packets(self) -> Iterable[bytes]:
        with contextlib.suppress(BlockingIOError):
            while True:
                yield self.asterisk.recv(2048)


def _loud(packet: bytes) -> bool:
    sound = CODECS["ulaw"].decode(packet[HEADER.size :])
    return int(np.abs(sound.astype(np.int32)).max()) > amplitude(AUDIBLE_DB)


class Scene:
    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.stt = StandIn(self.settings.socket("stt-worker"), speech.ToStt, hears)
        self.tts = StandIn(self.settings.socket("tts-worker"), speech.ToTts, speaks)
        self.brain = StandIn(self.settings.socket("brain"), msg.ToBrain, thinks)
        self.pacer, self.silero, self.records = TickPacer(), Deaf(), Records()
        self.phrasebook = Phrasebook(self.settings, PhraseCache(home / "phrases"))
        self.edge = Edge(Shared(self.settings, self.silero, self.pacer, self.phrasebook, self.records))
        self._sockets: list[socket.socket] = []
        self._controllers: list[Controller] = []
        self._numbers = iter(range(1, 100))
        self._standing: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        for neighbour in (self.stt, self.tts, self.brain):
            await neighbour.start()
        await self.phrasebook.prepare(SITE, 8000)
        await until(lambda: not self.phrasebook._making)
        self.tts.got.clear()

    async def controller(self, first: msg.ToMedia) -> Controller:
        link = await connect(self.settings.socket("media-server"), msg.FromMedia)
        link.send(first)
        self._controllers.append(Controller(link))
        return self._controllers[-1]

    async def asked_for(self, session: int = 1, **of_a_call_out: Any) -> OpenCall:
        """OpenMedia is on its way."""
        call_id = CallId(f"call-{next(self._numbers)}")
        opening = msg.OpenMedia(
            patience_s=0.3,
            call_id=call_id,
            site=SITE,
            codec="ulaw",
            caller="98",
            called="1000",
            session=session,
            first="greeting" if session == 1 else "again",
            **of_a_call_out,
        )
        call = OpenCall(self, await self.controller(opening), call_id)
        self._sockets.append(call.asterisk)
        return call

    async def opened(self) -> OpenCall:
        call = await self.asked_for()
        await call.controller.expect(msg.MediaOpened)
        return call

    async def answered(self) -> OpenCall:
        call = await self.opened()
        call.connect()
        call.answer()
        await call.hears_us()
        await call.reaches(Phase.LISTENING)
        return call

    async def adopt(self, call: OpenCall) -> None:
        call.controller = await self.controller(msg.AdoptMedia(call_id=call.call_id))

    async def nothing_is_left(self) -> None:
        """No session, line or listener; no task but those that stood before the first call."""
        await until(lambda: self.edge.calls == 0 and not self.pacer._lines and not self.silero.calls)
        await until(lambda: asyncio.all_tasks() <= self._standing)


@contextlib.asynccontextmanager
async def scene(home: Path) -> AsyncIterator[Scene]:
    stage = Scene(home)
    async with serve(stage.settings.socket("media-server"), msg.ToMedia, stage.edge.control):
        await stage.start()
        ticking = asyncio.create_task(stage.edge.run())
        stage._standing = asyncio.all_tasks()
        try:
            yield stage
        finally:
            await stage.edge.close()
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError, PeerGone):
                await ticking
            for controller in stage._controllers:
                await controller.leave()
            for neighbour in (stage.stt, stage.tts, stage.brain):
                await neighbour.die()
            stage.pacer.stop()
            for one in stage._sockets:
                one.close()
