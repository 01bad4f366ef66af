"""Writes conversations down, behind the answer and never in its way. While the database is away, notes wait here.

A note is an upsert, so writing one twice does no harm; the newest of a turn wins.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self

import msgspec
import psycopg

from brain.metrics import LOST, UNWRITTEN
from brain.recap import RECENT
from brain.turn import Exchange, Memory
from core.commands import Citation, OpenConversation
from core.contacts import Contacts
from core.db import Database, DatabaseAway, Rows
from core.ids import CallId, SiteId

log = logging.getLogger(__name__)

WAITING_LIMIT = 5000
"""Notes kept while the database is away: some hours of 15 calls. Then the oldest go, counted."""
RETRY_S = 1.0
CONTINUES = timedelta(hours=72)
"""Somebody who comes back within this goes on with the same conversation."""


@dataclass(frozen=True, slots=True)
class Turn:
    turn: int
    via: str
    asked: str
    language: str
    confidence: float
    answered: str
    heard: str | None
    """None: not told yet, or cancelled before a word of it was."""
    source: str | None
    """None: interrupted before the answer was complete."""
    score: float | None
    citations: Sequence[Citation] = ()
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of a conversation when a session of it opens."""

    conversation_id: str
    memory: Memory
    last_channel: str | None
    silent_s: float
    """Since the last turn, over whichever channel."""


@dataclass(frozen=True, slots=True)
class _Note:
    site: SiteId
    statements: tuple[tuple[str, tuple[object, ...]], ...]
    """Written together."""
    recalled: "asyncio.Future[Recalled] | None" = None
    """Of the opening note: where the session waits."""


_OPEN = "select conversation_id, language, summary, memory, last_channel, silent_for from open_session(%s, %s, %s, %s, %s)"
_CLOSE = "update conversation_session set closed_at = now() where site_id = %s and session_id = %s"
_TURN = (
    "insert into conversation_turn (site_id, conversation_id, session_id, turn, via, asked, language, confidence, answered, "
    "heard, answer_source, score, citations, model, tokens_in, tokens_out) select site_id, conversation_id, session_id, "
    "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s from conversation_session where site_id = %s and session_id = %s "
    "on conflict (site_id, session_id, turn) "
    "do update set heard = coalesce(excluded.heard, conversation_turn.heard), answered = excluded.answered, "
    "asked = excluded.asked, answer_source = excluded.answer_source, score = excluded.score, citations = excluded.citations, "
    "model = excluded.model, tokens_in = excluded.tokens_in, tokens_out = excluded.tokens_out"
)
_KNOWS = (
    "update conversation c set last_at = now(), memory = %s, summary = %s, language = %s, "
    "handover = coalesce(nullif(%s, ''), handover), state = case when %s then 'handed_over' else state end "
    "from conversation_session s "
    "where s.site_id = %s and s.session_id = %s and (c.site_id, c.conversation_id) = (s.site_id, s.conversation_id)"
)
_RECENT = (
    "select t.asked, coalesce(t.heard, t.answered), s.channel, t.language from conversation_turn t "
    "join conversation_session s using (site_id, session_id) where t.site_id = %s and t.conversation_id = %s "
    "order by t.at desc limit %s"
)


class Notebook:
    """`async with Notebook(database, contacts) as notebook`; its methods never wait and never raise."""

    def __init__(self, database: Database, contacts: Contacts) -> None:
        self._database = database
        self._contacts = contacts
        self._notes: deque[_Note] = deque()
        self._arrived = asyncio.Event()
        self._all_written = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._all_written.set()
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Waits for the last notes, a second at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.all_written()
        if self._notes:
            log.warning("! conversations were not written", extra={"notes": len(self._notes)})
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    async def all_written(self) -> None:
        """Until nothing waits."""
        await self._all_written.wait()

    def opened(self, opened: OpenConversation) -> "asyncio.Future[Recalled]":
        """Begin a session; what is known of its conversation comes when the database has said it, perhaps never."""
        keys = self._contacts.keys(opened.site_id, phone=opened.caller, user=opened.user)
        rows = json.dumps([key.row() for key in keys])
        values = (opened.call_id, opened.channel, opened.language, rows, CONTINUES)
        recalled = asyncio.get_running_loop().create_future()
        self._add(_Note(opened.site_id, ((_OPEN, values),), recalled))
        return recalled

    def turned(self, opened: OpenConversation, turn: Turn, knows: Memory, *, handover: str | None = None) -> None:
        """A turn, and what the conversation knows after it; `handover`: a person takes over, and is told this."""
        where = (opened.site_id, opened.call_id)
        asked = (turn.turn, turn.via, turn.asked, turn.language, turn.confidence)
        answered = (turn.answered, turn.heard, turn.source, turn.score, msgspec.json.encode(turn.citations).decode())
        cost = (turn.model, turn.tokens_in, turn.tokens_out)
        stored = msgspec.json.encode(replace(knows, recent=(), summary="")).decode()  # turns are written by themselves
        memory = (stored, knows.summary, knows.language, handover or "", handover is not None)
        self._add(_Note(opened.site_id, ((_TURN, (*asked, *answered, *cost, *where)), (_KNOWS, (*memory, *where)))))

    def closed(self, site: SiteId, call: CallId) -> None:
        self._add(_Note(site, ((_CLOSE, (site, call)),)))

    def _add(self, note: _Note) -> None:
        if len(self._notes) >= WAITING_LIMIT:
            self._notes.popleft()
            LOST.inc()
        self._notes.append(note)
        UNWRITTEN.set(len(self._notes))
        self._all_written.clear()
        self._arrived.set()

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            while self._notes:
                note = self._notes[0]
                try:
                    async with self._database.as_site(note.site) as rows:
                        await _put(rows, note)
                except DatabaseAway:
                    await asyncio.sleep(RETRY_S)
                    continue
                except psycopg.Error as error:  # this note can't be written, now or later: the site was deleted, say
                    log.warning("! a note was refused", extra={"error": type(error).__name__})
                    LOST.inc()
                if self._notes and self._notes[0] is note:
                    self._notes.popleft()
                UNWRITTEN.set(len(self._notes))
            self._arrived.clear()
            self._all_written.set()


async def _put(rows: Rows, note: _Note) -> None:
    for statement, values in note.statements:
        written = await rows.execute(statement.encode(), values)
    if note.recalled is not None and (row := await written.fetchone()) is not None:
        turns = await (await rows.execute(_RECENT, [note.site, row[0], RECENT])).fetchall()
        if not note.recalled.done():  # the session may have ended meanwhile
            note.recalled.set_result(_recalled(row, turns))


def _recalled(row: Sequence[Any], turns: Sequence[Sequence[Any]]) -> Recalled:
    conversation_id, language, summary, stored, last_channel, silent_for = row
    try:
        memory = msgspec.convert({"language": language, **stored}, Memory)
    except msgspec.ValidationError:  # of another version: turns and summary still tell the most of it
        log.warning("! a memory of another version is left out", extra={"conversation": conversation_id})
        memory = Memory(language)
    memory = replace(memory, recent=tuple(Exchange(*turn) for turn in reversed(turns)), summary=summary)
    return Recalled(conversation_id, memory, last_channel, silent_for.total_seconds())
