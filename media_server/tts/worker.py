"""Says the sentences of all calls: their text becomes clauses, and Dispatch has them said, the most urgent first.

link ──OpenSpeaking, Speak, CancelReply──> front end ──clauses──> Dispatch ──Sound, SpeakingFailed──> link
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from prometheus_client import Gauge

from core.bus import Link
from core.ids import SiteId
from core.sentences import clauses, split
from core.sites import Language
from core.speech import CancelReply, OpenSpeaking, Speak, SpeakingFailed, SpeakingOpened, ToTts
from media_server.tts.clause import Call, Clause
from media_server.tts.desk import Desk
from media_server.tts.dispatch import Dispatch
from media_server.tts.kept import Kept
from media_server.tts.phrases import PhraseKey, made_by
from media_server.tts.recurring import common
from media_server.tts.site_lexicon import NOBODYS
from media_server.tts.text.site_words import SiteLexicon
from media_server.tts.voices import chosen

log = logging.getLogger(__name__)

MOST_WAITING = 200
"""Clauses of one call: ten minutes of speech."""
LATE_S = 0.3
"""Silence that a listener is asked to bear before another engine says it."""
CALLS = Gauge("haazir_tts_calls", "Calls connected")


class Spoken(Protocol):
    """The front end: a sentence as it is said. It never raises."""

    def __call__(
        self, text: str, language: Language, *, english: Literal["latin", "devanagari"], lexicon: SiteLexicon
    ) -> str: ...


Lexicons = Callable[[SiteId], Awaitable[SiteLexicon]]
"""How a site's own words are said, quickly and without fail."""


async def no_lexicons(site: SiteId) -> SiteLexicon:
    """Everybody's words are said alike."""
    return NOBODYS


class Worker:
    """`desks` are the engines of this process, the usual one first; `reserve`, one of them, stands in for the others."""

    def __init__(
        self,
        desks: Sequence[Desk],
        spoken: Spoken,
        *,
        reserve: Desk | None = None,
        kept: Kept | None = None,
        lexicons: Lexicons = no_lexicons,
        late_s: float = LATE_S,
    ) -> None:
        self._desks = {desk.engine.name: desk for desk in desks}
        self._spoken = spoken
        self._lexicons = lexicons
        self._reserve = reserve
        self._kept = kept
        self._dispatch = Dispatch(desks, reserve, kept, late_s)

    async def serve(self, link: Link[ToTts]) -> None:
        """One call, from its OpenSpeaking to its end."""
        opened = await link.receive()
        if not isinstance(opened, OpenSpeaking):
            log.warning("! a call must begin with OpenSpeaking", extra={"got": type(opened).__name__})
            return
        call = self._open(link, opened, await self._lexicons(opened.site_id))
        CALLS.inc()
        try:
            link.send(self._opened(call))
            async for message in link:
                match message:
                    case Speak():
                        await self._take(call, message)
                    case CancelReply(reply=reply):
                        call.cancelled.add(reply)
                        self._dispatch.cancel(call)
        finally:
            CALLS.dec()
            self._dispatch.leave(call)

    async def run(self) -> None:
        """Say what is asked, for ever. EngineLost."""
        await self._dispatch.run()

    def _open(self, link: Link[ToTts], opened: OpenSpeaking, lexicon: SiteLexicon) -> Call:
        engine, voice = chosen(opened.voice, tuple(self._desks))
        if not voice and opened.voice:
            log.warning("! no such engine, speaking with the usual one", extra={"voice": opened.voice, "engine": engine})
        queue = self._dispatch.turns.open(patient=not opened.live)
        return Call(link, opened.call_id, opened.rate, self._desks[engine], voice, opened.live, queue, lexicon)

    def _opened(self, call: Call) -> SpeakingOpened:
        """With the engine that makes its sound. Of another, lines to be kept are of no use: who asks for them is told."""
        desk, reserve, version = call.desk, self._reserve, call.lexicon.version
        if reserve is None or reserve is desk:
            return SpeakingOpened(engine=desk.engine.name, revision=desk.revision, lexicon=version)
        stand_in = f"{reserve.engine.name}:{desk.engine.gender(call.voice)}"
        speaks = reserve if desk.failed and not call.live else desk
        return SpeakingOpened(engine=speaks.engine.name, revision=speaks.revision, stand_in=stand_in, lexicon=version)

    async def _take(self, call: Call, asked: Speak) -> None:
        if asked.reply in call.cancelled:
            return
        asked_at = asyncio.get_running_loop().time()
        if not call.live:
            await call.desk.tried.wait()  # how a text is written, and what its sound is known by, is the engine's own
        if refused := self._refused(call):
            call.link.send(SpeakingFailed(reply=asked.reply, index=asked.index, detail=refused))
            return
        parts = self._clauses(call, asked, asked_at)
        if self._kept is not None and (keys := [part.key for part in parts if part.key is not None and part.common]):
            await self._kept.look(keys)
        self._enqueue(call, parts)

    @staticmethod
    def _refused(call: Call) -> str:
        """Why it can't be asked for more; empty: it can."""
        if len(call.queue.clauses) > MOST_WAITING:
            return "too much text is waiting to be said"
        return f"{call.desk.engine.name} is not loaded" if call.desk.failed and not call.live else ""

    def _enqueue(self, call: Call, parts: Sequence[Clause]) -> None:
        first = parts[0]
        if first.reply != call.reply:
            call.reply = first.reply
            self._dispatch.turns.begin(call.queue, first.asked_at)
        call.queue.clauses.extend(parts)
        self._dispatch.place()

    def _clauses(self, call: Call, asked: Speak, asked_at: float) -> list[Clause]:
        """At least one."""
        engine = call.desk.engine
        spoken = [self._spoken(text, asked.language, english=engine.english, lexicon=call.lexicon) for text in split(asked.text)]
        parts = [part for sentence in spoken for part in clauses(sentence)] or [""]
        made = [
            Clause(call, asked_at, asked.reply, asked.index, text, asked.language, last=number == len(parts))
            for number, text in enumerate(parts, 1)
        ]
        for clause in made:
            if clause.text and engine.revision:
                name = made_by(engine.name, engine.revision)
                clause.key = PhraseKey(engine=name, voice=call.voice, language=clause.language, text=clause.text, rate=call.rate)
                clause.common = common(asked.text, clause.text)
        return made
