"""Questions that nobody could answer, counted behind the answer and never in its way: a site owner's list of what is missing.

    gaps.missed(site, session, question, language)  ──>  grouped with the same question, or with the nearest in meaning

The words stay in the site's own table (core/schema/0008_answers.sql); /v1/kb/gaps shows them.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import Protocol, Self

import psycopg

from brain.knowledge.normal import normalise, spoken
from brain.knowledge.offline import Vector, patient
from brain.knowledge.write import vector_text
from brain.metrics import LOST_GAPS
from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.sites import Language

log = logging.getLogger(__name__)

NEAR = 0.80
"""Cosine from which two questions are one gap: of 59 pairs that it joins in tests/unit/brain/questions.tsv 57 mean the same."""
WAITING_LIMIT = 500
"""Kept while the database is away; then the oldest go, counted."""
LONGEST = 500
"""Characters of a question."""
RETRY_S = 2.0


class Meanings(Protocol):
    async def vector(self, site: SiteId, text: str) -> tuple[str, Vector] | None:
        """(model, float32[dimensions]) of a question; None: the model is away. DatabaseAway, NoSuchSite."""


@dataclass(frozen=True, slots=True)
class _Missed:
    site: SiteId
    session: str
    question: str
    language: Language


class Gaps:
    """`async with Gaps(database, library) as gaps`; `missed` never waits and never raises."""

    def __init__(self, database: Database, meanings: Meanings) -> None:
        self._database = database
        self._meanings = meanings
        self._waiting: deque[_Missed] = deque()
        self._arrived = asyncio.Event()
        self._written = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._written.set()
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    def missed(self, site: SiteId, session: str, question: str, language: Language) -> None:
        """One more time that nobody could answer this. `session`: the call or chat it was asked in."""
        if not question.strip():
            return
        if len(self._waiting) >= WAITING_LIMIT:
            self._waiting.popleft()
            LOST_GAPS.inc()
        self._waiting.append(_Missed(site, session, question.strip()[:LONGEST], language))
        self._written.clear()
        self._arrived.set()

    async def all_written(self) -> None:
        """Until nothing waits."""
        await self._written.wait()

    async def _write(self) -> None:
        patient.set(True)
        while True:
            await self._arrived.wait()
            while self._waiting:
                missed = self._waiting[0]
                try:
                    await self._note(missed)
                except DatabaseAway:
                    await asyncio.sleep(RETRY_S)
                    continue
                except (psycopg.Error, LookupError) as error:  # now or later: the site was deleted, say
                    log.warning("! a gap was refused", extra={"site": missed.site, "error": type(error).__name__})
                    LOST_GAPS.inc()
                if self._waiting and self._waiting[0] is missed:
                    self._waiting.popleft()
            self._arrived.clear()
            self._written.set()

    async def _note(self, missed: _Missed) -> None:
        found = await self._meanings.vector(missed.site, missed.question)
        model, vector = ("", None) if found is None else (found[0], vector_text(found[1]))
        normal = normalise(missed.question).english or spoken(missed.question) or missed.question.lower()
        values = [missed.question, missed.language, normal, vector, model, NEAR, missed.session]
        async with self._database.as_site(missed.site) as rows:
            await rows.execute("select note_gap(%s, %s, %s, %s::vector, %s, %s, %s)", values)
