"""One conversation's connection: its turns, asked early and perhaps in vain, and what becomes of them.

Ask ──> a draft (one task; a newer revision replaces it) ──> sentences, at once
Commit ──> the draft's memory is the conversation's, and the turn is written down; what waited at a Barrier goes on
CancelTurn ──> the draft is gone; what was committed and heard stays, and what has passed a Barrier runs to its end
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import msgspec

from brain.metrics import ANSWERS, FIRST_SENTENCE
from brain.notebook import Notebook, Turn
from brain.turn import Asked, AwaitTurn, Barrier, CannotAnswer, Done, Exchange, Memory, Piece, Say, ToolBegan, ToolEnded, Write
from core import commands as msg
from core.bus import Link, PeerGone

log = logging.getLogger(__name__)

Answer = Callable[[Asked, Memory], AsyncIterator[Piece]]
"""dialogue.answer with the site's mind in it."""

RECENT = 10
"""Turns that a conversation remembers word for word."""
FINISH_S = 15.0
"""The longest that a write of a conversation that is over may take. Its tool has a deadline of its own, and sooner."""


@dataclass(slots=True)
class Draft:
    """One revision of one turn, as far as it is answered."""

    ask: msg.Ask
    task: "asyncio.Task[None] | None" = None
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    acting: bool = False
    """It has passed its Barrier and changes the world: nothing stops it any more."""
    wanted: bool = True
    """Somebody listens."""
    said: list[str] = field(default_factory=list)
    done: Done | None = None
    heard: str | None = None


class Session:
    """`await Session(link, opened, answer, notebook).run()` lives as long as the connection, and as what it has to finish."""

    def __init__(self, link: Link[msg.ToBrain], opened: msg.OpenConversation, answer: Answer, notebook: Notebook) -> None:
        self._link = link
        self._opened = opened
        self._answer = answer
        self._notebook = notebook
        self._memory = Memory(opened.language)
        self._draft: Draft | None = None
        self._committed: Draft | None = None
        self._acting: Draft | None = None

    async def run(self) -> None:
        self._notebook.opened(self._opened)
        self._link.send(msg.ConversationOpened())
        try:
            async for message in self._link:
                await self._take(message)
        finally:
            await self._drop()
            await self._finish()
            self._notebook.closed(self._opened.site_id, self._opened.call_id)

    async def _take(self, message: msg.ToBrain) -> None:
        draft, committed = self._draft, self._committed
        match message:
            case msg.Ask():
                await self._drop()
                self._draft = draft = Draft(message)
                draft.task = asyncio.create_task(self._think(draft))
            case msg.Commit(turn=turn, revision=revision) if draft and (draft.ask.turn, draft.ask.revision) == (turn, revision):
                if not draft.committed.is_set():
                    self._committed = draft
                    draft.committed.set()
                    self._settle(draft)
            case msg.CancelTurn(turn=turn) if draft and draft.ask.turn == turn:
                await self._drop()
            case msg.Heard(turn=turn, text=text) if committed and committed.ask.turn == turn:
                committed.heard = text
                self._write_down(committed)
            case msg.OpenConversation():
                log.warning("! a conversation was opened twice", extra={"call": self._opened.call_id})
            case _:
                log.debug("late word of an older turn", extra={"call": self._opened.call_id, "what": type(message).__name__})

    async def _drop(self) -> None:
        """Nobody waits for this answer any more. If it was committed and complete, it has its place in memory already."""
        draft, self._draft = self._draft, None
        if draft is not None and draft.task is not None:
            draft.wanted = False
            if not draft.acting:
                draft.task.cancel()
                await asyncio.wait([draft.task])

    async def _finish(self) -> None:
        """What changes the world is brought to its end, also for a caller who is gone."""
        acting = self._acting
        if acting is not None and acting.task is not None and not acting.task.done():
            await asyncio.wait([acting.task], timeout=FINISH_S)
            if not acting.task.done():
                log.error("! a write does not end: given up", extra={"call": self._opened.call_id, "turn": acting.ask.turn})
                acting.task.cancel()
                await asyncio.wait([acting.task])

    async def _think(self, draft: Draft) -> None:
        ask, opened = draft.ask, self._opened
        asked = Asked(
            ask.text, ask.language, ask.confidence, ask.via, opened.channel, opened.caller, opened.call_id, ask.turn
        )  # fmt: skip
        try:
            await self._finish()  # the next answer must know what the last one did
            await self._pull(draft, self._answer(asked, self._memory))
        except PeerGone:
            return  # the connection's own loop ends as well
        except CannotAnswer as error:
            log.warning("! no answer", extra={"call": self._opened.call_id, "turn": ask.turn, "why": error})
            self._failed(draft, str(error))
        except Exception as error:  # the one place where a turn dies: the conversation goes on, the caller hears of it
            log.exception("! a turn failed", extra={"call": self._opened.call_id, "turn": ask.turn})
            self._failed(draft, type(error).__name__)

    async def _pull(self, draft: Draft, pieces: AsyncIterator[Piece]) -> None:
        began = time.perf_counter()
        async for piece in pieces:
            match piece:
                case AwaitTurn():
                    await draft.committed.wait()
                case Barrier():
                    await draft.committed.wait()
                    draft.acting, self._acting = True, draft
                case Say() if not draft.said:
                    FIRST_SENTENCE.observe(time.perf_counter() - began)
            self._send(draft, piece)

    def _failed(self, draft: Draft, detail: str) -> None:
        with contextlib.suppress(PeerGone):
            self._tell(draft, msg.BrainFailed(turn=draft.ask.turn, revision=draft.ask.revision, detail=detail))

    def _tell(self, draft: Draft, message: msgspec.Struct) -> None:
        """PeerGone, unless that is no reason to stop."""
        if not draft.wanted:
            return
        try:
            self._link.send(message)
        except PeerGone:
            draft.wanted = False
            if not draft.acting:
                raise

    def _send(self, draft: Draft, piece: Piece) -> None:
        turn, revision = draft.ask.turn, draft.ask.revision
        match piece:
            case Say(text=text, language=language) | Write(text=text, language=language):
                index = len(draft.said)
                self._tell(draft, msg.Sentence(turn=turn, revision=revision, index=index, text=text, language=language))
                draft.said.append(text)
            case ToolBegan(tool=tool):
                self._tell(draft, msg.ToolStarted(turn=turn, revision=revision, tool=tool))
            case ToolEnded(tool=tool, arguments=arguments, ok=ok, seconds=seconds):
                ended = msg.ToolFinished(turn=turn, revision=revision, tool=tool, arguments=arguments, ok=ok, seconds=seconds)
                self._tell(draft, ended)
            case Done():
                self._tell(draft, _answer_done(turn, revision, piece))
                draft.done = piece
                self._settle(draft)

    def _settle(self, draft: Draft) -> None:
        """A turn that is both committed and answered is what the conversation now knows."""
        if draft.committed.is_set() and (done := draft.done) is not None:
            exchange = Exchange(draft.ask.text, " ".join(draft.said), self._opened.channel, draft.ask.language)
            self._memory = replace(done.memory, recent=(*done.memory.recent, exchange)[-RECENT:])
            ANSWERS.labels(done.source).inc()
            self._write_down(draft)

    def _write_down(self, draft: Draft) -> None:
        """A turn that was cancelled before its answer was complete is not written: media_server has its words."""
        if (done := draft.done) is not None:
            ask = draft.ask
            asked = (ask.turn, ask.via, ask.text, ask.language, ask.confidence)
            self._notebook.turned(self._opened, Turn(*asked, " ".join(draft.said), draft.heard, done.source, done.score))


def _answer_done(turn: int, revision: int, done: Done) -> msg.AnswerDone:
    return msg.AnswerDone(
        turn=turn,
        revision=revision,
        answer_source=done.source,
        expects=done.memory.expects,
        digits=done.memory.digits,
        then=done.then,
        destination=done.destination,
        summary=done.summary,
    )
