"""Our side: the copy of Machine A's rows in our own database, and the search in it. No statement here goes to Machine A.

open_copy ─> put / take away, page by page ─> completed ─> the older copy is dropped
                                                       └─> indexed by meaning, once it is large
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.normal import normalise
from brain.knowledge.write import vector_text
from core.db import Database
from core.ids import SiteId
from mirror.ledger import Held

LARGE = 2_000
"""Rows from which a copy gets an index; looking through fewer takes some milliseconds."""
PAGE = 20_000
"""Rows of our own that are read at a time."""
SETTLE_MS = 3_600_000
"""An index over a million vectors takes a quarter of an hour (facts/brain.md A4)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of A's."""

    key: str
    version: str
    changed: str
    text: str
    title: str
    url: str
    document: str
    embedding: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Copy:
    copy_id: int
    dimensions: int
    complete: bool
    indexed: bool


_NEW_ROW = """
insert into mirror_row (site_id, copy_id, key, version, document, title, url, body, terms, ids, embedding)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (copy_id, key) do update set version = excluded.version, document = excluded.document, title = excluded.title,
  url = excluded.url, body = excluded.body, terms = excluded.terms, ids = excluded.ids, embedding = excluded.embedding
"""
_CHANGED = "update mirror_copy set changes = changes + 1 where copy_id = %s"


class Shelf:
    """One site's copies."""

    def __init__(self, database: Database, site: SiteId) -> None:
        self._database = database
        self._site = site

    async def open_copy(self, identity: str, model: str, dimensions: int) -> Copy:
        """The copy with this identity, made if there is none. DatabaseAway."""
        query = (
            "select copy_id, dimensions, fresh_as_of is not null, indexed from mirror_copy where site_id = %s and identity = %s"
        )
        async with self._database.as_site(self._site) as rows:
            found = await (await rows.execute(query, [self._site, identity])).fetchone()
            if found is not None and found[1] != dimensions:  # the same table with other vectors
                await rows.execute("delete from mirror_copy where copy_id = %s", [found[0]])
                found = None
            if found is None:
                made = await (await rows.execute("select open_mirror(%s, %s, %s)", [identity, model, dimensions])).fetchone()
                assert made is not None
                found = (made[0], dimensions, False, False)
        return Copy(*found)

    async def held(self, copy: Copy) -> AsyncIterator[list[Held]]:
        """All rows of it, a page at a time. DatabaseAway."""
        query = "select row_id, key, version from mirror_row where copy_id = %s and row_id > %s order by row_id limit %s"
        after, full = 0, True
        while full:
            async with self._database.as_site(self._site) as rows:
                page = await (await rows.execute(query, [copy.copy_id, after, PAGE])).fetchall()
            full = len(page) == PAGE
            if page:
                after = page[-1][0]
                yield page

    async def put(self, copy: Copy, page: Sequence[Row]) -> None:
        """New rows, and new versions of rows. DatabaseAway."""
        async with self._database.as_site(self._site) as rows:
            for row in page:
                normal = normalise(f"{row.title} {row.text}")
                vector = None if row.embedding is None else vector_text(row.embedding)
                where = [self._site, copy.copy_id, row.key, row.version, row.document or row.key]
                what = [row.title, row.url, row.text, sorted(normal.terms), sorted(normal.ids), vector]
                await rows.execute(_NEW_ROW, [*where, *what])
            await rows.execute(_CHANGED, [copy.copy_id])

    async def take_away(self, copy: Copy, row_ids: Sequence[int]) -> None:
        """DatabaseAway."""
        for at in range(0, len(row_ids), 1000):
            async with self._database.as_site(self._site) as rows:
                gone = list(row_ids[at : at + 1000])
                await rows.execute("delete from mirror_row where copy_id = %s and row_id = any(%s)", [copy.copy_id, gone])
                await rows.execute(_CHANGED, [copy.copy_id])

    async def completed(self, copy: Copy, as_of: float, count: int) -> None:
        """A sweep that began at `as_of` (seconds since 1970) has been through all of A's `count` rows. Older copies go."""
        async with self._database.as_site(self._site) as rows:
            query = "update mirror_copy set fresh_as_of = to_timestamp(%s), rows = %s where copy_id = %s"
            await rows.execute(query, [as_of, count, copy.copy_id])
            await rows.execute("delete from mirror_copy where site_id = %s and copy_id <> %s", [self._site, copy.copy_id])

    async def settle(self, copy: Copy, *, with_index: bool) -> None:
        """Fresh statistics; an index by meaning. May take long, disturbs nobody. DatabaseAway."""
        async with self._database.as_site(self._site) as rows:
            await rows.execute(f"set local statement_timeout = {SETTLE_MS}".encode())
            await rows.execute("select settle_mirror(%s, %s)", [copy.copy_id, with_index])

    async def changed(self) -> None:
        """Whoever remembers answers of this site's looks again. DatabaseAway."""
        async with self._database.as_site(self._site) as rows:
            await rows.execute("update site set knowledge_version = knowledge_version + 1 where site_id = %s", [self._site])

    async def without_vector(self, copy: Copy) -> int:
        """How many rows have text and no vector, or neither. DatabaseAway."""
        query = "select count(*) from mirror_row where copy_id = %s and embedding is null"
        async with self._database.as_site(self._site) as rows:
            row = await (await rows.execute(query, [copy.copy_id])).fetchone()
        assert row is not None
        return int(row[0])
