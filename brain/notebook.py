"""Writes conversations down, behind the answer and never in its way. While the database is away, notes wait here.

A note is an upsert, so writing one twice does no harm; the newest of a turn wins.
"""

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass
from typing import Self

import psycopg

from brain.metrics import LOST, UNWRITTEN
from core.commands import OpenConversation
from core.db import Database, DatabaseAway
from core.ids import CallId, SiteId

log = logging.getLogger(__name__)

WAITING_LIMIT = 5000
"""Notes kept while the database is away: some hours of 15 calls. Then the oldest go, counted."""
RETRY_S = 1.0


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
    source: str
    score: float | None


@dataclass(frozen=True, slots=True)
class _Note:
    site: SiteId
    statement: str
    values: tuple[object, ...]


_OPEN = (
    "insert into conversation (site_id, conversation_id, channel, caller, language) values (%s, %s, %s, %s, %s) "
    "on conflict (site_id, conversation_id) do update set closed_at = null"
)
_CLOSE = "update conversation set closed_at = now() where site_id = %s and conversation_id = %s"
_TURN = (
    "insert into conversation_turn (site_id, conversation_id, turn, via, asked, language, confidence, answered, heard, "
    "answer_source, score) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (site_id, conversation_id, turn) "
    "do update set heard = coalesce(excluded.heard, conversation_turn.heard), answered = excluded.answered, "
    "asked = excluded.asked, answer_source = excluded.answer_source, score = excluded.score"
)


class Notebook:
    """`async with Notebook(database) as notebook`; its methods never wait and never raise."""

    def __init__(self, database: Database) -> None:
        self._database = database
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

    def opened(self, opened: OpenConversation) -> None:
        values = (opened.site_id, opened.call_id, opened.channel, opened.caller, opened.language)
        self._add(_Note(opened.site_id, _OPEN, values))

    def turned(self, opened: OpenConversation, turn: Turn) -> None:
        asked = (turn.turn, turn.via, turn.asked, turn.language, turn.confidence)
        answered = (turn.answered, turn.heard, turn.source, turn.score)
        self._add(_Note(opened.site_id, _TURN, (opened.site_id, opened.call_id, *asked, *answered)))

    def closed(self, site: SiteId, call: CallId) -> None:
        self._add(_Note(site, _CLOSE, (site, call)))

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
                        await rows.execute(note.statement.encode(), note.values)
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
