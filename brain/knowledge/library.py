"""What a turn asks: "what did they mean?" and "what do the documents say?". Holds the sites in use.

    text ──exactly as the site wrote it?── yes ──────────────────────────────┐
         └─ normalise ─> vector (cached) ─> snapshot, or SQL for a large site ┴─> Match | None      find
                                       └──> pieces,   or SQL for a large site ──> Passages          passages

A site is loaded when its first conversation opens and looked at again every few seconds, or as soon as a change is told of
(`listen`); while the database is away its last copy goes on answering, and nobody waits for it.
"""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Self

import msgspec
import numpy as np
import psycopg

from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedder, Embedders, EmbeddingAway, wording
from brain.knowledge.generation import Generation
from brain.knowledge.index import SiteRow, facts_of, pieces_of, search, search_passages, site_row
from brain.knowledge.match import Match, best_match
from brain.knowledge.normal import Normal, normalise
from brain.knowledge.offline import Vector
from brain.knowledge.passages import Passage, Pieces, fused
from brain.knowledge.snapshot import Snapshot
from brain.knowledge.source import KnowledgeSource, Question
from brain.knowledge.write import CHANNEL
from core.db import Database, DatabaseAway, Rows
from core.ids import SiteId
from core.settings import Settings
from core.sites import Site

log = logging.getLogger(__name__)

REFRESH_WAIT_S = 0.05
"""A turn waits this long for news of its site; then what is known will do, and the next turn has the news."""
SEARCH_WAIT_S = 0.5
"""A search of a large site in the database may take so long (its p99 is 25 ms)."""
AWAY_S = 1.0
"""After a search that took longer, the next is not tried for so long."""
REBUILD_SHARE = 0.1
"""Of the time at most goes into copying a site whose documents change all the while."""


class NoSuchSite(LookupError):
    """The database has no site of that id."""


@dataclass(frozen=True, slots=True)
class LoadedSite:
    row: SiteRow
    snapshot: Snapshot | None
    """Facts and actions. None: too many for memory, searched in the database."""
    pieces: Pieces | None
    """Documents; None as above."""
    embedder: Embedder | None
    """None: its key is missing; words alone must do."""
    seen_at: float
    facts_stamp: tuple[int, int] = (0, 0)
    """Generation and version that `snapshot` was copied from…"""
    pieces_stamp: tuple[int, int] = (0, 0)
    """…and `pieces`."""
    rest_until: float = 0.0
    """Until then changed documents are not copied again."""


class Library:
    """`async with Library(database, model, fresh_s) as library: match = await library.find(site_id, text)`."""

    def __init__(
        self, database: Database, model: MiniLM | Embedders, fresh_s: float, elsewhere: KnowledgeSource | None = None
    ) -> None:
        """`fresh_s`: a change of a site is seen after so many seconds at the latest. `elsewhere`: Machine A's knowledge, for
        the sites that have some."""
        self._database = database
        self.embedders = model if isinstance(model, Embedders) else Embedders(model)
        self._fresh_s = fresh_s
        self._elsewhere = elsewhere
        self._sites: dict[SiteId, LoadedSite] = {}
        self._refreshing: dict[SiteId, asyncio.Task[LoadedSite]] = {}
        self._begun: dict[SiteId, float] = {}
        """When the last refresh of a site began."""
        self._told: dict[SiteId, float] = {}
        """When a change of a site was told of: what was seen before is out of date."""
        self._away_until = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        tasks = list(self._refreshing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.embedders.__aexit__(*exc)

    async def preload(self) -> list[Site]:
        """Every site there is, so that no caller waits for it: those that can be read, one alone must not keep all others from
        being answered. DatabaseAway."""
        loaded = []
        for site in await self._database.site_ids():
            with contextlib.suppress(NoSuchSite):  # deleted meanwhile
                try:
                    loaded.append((await self.site(site)).row.site)
                except msgspec.ValidationError as error:
                    log.error("! a site's settings can't be read, it has no answers", extra={"site": site, "error": str(error)})
        return loaded

    async def listen(self, settings: Settings) -> None:
        """Until cancelled: a site whose knowledge changed is looked at again by the next turn, not `fresh_s` later."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(settings.database_url(), autocommit=True) as connection:
                    await connection.execute(f"listen {CHANNEL}".encode())
                    async for told in connection.notifies():
                        self.changed(SiteId(told.payload))
            await asyncio.sleep(2)  # the database is away: changes are seen by looking, as without this

    def changed(self, site: SiteId) -> None:
        """What is known of the site is out of date: a new copy is begun, so that the next turn need not wait for it. Of a new
        site, too: its first caller finds it loaded."""
        self._told[site] = time.monotonic()
        self._begin_refresh(site)

    async def site(self, site: SiteId) -> LoadedSite:
        """The site as of now; as last seen if the database is slow or away. NoSuchSite; DatabaseAway if never seen."""
        loaded = self._sites.get(site)
        if loaded is not None and self._is_fresh(site, loaded):
            return loaded
        refresh = self._begin_refresh(site)
        if loaded is not None:
            rest = self._begun[site] + REFRESH_WAIT_S - time.monotonic()
            await asyncio.wait([refresh], timeout=max(rest, 0.0))
        known = self._sites.get(site)
        return known if known is not None else await asyncio.shield(refresh)

    def _is_fresh(self, site: SiteId, loaded: LoadedSite) -> bool:
        return time.monotonic() - loaded.seen_at < self._fresh_s and loaded.seen_at >= self._told.get(site, 0.0)

    def _begin_refresh(self, site: SiteId) -> "asyncio.Task[LoadedSite]":
        """The one that is under way, or another."""
        refresh = self._refreshing.get(site)
        if refresh is None:
            self._begun[site] = time.monotonic()
            refresh = self._refreshing[site] = asyncio.create_task(self._refresh(site, self._sites.get(site)))
            refresh.add_done_callback(functools.partial(self._refreshed, site))
        return refresh

    async def _refresh(self, site: SiteId, before: LoadedSite | None) -> LoadedSite:
        try:
            loaded = await self._load(site, before)
        except DatabaseAway:
            if before is None:
                raise
            loaded = replace(before, seen_at=time.monotonic())
        self._sites[site] = loaded
        return loaded

    def _refreshed(self, site: SiteId, refresh: "asyncio.Task[LoadedSite]") -> None:
        self._refreshing.pop(site, None)
        if refresh.cancelled():
            return
        if refresh.exception() is None and refresh.result().seen_at < self._told.get(site, 0.0):
            self._begin_refresh(site)  # a change was told of while this one was read

    async def _load(self, site: SiteId, before: LoadedSite | None) -> LoadedSite:
        began = time.monotonic()
        async with self._database.as_site(site) as rows:
            row = await site_row(rows, site)
            if row is None:
                self._sites.pop(site, None)
                raise NoSuchSite(site)
            if before is not None and before.row.born != row.born:
                before = None
            generation = row.generation
            if generation is None:
                none = np.zeros((0, 0), np.float32)
                return LoadedSite(row, Snapshot([], none), Pieces([], none), None, began)
            try:
                embedder = await self.embedders.of(rows, site, generation.embedding)
            except EmbeddingAway:
                embedder = None
            loaded = LoadedSite(row, None, None, embedder, began)
            loaded = await _with_facts(loaded, rows, generation, before)
            return await _with_pieces(loaded, rows, generation, before)

    async def find(self, site: SiteId, text: str) -> Match | None:
        """What of the site's is meant by `text`, and how sure that is. DatabaseAway only for a site with very many facts."""
        loaded = await self.site(site)
        if loaded.snapshot is not None and (match := loaded.snapshot.exactly(text)):
            return match
        asked = normalise(text, loaded.snapshot.vocabulary) if loaded.snapshot is not None else normalise(text)
        generation = loaded.row.generation
        if not asked.english or generation is None:
            return None
        vector = await self._vector(loaded, text, asked)
        if vector is None:
            return None
        if loaded.snapshot is not None:
            return best_match(loaded.snapshot.search(asked, vector))
        async with self._database.as_site(site) as rows:
            return best_match(await search(rows, generation, asked, vector))

    async def passages(self, site: SiteId, text: str, limit: int) -> list[Passage]:
        """What the site's documents say about `text`, best first; its own and those elsewhere. NoSuchSite; DatabaseAway soon,
        and only for what is too large for memory."""
        loaded = await self.site(site)
        asked = normalise(text)
        own = loaded.row.generation if loaded.row.generation and loaded.row.generation.passages else None
        elsewhere = self._elsewhere if loaded.row.site.knowledge.source != "own" else None
        if not (own or elsewhere) or not (asked.english or asked.ids):
            return []
        vector = await self._vector(loaded, text, asked)
        found: list[Passage] = []
        if own and loaded.pieces is not None:
            found += loaded.pieces.search(asked, vector)
        elif own:
            found += await self._in_time(self._search_database(own, asked, vector))
        if elsewhere:
            embedding = loaded.row.generation.embedding if loaded.row.generation else None
            found += await self._in_time(elsewhere.candidates(loaded.row.site, Question(asked, vector, embedding)))
        return fused(found, limit)

    async def _search_database(self, generation: Generation, asked: Normal, vector: Vector | None) -> list[Passage]:
        async with self._database.as_site(generation.site) as rows:
            return await search_passages(rows, generation, asked, vector)

    async def _in_time(self, search: Coroutine[Any, Any, list[Passage]]) -> list[Passage]:
        """DatabaseAway soon: a caller waits."""
        if time.monotonic() < self._away_until:
            search.close()
            raise DatabaseAway("it was away a moment ago")
        try:
            async with asyncio.timeout(SEARCH_WAIT_S):
                return await search
        except (TimeoutError, DatabaseAway) as error:
            self._away_until = time.monotonic() + AWAY_S
            raise DatabaseAway("a search took too long") from error

    async def vector(self, site: SiteId, text: str) -> tuple[str, Vector] | None:
        """(model, float32[dimensions]) of a question, usually still known; None: the model is away. NoSuchSite, DatabaseAway."""
        loaded = await self.site(site)
        vector = await self._vector(loaded, text, normalise(text))
        return None if vector is None or loaded.row.generation is None else (loaded.row.generation.embedding.model, vector)

    async def _vector(self, loaded: LoadedSite, text: str, asked: Normal) -> Vector | None:
        """None: the model is away."""
        if loaded.embedder is None or loaded.row.generation is None:
            return None
        try:
            return await loaded.embedder.query(wording(loaded.row.generation.embedding, text, asked))
        except EmbeddingAway:
            return None


async def _with_facts(loaded: LoadedSite, rows: Rows, generation: Generation, before: LoadedSite | None) -> LoadedSite:
    """The copy there was if it still holds, else a new one."""
    stamp = (generation.number, generation.facts_version)
    if before is not None and before.facts_stamp == stamp:
        return replace(loaded, snapshot=before.snapshot, facts_stamp=stamp)
    found = await facts_of(rows, generation)
    snapshot = None if found is None else await asyncio.to_thread(Snapshot, *found)
    return replace(loaded, snapshot=snapshot, facts_stamp=stamp)


async def _with_pieces(loaded: LoadedSite, rows: Rows, generation: Generation, before: LoadedSite | None) -> LoadedSite:
    """The same of documents; while they change all the time, not all of the time goes into copying them."""
    began = time.monotonic()
    stamp = (generation.number, generation.passages_version)
    resting = before is not None and before.pieces_stamp[0] == generation.number and began < before.rest_until
    if before is not None and (before.pieces_stamp == stamp or resting):
        return replace(loaded, pieces=before.pieces, pieces_stamp=before.pieces_stamp, rest_until=before.rest_until)
    found = await pieces_of(rows, generation)
    pieces = None if found is None else await asyncio.to_thread(Pieces, *found)
    ended = time.monotonic()
    return replace(loaded, pieces=pieces, pieces_stamp=stamp, rest_until=ended + (ended - began) / REBUILD_SHARE)
