"""One conversation's connection: its turns, asked early and perhaps in vain, and what becomes of them.

Ask ──> a draft (one task; a newer revision replaces it) ──> sentences, at once
Commit ──> the draft's memory is the conversation's, and the turn is written down
CancelTurn ──> the draft is gone; what was committed and heard stays
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from brain.metrics import ANSWERS, FIRST_SENTENCE
from brain.notebook import Notebook, Turn
from brain.turn import Asked, CannotAnswer, Done, Memory, Piece, Say, ToolBegan, ToolEnded
from core import commands as msg
from core.bus import Link, PeerGone

log = logging.getLogger(__name__)

Answer = Callable[[Asked, Memory], AsyncIterator[Piece]]
"""dialogue.answer with the site's mind in it."""


@dataclass(slots=True)
class Draft:
    """One revision of one turn, as far as it is answered."""

    ask: msg.Ask
    task: "asyncio.Task[None] | None" = None
    said: list[str] = field(default_factory=list)
    done: Done | None = None
    heard: str | None = None


class Session:
    """`await Session(link, opened, answer, notebook).run()` lives as long as the connection."""

    def __init__(self, link: Link[msg.ToBrain], opened: msg.OpenConversation, answer: Answer, notebook: Notebook) -> None:
        self._link = link
        self._opened = opened
        self._answer = answer
        self._notebook = notebook
        self._memory = Memory(opened.language)
        self._draft: Draft | None = None
        self._committed: Draft | None = None

    async def run(self) -> None:
        self._notebook.opened(self._opened)
        self._link.send(msg.ConversationOpened())
        try:
            async for message in self._link:
                await self._take(message)
        finally:
            await self._drop()
            self._notebook.closed(self._opened.site_id, self._opened.call_id)

    async def _take(self, message: msg.ToBrain) -> None:
        draft, committed = self._draft, self._committed
        match message:
            case msg.Ask():
                await self._drop()
                self._draft = draft = Draft(message)
                draft.task = asyncio.create_task(self._think(draft))
            case msg.Commit(turn=turn, revision=revision) if draft and (draft.ask.turn, draft.ask.revision) == (turn, revision):
                self._committed = draft
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
            draft.task.cancel()
            await asyncio.wait([draft.task])

    async def _think(self, draft: Draft) -> None:
        ask = draft.ask
        began = time.perf_counter()
        asked = Asked(ask.text, ask.language, ask.confidence, ask.via)
        try:
            async for piece in self._answer(asked, self._memory):
                if isinstance(piece, Say) and not draft.said:
                    FIRST_SENTENCE.observe(time.perf_counter() - began)
                self._send(draft, piece)
        except PeerGone:
            return  # the connection's own loop ends as well
        except CannotAnswer as error:
            log.warning("! no answer", extra={"call": self._opened.call_id, "turn": ask.turn, "why": error})
            self._failed(ask, str(error))
        except Exception as error:  # the one place where a turn dies: the conversation goes on, the caller hears of it
            log.exception("! a turn failed", extra={"call": self._opened.call_id, "turn": ask.turn})
            self._failed(ask, type(error).__name__)

    def _failed(self, ask: msg.Ask, detail: str) -> None:
        with contextlib.suppress(PeerGone):
            self._link.send(msg.BrainFailed(turn=ask.turn, revision=ask.revision, detail=detail))

    def _send(self, draft: Draft, piece: Piece) -> None:
        turn, revision = draft.ask.turn, draft.ask.revision
        match piece:
            case Say(text=text, language=language):
                index = len(draft.said)
                self._link.send(msg.Sentence(turn=turn, revision=revision, index=index, text=text, language=language))
                draft.said.append(text)
            case ToolBegan(tool=tool):
                self._link.send(msg.ToolStarted(turn=turn, revision=revision, tool=tool))
            case ToolEnded(tool=tool, arguments=arguments, ok=ok, seconds=seconds):
                ended = msg.ToolFinished(turn=turn, revision=revision, tool=tool, arguments=arguments, ok=ok, seconds=seconds)
                self._link.send(ended)
            case Done():
                self._link.send(_answer_done(turn, revision, piece))
                draft.done = piece
                self._settle(draft)

    def _settle(self, draft: Draft) -> None:
        """A turn that is both committed and answered is what the conversation now knows."""
        if draft is self._committed and draft.done is not None:
            self._memory = draft.done.memory
            ANSWERS.labels(draft.done.source).inc()
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
