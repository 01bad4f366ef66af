"""What dialogue asks: "what did they mean?" Holds the model, the sites in use, and what was looked up before.

    text ──exactly as the site wrote it?── yes ──────────────────────────────┐
         └─ normalise ─> vector (cached) ─> snapshot, or SQL for a large site ┴─> Match | None

A site is loaded when its first conversation opens and looked at again every few seconds; while the database is away its
last copy goes on answering.
"""

import asyncio
import functools
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.embed import MiniLM
from brain.knowledge.index import SiteRow, chunks_of, search, site_row
from brain.knowledge.match import Match, best_match
from brain.knowledge.normal import Normal, normalise
from brain.knowledge.snapshot import Snapshot
from core.db import Database, DatabaseAway
from core.ids import SiteId

REMEMBERED = 4096
"""Vectors kept: 6 MB. The same questions come again and again."""
REFRESH_WAIT_S = 0.05
"""A turn waits this long for news of its site; then what is known will do, and the next turn has the news."""
AT_ONCE = 16
"""Questions that go through the model together at most."""


class NoSuchSite(LookupError):
    """The database has no site of that id."""


@dataclass(frozen=True, slots=True)
class LoadedSite:
    row: SiteRow
    snapshot: Snapshot | None
    """None: too large for memory, searched in the database."""
    seen_at: float


class Library:
    """`async with Library(database, model, fresh_s) as library: match = await library.find(site_id, text)`."""

    def __init__(self, database: Database, model: MiniLM, fresh_s: float) -> None:
        """`fresh_s`: a change of a site is seen after so many seconds at the latest."""
        self._database = database
        self._model = model
        self._fresh_s = fresh_s
        self._sites: dict[SiteId, LoadedSite] = {}
        self._refreshing: dict[SiteId, asyncio.Task[LoadedSite]] = {}
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._waiting: dict[str, asyncio.Future[NDArray[np.float32]]] = {}
        self._thread = ThreadPoolExecutor(1, "embed")  # one: the model is not faster on two, the event loop is
        self._embedding: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        tasks = [*self._refreshing.values(), *([self._embedding] if self._embedding else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def preload(self) -> None:
        """Every site there is, so that no caller waits for it. DatabaseAway."""
        async with self._database.as_relay() as rows:
            found = await (await rows.execute("select sites()->>'site_id'")).fetchall()
        for (site,) in found:
            await self.site(SiteId(site))

    async def site(self, site: SiteId) -> LoadedSite:
        """The site as of now; as last seen if the database is slow or away. NoSuchSite; DatabaseAway if never seen."""
        loaded = self._sites.get(site)
        if loaded is not None and time.monotonic() - loaded.seen_at < self._fresh_s:
            return loaded
        refresh = self._refreshing.get(site)
        if refresh is None:
            refresh = self._refreshing[site] = asyncio.create_task(self._refresh(site, loaded))
            refresh.add_done_callback(functools.partial(self._refreshed, site))
            if loaded is not None:
                await asyncio.wait([refresh], timeout=REFRESH_WAIT_S)
        known = self._sites.get(site)
        return known if known is not None else await asyncio.shield(refresh)

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
        if not refresh.cancelled():
            refresh.exception()  # told to those who wait for it; if nobody does, the next turn meets it again

    async def _load(self, site: SiteId, before: LoadedSite | None) -> LoadedSite:
        async with self._database.as_site(site) as rows:
            row = await site_row(rows, site)
            if row is None:
                self._sites.pop(site, None)
                raise NoSuchSite(site)
            if before is not None and before.row.version == row.version:
                return LoadedSite(row, before.snapshot, time.monotonic())
            found = await chunks_of(rows, site)
        return LoadedSite(row, None if found is None else Snapshot(*found), time.monotonic())

    async def find(self, site: SiteId, text: str) -> Match | None:
        """What of the site's is meant by `text`, and how sure that is. DatabaseAway only for a large site."""
        loaded = await self.site(site)
        if loaded.snapshot is not None and (match := loaded.snapshot.exactly(text)):
            return match
        asked = normalise(text)
        if not asked.english:
            return None
        vector = await self.vector(asked)
        if loaded.snapshot is not None:
            return best_match(loaded.snapshot.search(asked, vector))
        async with self._database.as_site(site) as rows:
            return best_match(await search(rows, site, asked, vector))

    async def vector(self, asked: Normal) -> NDArray[np.float32]:
        """float32[384]. Questions that wait for the model at the same time go through it together."""
        text = asked.english
        if (known := self._vectors.get(text)) is not None:
            self._vectors.move_to_end(text)
            return known
        if text not in self._waiting:
            self._waiting[text] = asyncio.get_running_loop().create_future()
        future = self._waiting[text]
        if self._embedding is None or self._embedding.done():
            self._embedding = asyncio.create_task(self._embed_waiting())
        return await asyncio.shield(future)

    async def _embed_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            texts = list(self._waiting)[:AT_ONCE]
            vectors = await loop.run_in_executor(self._thread, self._model.embed, texts)
            for text, vector in zip(texts, vectors, strict=True):
                self._vectors[text] = vector
                self._waiting.pop(text).set_result(vector)
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)
