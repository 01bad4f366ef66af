"""One conversation's connection: its turns, asked early and perhaps in vain, and what becomes of them.

Ask ──> a draft (one task; a newer revision replaces it) ──> sentences, at once
Commit ──> the draft's memory is the conversation's, and the turn is written down; what waited at a Barrier goes on
CancelTurn ──> the draft is gone; what was committed and heard stays, and what has passed a Barrier runs to its end
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import msgspec

from brain.lanes import Lanes
from brain.metrics import ANSWERS, FIRST_SENTENCE
from brain.notebook import Notebook, Recalled, Turn
from brain.recap import exchanges, for_person, reheard, remember, resumed
from brain.render import Form, form
from brain.turn import (
    Asked,
    AwaitTurn,
    Barrier,
    CannotAnswer,
    Done,
    Exchange,
    Meanwhile,
    Memory,
    NeedsModel,
    Piece,
    Say,
    ToolBegan,
    ToolEnded,
    Write,
)
from core import commands as msg
from core.bus import Link, PeerGone
from core.concealed import concealed
from core.sites import Language
from core.tongue import language_of

log = logging.getLogger(__name__)

Answer = Callable[[Asked, Memory], AsyncIterator[Piece]]
"""dialogue.answer with the site's mind in it."""
SumUp = Callable[[Memory], Awaitable[str]]
"""What a person who takes over is told of it (brain.handover)."""
Missed = Callable[[str, Language], None]
"""Told of a question, once it was asked for certain, that nobody could answer (brain.gaps)."""

RECALL_S = 0.3
"""The first answer waits so long for what was said before; an answer without it is better than silence."""
FINISH_S = 15.0
"""The longest that a write of a conversation that is over may take. Its tool has a deadline of its own, and sooner."""


async def recapped(memory: Memory) -> str:
    """In the conversation's own language."""
    return for_person(memory, memory.language)


@dataclass(slots=True)
class Draft:
    """One revision of one turn, as far as it is answered."""

    ask: msg.Ask
    asked: str
    """As it is written down: a secret that we had asked for is not."""
    task: "asyncio.Task[None] | None" = None
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    acting: bool = False
    """It has passed its Barrier and changes the world: nothing stops it any more."""
    wanted: bool = True
    """Somebody listens."""
    language: Language = "hi-Latn"
    """Of the question."""
    said: list[str] = field(default_factory=list)
    """In the channel's form."""
    done: Done | None = None
    heard: str | None = None
    before: Memory | None = None
    """What the conversation knew until it was settled."""
    holding: asyncio.TimerHandle | None = None


class Session:
    """`await Session(link, opened, answer, notebook, lanes).run()` lives as long as the connection, and what it has to finish."""

    def __init__(
        self,
        link: Link[msg.ToBrain],
        opened: msg.OpenConversation,
        answer: Answer,
        notebook: Notebook,
        lanes: Lanes,
        missed: Missed = lambda question, language: None,
        sum_up: SumUp = recapped,
    ) -> None:
        self._link = link
        self._opened = opened
        self._answer = answer
        self._notebook = notebook
        self._lanes = lanes
        self._sum_up = sum_up
        self._missed = missed
        self._memory = Memory(opened.language, recent=exchanges(opened.history, opened.language))
        self._recalled: asyncio.Future[Recalled] | None = None
        self._patience = RECALL_S
        self._conversation = ""
        self._draft: Draft | None = None
        self._committed: Draft | None = None
        self._acting: Draft | None = None

    @property
    def memory(self) -> Memory:
        """What it knows by now."""
        return self._memory

    async def run(self) -> None:
        self._recalled = self._notebook.opened(self._opened)
        self._link.send(msg.ConversationOpened())  # at once: nobody waits for their greeting until we have remembered them
        try:
            async for message in self._link:
                await self._take(message)
        finally:
            await self._hear_out()
            await self._drop()
            await self._finish()
            self._notebook.closed(self._opened.site_id, self._opened.call_id)

    async def _take(self, message: msg.ToBrain) -> None:
        draft, committed = self._draft, self._committed
        match message:
            case msg.Ask():
                await self._drop()
                self._take_back(message.turn)
                self._draft = draft = Draft(message, message.text)
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
                self._hear(committed)
            case msg.SumUp():  # nobody asks anything meanwhile
                self._link.send(msg.SummedUp(text=await self._sum_up(self._memory)))
            case msg.OpenConversation():
                log.warning("! a conversation was opened twice", extra={"call": self._opened.call_id})
            case _:
                log.debug("late word of an older turn", extra={"call": self._opened.call_id, "what": type(message).__name__})

    def _take_back(self, turn: int) -> None:
        """Asked about again, a turn that was taken goes on: nobody has heard its answer. What it changed in the world stays."""
        committed = self._committed
        if committed is not None and committed.ask.turn == turn and not committed.acting:
            self._memory, self._committed = committed.before or self._memory, None

    async def _drop(self) -> None:
        """Nobody waits for this answer any more. If it was committed and complete, it has its place in memory already."""
        draft, self._draft = self._draft, None
        if draft is not None and draft.task is not None:
            draft.wanted = False
            if not draft.acting:
                draft.task.cancel()
                await asyncio.wait([draft.task])

    async def _hear_out(self) -> None:
        """Who hangs up meant what they said last: a turn of a call that was taken comes to what it changes in the world."""
        draft = self._draft
        if self._opened.channel == "call" and draft is not None and draft.task is not None and draft.committed.is_set():
            await asyncio.wait([draft.task], timeout=FINISH_S)

    async def _finish(self) -> None:
        """What changes the world is brought to its end, also for a caller who is gone."""
        acting = self._acting
        if acting is not None and acting.task is not None and not acting.task.done():
            await asyncio.wait([acting.task], timeout=FINISH_S)
            if not acting.task.done():
                log.error("! a write does not end: given up", extra={"call": self._opened.call_id, "turn": acting.ask.turn})
                acting.task.cancel()
                await asyncio.wait([acting.task])

    async def _recall(self) -> None:
        """What was said before, over whichever channel, once it is there."""
        if self._recalled is None:
            return
        await asyncio.wait([self._recalled], timeout=self._patience)
        self._patience = 0.0
        if self._recalled.done():
            recalled, self._recalled = self._recalled.result(), None
            self._conversation = recalled.conversation_id
            same = recalled.last_channel == self._opened.channel
            before = resumed(recalled.memory, same_channel=same, silent_s=recalled.silent_s)
            if not self._memory.recent:
                self._memory = before
            else:  # the database was away: turns have been taken meanwhile, and they are the latest
                recent = (*before.recent, *self._memory.recent)
                self._memory = replace(self._memory, recent=recent, summary=before.summary)

    async def _think(self, draft: Draft) -> None:
        ask, opened = draft.ask, self._opened
        try:
            await self._finish()  # the next answer must know what the last one did
            await self._recall()
            draft.language = language_of(ask.text, self._memory.language) if ask.via == "text" else ask.language
            if self._memory.conceal:
                draft.asked = concealed(ask.text)
            asked = Asked(
                ask.text, draft.language, ask.confidence, ask.via, opened.channel, opened.caller, opened.call_id, ask.turn,
                ask.client, datetime.now(UTC), ask.news,
            )  # fmt: skip
            async with self._lanes.lane(opened.channel) as leave:
                await self._pull(draft, self._answer(asked, self._memory), leave)
        except PeerGone:
            return  # the connection's own loop ends as well
        except CannotAnswer as error:
            log.warning("! no answer", extra={"call": opened.call_id, "turn": ask.turn, "why": error})
            self._failed(draft, str(error), needs_model=isinstance(error, NeedsModel))
        except Exception as error:  # the one place where a turn dies: the conversation goes on, the caller hears of it
            log.exception("! a turn failed", extra={"call": opened.call_id, "turn": ask.turn})
            self._failed(draft, type(error).__name__)
        finally:
            _stop_holding(draft)

    async def _pull(self, draft: Draft, pieces: AsyncIterator[Piece], leave: Callable[[], None]) -> None:
        """`leave` the lane as soon as there is a word, or somebody else is waited for."""
        began = time.perf_counter()
        shape = form(self._opened.channel)
        async for piece in pieces:
            match piece:
                case AwaitTurn():
                    leave()
                    await draft.committed.wait()
                case Barrier():
                    leave()
                    await draft.committed.wait()
                    draft.acting, self._acting = True, draft
                case _:
                    said = len(draft.said)
                    self._send(draft, piece, shape)
                    if isinstance(piece, ToolBegan):
                        leave()
                    if draft.said and not said:
                        leave()
                        FIRST_SENTENCE.observe(time.perf_counter() - began)

    def _failed(self, draft: Draft, detail: str, *, needs_model: bool = False) -> None:
        ask = draft.ask
        failed = msg.BrainFailed(turn=ask.turn, revision=ask.revision, detail=detail, needs_model=needs_model)
        with contextlib.suppress(PeerGone):
            self._tell(draft, failed)

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

    def _send(self, draft: Draft, piece: Piece, shape: Form) -> None:
        turn, revision = draft.ask.turn, draft.ask.revision
        match piece:
            case Say(text=text, language=language, always=always, whole=whole):
                self._say(draft, shape.say(text, language, always=always), language, whole=whole)
            case Write(text=text, language=language):
                self._say(draft, shape.sentence(text, language), language)
            case Meanwhile():
                self._hold(draft, piece)
            case ToolBegan(tool=tool):
                self._tell(draft, msg.ToolStarted(turn=turn, revision=revision, tool=tool))
            case ToolEnded(tool=tool, arguments=arguments, ok=ok, seconds=seconds, write=write):
                ended = msg.ToolFinished(
                    turn=turn, revision=revision, tool=tool, arguments=arguments, ok=ok, seconds=seconds, recorded=write
                )
                self._tell(draft, ended)
            case Done():
                self._say(draft, shape.end(piece.citations, draft.language), draft.language)
                draft.done = piece
                self._tell(draft, self._answer_done(draft, piece))
                self._settle(draft)

    def _say(self, draft: Draft, texts: list[str], language: Language, *, whole: bool = False) -> None:
        turn, revision = draft.ask.turn, draft.ask.revision
        for text in texts:
            _stop_holding(draft)
            if self._opened.channel == "chat":
                self._tell(draft, msg.Text(turn=turn, revision=revision, text=text, language=language))
            else:
                index = len(draft.said)
                sentence = msg.Sentence(turn=turn, revision=revision, index=index, text=text, language=language, whole=whole)
                self._tell(draft, sentence)
            draft.said.append(text)

    def _hold(self, draft: Draft, meanwhile: Meanwhile) -> None:
        line = msg.Holding(
            turn=draft.ask.turn, revision=draft.ask.revision, text=meanwhile.text, language=meanwhile.language
        )  # fmt: skip

        def hold() -> None:
            with contextlib.suppress(PeerGone):
                self._tell(draft, line)

        if self._opened.channel == "chat":
            draft.holding = asyncio.get_running_loop().call_later(meanwhile.after_s, hold)

    def _said(self, draft: Draft) -> str:
        return "".join(draft.said) if self._opened.channel == "chat" else " ".join(draft.said)

    def _settle(self, draft: Draft) -> None:
        """A turn that is both committed and answered is what the conversation now knows."""
        if draft.committed.is_set() and (done := draft.done) is not None:
            draft.before, self._memory = self._memory, remember(done.memory, self._exchange(draft))
            ANSWERS.labels(done.source).inc()
            if done.gap:
                self._missed(done.gap, draft.language)
            self._write_down(draft)

    def _hear(self, draft: Draft) -> None:
        """How much of an answer was really heard. One that was interrupted before it was complete is known from here on."""
        if draft.done is None and not draft.acting:
            self._memory = remember(self._memory, self._exchange(draft))
        else:
            self._memory = reheard(self._memory, draft.heard or "")
        self._write_down(draft)

    def _exchange(self, draft: Draft) -> Exchange:
        unheard = "" if draft.acting and not draft.wanted else self._said(draft)
        answered = unheard if draft.heard is None else draft.heard
        return Exchange(draft.asked, answered, self._opened.channel, draft.language)

    def _write_down(self, draft: Draft) -> None:
        ask, done = draft.ask, draft.done
        asked = (ask.turn, ask.via, draft.asked, draft.language, ask.confidence)
        if done is None:
            turn = Turn(*asked, self._said(draft), draft.heard, None, None)
        else:
            used = (done.used.model, done.used.tokens_in, done.used.tokens_out) if done.used else ("", 0, 0)
            turn = Turn(*asked, self._said(draft), draft.heard, done.source, done.score, done.citations, *used)
        handover = done.summary if done is not None and done.then == "transfer" else None
        self._notebook.turned(self._opened, turn, self._memory, handover=handover)

    def _answer_done(self, draft: Draft, done: Done) -> msg.AnswerDone:
        return msg.AnswerDone(
            turn=draft.ask.turn,
            revision=draft.ask.revision,
            answer_source=done.source,
            expects=done.memory.expects,
            digits=done.memory.digits,
            conceal=done.memory.conceal,
            replies=replies(done.memory),
            then=done.then,
            destination=done.destination,
            summary=done.summary,
            citations=done.citations,
            conversation_id=self._conversation,
            model=done.used.model if done.used else "",
            tokens_in=done.used.tokens_in if done.used else 0,
            tokens_out=done.used.tokens_out if done.used else 0,
            calls=done.calls,
            client_tools=done.client_tools,
        )


def replies(memory: Memory) -> tuple[str, ...]:
    """What the recogniser is to listen for beside all else."""
    if memory.interview is not None and not memory.interview.aside and memory.interview.replies:
        return memory.interview.replies
    if memory.expects == "yes_no":
        return ("{yes_no}",)
    return memory.proposal.replies if memory.proposal is not None and memory.expects == "anything" else ()


def _stop_holding(draft: Draft) -> None:
    if draft.holding is not None:
        draft.holding.cancel()
        draft.holding = None
