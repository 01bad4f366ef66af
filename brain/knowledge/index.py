"""A site's knowledge in PostgreSQL: the truth. Search, and a copy of a small site for when the database is away.

One round trip: the site's rows first, then the nearest by meaning and the nearest by words among them.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from brain.knowledge.embed import Floats
from brain.knowledge.match import NEAREST, Candidate, Chunk, Entry, overlap, weight
from brain.knowledge.normal import Normal, words_of
from core.db import Rows
from core.ids import SiteId
from core.sites import Site

SNAPSHOT_LIMIT = 10_000
"""Chunks: a larger site is not copied into memory (10,000 are 15 MB)."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: Site
    tools: tuple[str, ...]
    version: int


async def site_row(rows: Rows, site: SiteId) -> SiteRow | None:
    query = "select settings, tools, knowledge_version from site where site_id = %s"
    row = await (await rows.execute(query, [site])).fetchone()
    return None if row is None else SiteRow(msgspec.convert(row[0], Site), tuple(row[1]), row[2])


async def chunks_of(rows: Rows, site: SiteId) -> tuple[list[Chunk], Floats] | None:
    """All chunks and their vectors, float32[chunks, 384]; None if they are too many to be kept in memory."""
    found = await (
        await rows.execute(
            "select c.chunk_id, d.doc_id, d.kind, d.key, d.answers, c.body, c.terms, c.ids, c.embedding::text "
            "from kb_chunk c join kb_doc d using (site_id, doc_id) where c.site_id = %s order by c.chunk_id limit %s",
            [site, SNAPSHOT_LIMIT + 1],
        )
    ).fetchall()
    if len(found) > SNAPSHOT_LIMIT:
        return None
    chunks = [Chunk(row[0], Entry(*row[1:5]), row[5], tuple(row[6]), frozenset(row[7])) for row in found]
    vectors = [np.fromstring(row[8][1:-1], np.float32, sep=",") for row in found]
    return chunks, np.stack(vectors) if vectors else np.zeros((0, 384), np.float32)


_SEARCH = """
with own as materialized (
  select chunk_id, doc_id, terms, ids, (1 - (embedding <=> %(vector)s::halfvec))::float8 as cosine
  from kb_chunk where site_id = %(site)s
), total as (select count(*) as chunks from own),
weights as (
  select term, ln(1 + (select chunks from total) / (coalesce(t.chunks, 0) + 0.5)) as weight
  from unnest(%(terms)s::text[]) as term left join kb_term t using (term)
  where t.site_id is null or t.site_id = %(site)s
), by_words as (
  select chunk_id, (select sum(weight) from weights where term = any(own.terms)) as shared
  from own where terms && %(terms)s order by shared desc, chunk_id limit %(nearest)s
), likely as (
  (select chunk_id from own order by cosine desc limit %(nearest)s)
  union select chunk_id from by_words
  union (select chunk_id from own where ids && %(ids)s limit %(nearest)s)
)
select o.chunk_id, d.doc_id, d.kind, d.key, d.answers, o.cosine, o.terms, o.ids && %(ids)s,
  (select array_agg(coalesce(t.chunks, 0) order by n) from unnest(o.terms) with ordinality as u(term, n)
   left join kb_term t on t.site_id = %(site)s and t.term = u.term),
  (select chunks from total)
from likely join own o using (chunk_id) join kb_doc d on d.site_id = %(site)s and d.doc_id = o.doc_id
"""
_COUNTS = "select term, chunks from kb_term where site_id = %s and term = any(%s)"


async def search(rows: Rows, site: SiteId, asked: Normal, vector: NDArray[np.float32]) -> list[Candidate]:
    """The likeliest chunks of the site, with what match.py needs to choose among them."""
    terms, ids = sorted(asked.terms), sorted(asked.ids)
    values = {"site": site, "vector": vector_text(vector), "terms": terms, "ids": ids, "nearest": NEAREST}
    counting = await rows.execute(_COUNTS, [site, terms])
    searching = await rows.execute(_SEARCH, values)
    counts: dict[str, int] = dict(await counting.fetchall())
    candidates = []
    for chunk_id, doc_id, kind, key, answers, cosine, chunk_terms, by_id, chunk_counts, chunks in await searching.fetchall():
        wanted = {term: weight(counts.get(term, 0), chunks) for term in terms}
        offered = {term: weight(count, chunks) for term, count in zip(chunk_terms, chunk_counts or (), strict=True)}
        entry = Entry(doc_id, kind, key, answers)
        candidates.append(Candidate(entry, chunk_id, cosine, overlap(wanted, offered), words_of(chunk_terms), by_id))
    return candidates


def vector_text(vector: NDArray[np.float32]) -> str:
    """As pgvector reads it; four digits are more than half precision holds."""
    return "[" + ",".join(f"{value:.5f}" for value in vector.tolist()) + "]"
