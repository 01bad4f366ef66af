"""Search in our copy of Machine A's knowledge. No statement goes to A, and for a copy of ordinary size none to our own
database either: it is in memory, looked at again every few seconds, and answers on while the database is away.

    question ─> copy in memory? ── up to 10,000 rows: brain.knowledge.passages.Pieces
                               └── more: by meaning (its own HNSW) ∪ by its rarest words ∪ by id, in SQL
"""

import asyncio
import functools
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from psycopg import sql

from brain.knowledge.index import SNAPSHOT_LIMIT
from brain.knowledge.passages import NEAREST, Passage, Piece, Pieces
from brain.knowledge.source import Question
from brain.knowledge.write import received, vector_text
from core.db import Database, DatabaseAway, Rows
from core.ids import SiteId
from core.sites import Language, Site
from mirror.origin import model_of

FRESH_S = 2.0
"""A change of the copy is searched after so many seconds at the latest, and one question."""
REBUILD_SHARE = 0.05
"""Of the time at most goes into copying a copy that changes all the while."""
RARE = 0.0005
"""Share of the rows that is assumed of a word that PostgreSQL's statistics don't list."""
LEADING_ROWS = 2_000
"""Rows to which words may lead: the rarest words that together have no more. A word of half the rows leads nowhere."""


@dataclass(frozen=True, slots=True)
class _Which:
    """The copy that answers: the newest that is complete, else the newest."""

    copy_id: int
    dimensions: int
    model: str
    rows: int
    changes: int


@dataclass(frozen=True, slots=True)
class _Held:
    which: _Which | None
    """None: there is no copy yet."""
    pieces: Pieces | None
    """None: too large for memory…"""
    common: dict[str, float]
    """…then its common words, and the share of its rows that have them."""
    seen_at: float
    rest_until: float = 0.0
    """Until then a changed copy is not copied again."""


class Copied:
    """A KnowledgeSource (brain.knowledge.source)."""

    def __init__(self, database: Database, in_memory: int = SNAPSHOT_LIMIT) -> None:
        """`in_memory`: rows up to which a copy is held in memory; 10,000 of 1,536 dimensions are 60 MB."""
        self._database = database
        self._in_memory = in_memory
        self._held: dict[SiteId, _Held] = {}
        self._looking: dict[SiteId, asyncio.Task[_Held]] = {}

    async def close(self) -> None:
        for looking in self._looking.values():
            looking.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def candidates(self, site: Site, question: Question) -> list[Passage]:
        held = await self._copy(site)
        if held.which is None:
            return []
        same = question.embedding is not None and model_of(question.embedding) == held.which.model
        asked = question if same else replace(question, vector=None)  # vectors of two models never meet
        if held.pieces is not None:
            return held.pieces.search(asked.asked, asked.vector)
        async with self._database.as_site(site.site_id) as rows:
            return await _search(rows, site, held.which, held.common, asked)

    async def _copy(self, site: Site) -> _Held:
        """As of a moment ago. DatabaseAway if it was never seen."""
        held = self._held.get(site.site_id)
        if held is not None and time.monotonic() - held.seen_at < FRESH_S:
            return held
        looking = self._looking.get(site.site_id)
        if looking is None:
            looking = self._looking[site.site_id] = asyncio.create_task(self._look(site, held))
            looking.add_done_callback(functools.partial(self._looked, site.site_id))
        return held if held is not None else await asyncio.shield(looking)

    def _looked(self, site: SiteId, looking: "asyncio.Task[_Held]") -> None:
        self._looking.pop(site, None)
        if not looking.cancelled():
            looking.exception()  # told to those who wait for it

    async def _look(self, site: Site, before: _Held | None) -> _Held:
        began = time.monotonic()
        try:
            held = await self._load(site, before, began)
        except DatabaseAway:
            if before is None:
                raise
            held = replace(before, seen_at=began)
        self._held[site.site_id] = held
        return held

    async def _load(self, site: Site, before: _Held | None, began: float) -> _Held:
        async with self._database.as_site(site.site_id) as rows:
            row = await (await rows.execute(_WHICH, [site.site_id])).fetchone()
            which = None if row is None else _Which(*row)
            if before is not None and (before.which == which or (_same(before.which, which) and began < before.rest_until)):
                return replace(before, seen_at=began)
            if which is None:
                return _Held(None, None, {}, began)
            if which.rows > self._in_memory:
                return _Held(which, None, await _common(rows, which), began)
            found = await (await rows.execute(_ALL, [which.copy_id, self._in_memory + 1])).fetchall()
        if len(found) > self._in_memory:
            return _Held(which, None, {}, began)
        pieces = await asyncio.to_thread(_pieces, found, which, site.language)
        ended = time.monotonic()
        return _Held(which, pieces, {}, ended, ended + (ended - began) / REBUILD_SHARE)


def _same(before: _Which | None, now: _Which | None) -> bool:
    return before is not None and now is not None and before.copy_id == now.copy_id


_WHICH = """
select copy_id, dimensions, model, rows, changes from mirror_copy
where site_id = %s order by fresh_as_of is null, copy_id desc limit 1
"""
_ALL = """
select row_id, document, title, url, body, terms, ids, halfvec_send(embedding)
from mirror_row where copy_id = %s and body <> '' order by row_id limit %s
"""
_SEARCH = sql.SQL("""
with by_meaning as materialized (
  select row_id from mirror_row
  where copy_id = %(copy)s and site_id = %(site)s and embedding is not null and body <> ''
  order by embedding::{kind} <=> %(vector)s::{kind} limit {near}
), by_words as (
  select row_id from mirror_row
  where copy_id = %(copy)s and site_id = %(site)s and body <> ''
    and row_id = any(array(select mirror_rows_with(%(copy)s, %(leading)s::text[], %(ids)s::text[])))
  order by ids && %(ids)s::text[] desc, (select sum(w.weight)
    from unnest(%(terms)s::text[], %(weights)s::float8[]) as w(term, weight) where w.term = any(terms)) desc nulls last, row_id
  limit {nearest}
)
select row_id, document, title, url, body, coalesce(1 - (embedding::{kind} <=> %(vector)s::{kind}), 0)::float8,
  (select coalesce(sum(w.weight), 0) from unnest(%(terms)s::text[], %(weights)s::float8[]) as w(term, weight)
   where w.term = any(terms))::float8, ids && %(ids)s::text[]
from mirror_row where copy_id = %(copy)s and site_id = %(site)s
  and row_id = any(array(select row_id from by_meaning union select row_id from by_words))
""")


def _pieces(found: list[tuple[Any, ...]], which: _Which, language: Language) -> Pieces:
    vectors = np.zeros((len(found), which.dimensions), np.float32)
    pieces = []
    for at, (row_id, document, title, url, body, terms, ids, vector) in enumerate(found):
        pieces.append(Piece(_passage(language, (row_id, document, title, url, body)), terms, frozenset(ids)))
        if vector is not None:  # without one, words alone lead to it
            made = received(vector)
            vectors[at] = made / (np.linalg.norm(made) or 1.0)
    return Pieces(pieces, vectors)


async def _common(rows: Rows, which: _Which) -> dict[str, float]:
    return dict(await (await rows.execute("select term, share from mirror_common(%s)", [which.copy_id])).fetchall())


async def _search(rows: Rows, site: Site, which: _Which, common: Mapping[str, float], question: Question) -> list[Passage]:
    terms = sorted(question.asked.terms)
    shares = {term: common.get(term, RARE) for term in terms}
    weights = {term: math.log(1 + 1 / share) for term, share in shares.items()}
    vector = None if question.vector is None else vector_text(question.vector)
    values = {
        "site": site.site_id,
        "copy": which.copy_id,
        "vector": vector,
        "terms": terms,
        "weights": [weights[term] for term in terms],
        "leading": _leading(shares, which.rows),
        "ids": sorted(question.asked.ids),
    }
    kind = sql.SQL("halfvec({})").format(sql.Literal(which.dimensions))
    near = sql.Literal(0 if vector is None else NEAREST)
    likely = await rows.execute(_SEARCH.format(kind=kind, near=near, nearest=sql.Literal(NEAREST)), values)
    total = sum(weights.values()) or 1.0
    return [
        replace(_passage(site.language, row[:5]), cosine=row[5], overlap=min(1.0, row[6] / total), by_id=bool(row[7]))
        for row in await likely.fetchall()
    ]


def _leading(shares: dict[str, float], rows: int) -> list[str]:
    leading, expected = list[str](), 0.0
    for term, share in sorted(shares.items(), key=lambda each: each[1]):
        expected += share * rows
        if expected > LEADING_ROWS:
            break
        leading.append(term)
    return leading


def _passage(language: Language, row: tuple[Any, ...]) -> Passage:
    """Its figures are not known yet."""
    row_id, document, title, url, body = row
    return Passage(
        document_id=document,
        chunk_id=row_id,
        kind="document",
        title=title,
        heading="",
        url=url,
        text=body,
        language=language,
        span=(0, len(body)),
        cosine=0.0,
        overlap=0.0,
    )
