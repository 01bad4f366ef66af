"""The gateway's line to the brain: one connection per conversation that is going on, one turn of it at a time.

    async with aclosing(chats.answer(who, Question("…"))) as answer:
        async for message in answer: …              Text, Holding, ToolStarted, ToolFinished, and at last AnswerDone

Whoever stops listening stops the brain, too: CancelTurn, and what was sent so far is what was heard. Calls don't pass here; a
chat waits for its place (`AT_ONCE`) and in the brain for calls (brain/lanes.py), never the other way round.
"""

import asyncio
import contextlib
import hashlib
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from prometheus_client import Counter, Gauge

from core import commands as msg
from core.bus import Link, PeerGone, connect
from core.client_tools import ClientTools
from core.commands import Channel, Line
from core.ids import CallId, SiteId
from gateway.chat_shapes import HISTORY

log = logging.getLogger(__name__)

AT_ONCE = 24
"""Turns at work at the same time."""
WAITING = 200
"""Turns that may wait for their place; one more is told to come back."""
PLACE_S = 10.0
"""The longest wait for a place, or for the same conversation's turn before."""
SILENCE_S = 20.0
"""The longest wait for the brain's next word. Its tools and models have shorter deadlines of their own."""
IDLE_S = 120.0
"""A conversation that is silent so long is closed; the next word opens it again, with its memory."""
CONVERSATIONS = 1000
"""Open at the same time; then the one that was silent longest is closed."""

NO_CLIENT_TOOLS = ClientTools()
Message = msg.Text | msg.Holding | msg.ToolStarted | msg.ToolFinished | msg.AnswerDone

_open = Gauge("haazir_gateway_chats_count", "Conversations open with the brain")
_turns = Counter("haazir_gateway_chat_turns", "Turns by how they ended", ["end"])


class BrainAway(ConnectionError):
    """The brain is down, restarting, or stopped in the middle of an answer."""


class NoAnswer(RuntimeError):
    """The brain is there and can't answer this: the site was never loaded, or something of ours broke."""


class NeedsModel(RuntimeError):
    """One of the client's tools must be chosen, or what they gave be read: that takes a language model, and the site has none."""


class Busy(RuntimeError):
    """Too many chats at once, or this conversation's last turn is not over."""


@dataclass(frozen=True, slots=True)
class Who:
    """With whom a chat talks. The same who: the same conversation."""

    site: SiteId
    channel: Channel = "chat"
    user: str = ""
    """The client's name for them; empty: the client says each time what was said before, and that names the conversation."""
    phone: str = ""
    said: bytes = b""
    """Digest of that."""

    def after(self, history: Sequence[Line]) -> "Who":
        """The same, for a client that tells the history and no name. Of our answers the last paragraph counts: before it there
        may have been a holding line."""
        if self.user or self.phone:
            return self
        lines = [(line.role, line.text.strip().rsplit("\n\n", 1)[-1 if line.role == "agent" else 0]) for line in history]
        return replace(self, said=hashlib.sha256(msgspec.json.encode(lines)).digest())


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    history: tuple[Line, ...] = ()
    """What was said before it, by a client that tells it each time. With tools' results: the question is its last line."""
    client: ClientTools = NO_CLIENT_TOOLS

    def said(self, answer: str) -> tuple[Line, ...]:
        """The history with this turn in it. An answer that only called tools had no words."""
        asked = () if self.client.results else (Line("caller", self.text),)
        answered = (Line("agent", answer),) if answer else ()
        return (*self.history, *asked, *answered)[-HISTORY:]


@dataclass(slots=True, eq=False)
class _Conversation:
    session: CallId = field(default_factory=lambda: CallId(f"chat-{uuid.uuid4()}"))
    link: Link[msg.FromBrainToChat] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turn: int = 0
    used_at: float = 0.0
    written_as: str = ""
    """Its id in the database, once it is known."""


class Chats:
    """`async with Chats(settings.socket("brain")) as chats`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._conversations: dict[Who, _Conversation] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sweeper = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await asyncio.gather(*(self._close(conversation) for conversation in self._conversations.values()))
        self._conversations.clear()

    async def answer(self, who: Who, question: Question) -> AsyncGenerator[Message, None]:
        """What the brain says to it, ending in AnswerDone. BrainAway, NoAnswer, NeedsModel, Busy; TimeoutError for a brain that
        hangs.

        Close it (aclosing) to stop the brain.
        """
        async with (
            self._place(),
            self._conversation(who.after(question.history)) as conversation,
            aclosing(self._turn(conversation, who, question)) as turn,
        ):
            answer = ""
            async for message in turn:
                if isinstance(message, msg.Text):
                    answer += message.text
                elif isinstance(message, msg.AnswerDone):
                    conversation.written_as = message.conversation_id
                    if who.after(question.history) != who:  # whoever tells the same with this turn in it goes on with it
                        await self._name(conversation, who.after(question.said(answer)))
                yield message

    async def forget(self, site: SiteId, conversation_id: str | None = None) -> None:
        """Close a conversation, or all of a site's: what the brain knows of them by heart is gone."""
        for who, conversation in list(self._conversations.items()):
            if who.site == site and conversation_id in (None, conversation.written_as):
                self._conversations.pop(who, None)  # it may have got another name while we closed the one before
                await self._close(conversation)

    async def _name(self, conversation: _Conversation, who: Who) -> None:
        """One of that name there was before, said alike to another, gives way: nobody can tell them apart."""
        before, self._conversations[who] = self._conversations.get(who), conversation
        if before is not None and before is not conversation:
            await self._close(before)

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= WAITING:
            _turns.labels("refused").inc()
            raise Busy("too many chats at once: try again in a moment")
        self._waiting += 1
        try:
            async with asyncio.timeout(PLACE_S):
                await self._places.acquire()
        except TimeoutError:
            _turns.labels("refused").inc()
            raise Busy("too many chats at once: try again in a moment") from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    @contextlib.asynccontextmanager
    async def _conversation(self, who: Who) -> AsyncIterator[_Conversation]:
        if who.said:  # taken out: a second client that tells the same history gets one of its own
            conversation = self._conversations.pop(who, None) or _Conversation()
        else:
            conversation = self._conversations.setdefault(who, _Conversation())
        try:
            async with asyncio.timeout(PLACE_S):
                await conversation.lock.acquire()
        except TimeoutError:
            raise Busy("the answer before this one is not over: wait for it, or stop it") from None
        try:
            yield conversation
        finally:
            conversation.used_at = asyncio.get_running_loop().time()
            conversation.lock.release()
            if conversation not in self._conversations.values():  # it was stopped, and nobody can name it again
                await self._close(conversation)

    async def _turn(self, conversation: _Conversation, who: Who, question: Question) -> AsyncGenerator[Message, None]:
        fresh = conversation.link is None
        began = False
        try:
            async with aclosing(self._ask(conversation, who, question)) as answer:
                async for message in answer:
                    began = True
                    yield message
            return
        except PeerGone:
            await self._close(conversation)
            if fresh or began:
                _turns.labels("brain_away").inc()
                raise BrainAway("the brain went away in the middle of an answer" if began else "the brain is away") from None
        # The line was an old one, and the brain behind it was restarted meanwhile: it has heard nothing of this yet.
        try:
            async with aclosing(self._ask(conversation, who, question)) as answer:
                async for message in answer:
                    yield message
        except PeerGone:
            await self._close(conversation)
            _turns.labels("brain_away").inc()
            raise BrainAway("the brain is away") from None

    async def _ask(self, conversation: _Conversation, who: Who, question: Question) -> AsyncGenerator[Message, None]:
        link = conversation.link or await self._open(conversation, who, question.history)
        conversation.turn += 1
        turn, heard, over = conversation.turn, "", False
        link.send(
            msg.Ask(
                turn=turn, revision=0, text=question.text, language="hi-Latn", confidence=1.0, via="text", client=question.client
            )
        )  # fmt: skip
        link.send(msg.Commit(turn=turn, revision=0))
        try:
            while not over:
                message = await _next(link, turn)
                over = isinstance(message, msg.AnswerDone)
                heard += message.text if isinstance(message, msg.Text) else ""
                yield message
            _turns.labels("answered").inc()
        except (NeedsModel, NoAnswer):
            over = True
            _turns.labels("failed").inc()
            raise
        finally:
            if not over:
                _turns.labels("stopped").inc()
                with contextlib.suppress(PeerGone):
                    link.send(msg.CancelTurn(turn=turn))
                    link.send(msg.Heard(turn=turn, text=heard, complete=False))

    async def _open(self, conversation: _Conversation, who: Who, history: tuple[Line, ...]) -> Link[msg.FromBrainToChat]:
        link = await connect(self._path, msg.FromBrainToChat)
        link.send(
            msg.OpenConversation(
                call_id=conversation.session, site_id=who.site, channel=who.channel,
                caller=who.phone, user=who.user, language="hi-Latn", history=history,
            )
        )  # fmt: skip
        conversation.link = link
        _open.inc()
        return link

    async def _close(self, conversation: _Conversation) -> None:
        link, conversation.link = conversation.link, None
        conversation.session, conversation.turn = CallId(f"chat-{uuid.uuid4()}"), 0
        if link is not None:
            _open.dec()
            await link.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(IDLE_S / 8)
            by_age = sorted(self._conversations, key=lambda who: self._conversations[who].used_at)
            before = asyncio.get_running_loop().time() - IDLE_S
            for at, who in enumerate(by_age):
                conversation = self._conversations.get(who)
                if conversation is None:  # it went while we closed the one before
                    continue
                too_many = at < len(by_age) - CONVERSATIONS
                if not conversation.lock.locked() and (too_many or conversation.used_at < before):
                    del self._conversations[who]
                    await self._close(conversation)


async def _next(link: Link[msg.FromBrainToChat], turn: int) -> Message:
    """The next word of this turn; of earlier ones there may be some on the way. PeerGone, NoAnswer, TimeoutError."""
    while True:
        async with asyncio.timeout(SILENCE_S):
            message = await link.receive()
        match message:
            case msg.BrainFailed(detail=detail, needs_model=needs_model) if message.turn == turn:
                raise NeedsModel if needs_model else NoAnswer(detail)
            case msg.Sentence(text=text) if message.turn == turn:  # for a voice that speaks by itself
                return msg.Text(turn=turn, revision=0, text=text if not message.index else f" {text}", language=message.language)
            case msg.Text() | msg.Holding() | msg.ToolStarted() | msg.ToolFinished() | msg.AnswerDone() if message.turn == turn:
                return message
