"""Machine A asked while the caller waits, by its own index: only for a site that wants it so (`read_through`).

    question ─> breaker shut? ─> one of two connections free? ─> nearest rows, before the deadline
                any no: nothing is found, the call goes on without, and A hears nothing of it

Its load then grows with our calls, up to two statements at a time: that is why a mirror is the rule and this the exception.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from brain.knowledge.match import weight
from brain.knowledge.normal import Normal, lexical, normalise
from brain.knowledge.passages import NEAREST, Passage
from brain.knowledge.source import Question
from brain.knowledge.write import vector_text
from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.sites import Site
from core.vault import Vault
from mirror import statements
from mirror.contract import examine
from mirror.contract_shapes import Contract, broken
from mirror.metrics import count_asked
from mirror.origin import model_of, source_of
from mirror.plan import Plan, load_plan
from mirror.reader import Drifted, Reader, SourceError

AT_ONCE = 2
"""Statements of a site's at A at the same time; also the CONNECTION LIMIT that we ask for."""
TURN_S = 0.1
"""Wait so long for one of them."""
DEADLINE_S = 0.4
"""Less than the library waits. Then the caller hears what else there is. A statement that is still running is cancelled there."""
FAILURES, OPEN_S = 5, 15.0
"""So many in a row open the breaker for so long; then one may try."""
FRESH_S = 5.0
"""A new configuration, or the kill switch, counts after so long."""


@dataclass(slots=True)
class _Door:
    """One site's way to its Machine A."""

    site: SiteId
    plan: Plan
    since: float
    contract: Contract | None = None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    idle: list[Reader] = field(default_factory=list)

    async def close(self) -> None:
        while self.idle:
            await self.idle.pop().close()

    @contextlib.asynccontextmanager
    async def reader(self) -> AsyncIterator[Reader]:
        """An open connection, put back if all went well. SourceError, TimeoutError."""
        async with asyncio.timeout(TURN_S):
            await self.turns.acquire()
        try:
            reader = (
                self.idle.pop()
                if self.idle
                else Reader(self.plan.origin, self.plan.password, functools.partial(count_asked, self.site))
            )
            async with contextlib.AsyncExitStack() as closing:
                await closing.enter_async_context(reader)
                yield reader
                closing.pop_all()  # all went well: it stays open, for the next
                self.idle.append(reader)
        finally:
            self.turns.release()


class ReadThrough:
    """A KnowledgeSource (brain.knowledge.source)."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._doors: dict[SiteId, _Door] = {}
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=FAILURES, default_ttl=OPEN_S)

    async def close(self) -> None:
        for door in self._doors.values():
            await door.close()

    async def candidates(self, site: Site, question: Question) -> list[Passage]:
        if question.vector is None or question.embedding is None:
            return []  # by words alone A would have to read its whole table
        try:
            door = await self._door(site.site_id)
            if door.plan.paused is not None or model_of(question.embedding) != door.plan.model:
                return []
            breaker = await self._breakers.get_breaker(site.site_id)
            async with breaker, asyncio.timeout(DEADLINE_S), door.reader() as reader:
                return await _nearest(door, reader, site, question)
        except (OpenedState, SourceError, TimeoutError, DatabaseAway):
            return []

    async def _door(self, site: SiteId) -> _Door:
        """DatabaseAway, Refused."""
        door = self._doors.get(site)
        if door is not None and time.monotonic() - door.since < FRESH_S:
            return door
        plan = await load_plan(self._database, self._vault, site)
        if door is not None and (plan.origin, plan.password, plan.paused) == (
            door.plan.origin,
            door.plan.password,
            door.plan.paused,
        ):
            door.since = time.monotonic()
            return door
        if door is not None:
            await door.close()
        self._doors[site] = made = _Door(site, plan, time.monotonic())
        return made


async def _nearest(door: _Door, reader: Reader, site: Site, question: Question) -> list[Passage]:
    """SourceError."""
    assert question.vector is not None
    if door.contract is None:
        contract = (await examine(reader, door.plan.origin, door.plan.dimensions)).must_fit()
        if door.plan.contract is not None and (difference := broken(door.plan.contract, contract)):
            raise Drifted(difference)
        door.contract = contract
    source, kind = source_of(door.plan.origin.columns), door.contract.vector
    found, _ = await reader.read(statements.nearest(source, vector_text(question.vector), NEAREST, kind))
    near = [
        Passage(
            document_id=document or key,
            chunk_id=number,
            kind="document",
            title=title,
            heading="",
            url=url,
            text=text,
            language=site.language,
            span=(0, len(text)),
            cosine=float(cosine),
            overlap=0.0,
        )
        for number, (key, text, title, url, document, cosine) in enumerate(found, start=1)
        if text and cosine is not None
    ]
    return with_words(near, question.asked)


def with_words(near: Sequence[Passage], asked: Normal) -> list[Passage]:
    """The lexical half, of what is near in meaning: words and ids are weighed here, and A is asked nothing more for it."""
    normals = [_normal(passage.title, passage.text) for passage in near]
    weights = {term: weight(sum(term in normal.terms for normal in normals), len(near)) for term in lexical(asked.terms)}
    total = sum(weights.values()) or 1.0
    return [
        replace(
            passage,
            overlap=sum(worth for term, worth in weights.items() if term in normal.terms) / total,
            by_id=bool(asked.ids & normal.ids),
        )
        for passage, normal in zip(near, normals, strict=True)
    ]


@functools.lru_cache(2048)
def _normal(title: str, text: str) -> Normal:
    """The same few passages come again and again."""
    return normalise(f"{title}\n{text}")
