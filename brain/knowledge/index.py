"""A site's knowledge in PostgreSQL: the truth. Copies of it for the brain's memory, and search where it is too large for that.

Rows are of the site's active generation. On the shared shelf the site's rows come first and are searched exactly; on a shelf
of its own, HNSW answers by meaning and only rare words are looked up.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from brain.knowledge.embed import Floats
from brain.knowledge.embedders import Vector
from brain.knowledge.generation import COLUMNS, HERE, SMALL, Generation, generation_of
from brain.knowledge.match import NEAREST, Candidate, Chunk, Entry, overlap, weight
from brain.knowledge.normal import Normal, words_of
from brain.knowledge.passages import NEAREST as NEAREST_PASSAGES
from brain.knowledge.passages import Passage, Piece
from brain.knowledge.write import received, vector_text
from core.db import Rows
from core.ids import SiteId
from core.sites import Site

SNAPSHOT_LIMIT = 10_000
"""Chunks of facts, and as many of documents: more are not copied into memory (10,000 are 30 MB)."""

RARE_ROWS = 400
"""A large site's words are looked up until so many chunks have them, the rarest first: a common word finds thousands."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: Site
    tools: tuple[str, ...]
    version: int
    """Changes with every change of the site's knowledge."""
    generation: Generation | None = None
    """None: nothing was ever written."""


async def site_row(rows: Rows, site: SiteId) -> SiteRow | None:
    query = (
        f"select settings, tools, knowledge_version, {COLUMNS} from site "
        "left join kb_generation g on g.site_id = site.site_id and state = 'active' where site.site_id = %s"
    )
    row = await (await rows.execute(query.encode(), [site])).fetchone()
    if row is None:
        return None
    generation = None if row[3] is None else generation_of(site, row[3:])
    version = row[2] + (generation.facts_version + generation.passages_version if generation else 0)
    return SiteRow(msgspec.convert(row[0], Site), tuple(row[1]), version, generation)


async def facts_of(rows: Rows, generation: Generation) -> tuple[list[Chunk], Floats] | None:
    """All ways to ask and their vectors, float32[chunks, dimensions]; None if they are too many to be kept in memory."""
    if generation.facts > SNAPSHOT_LIMIT:
        return None
    query = (
        "select c.chunk_id, d.doc_id, d.kind, d.key, d.answers, c.body, c.terms, c.ids, halfvec_send(c.embedding) "
        f"from (select * from kb_chunk where {HERE} and kind <> 'document') c join kb_doc d using (site_id, doc_id) "
        "order by c.chunk_id"
    )
    found = await (await rows.execute(query.encode(), generation.place)).fetchall()
    chunks = [Chunk(row[0], Entry(*row[1:5]), row[5], tuple(row[6]), frozenset(row[7])) for row in found]
    return chunks, _stacked([row[8] for row in found], generation)


async def pieces_of(rows: Rows, generation: Generation) -> tuple[list[Piece], Floats] | None:
    """All pieces of documents and their vectors, float32[pieces, dimensions]; None if they are too many."""
    if generation.passages > SNAPSHOT_LIMIT:
        return None
    query = (
        f"select {_PASSAGE}, c.terms, c.ids, halfvec_send(c.embedding) "
        f"from (select * from kb_chunk where {HERE} and kind = 'document') c join kb_doc d using (site_id, doc_id) "
        "order by c.chunk_id"
    )
    found = await (await rows.execute(query.encode(), generation.place)).fetchall()
    pieces = [Piece(_passage(row), row[8], frozenset(row[9])) for row in found]
    return pieces, _stacked([row[10] for row in found], generation)


_SEARCH = f"""
with own as materialized (
  select chunk_id, doc_id, terms, ids, (1 - (embedding <=> %(vector)s::halfvec))::float8 as cosine
  from kb_chunk where {HERE} and kind <> 'document'
), total as (select count(*) as chunks from own),
known as (select term, chunks from kb_term where site_id = %(site)s and generation = %(generation)s and side = 'facts'),
weights as (
  select term, ln(1 + (select chunks from total) / (coalesce(t.chunks, 0) + 0.5)) as weight
  from unnest(%(terms)s::text[]) as term left join known t using (term)
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
   left join known t on t.term = u.term),
  (select chunks from total)
from likely join own o using (chunk_id) join kb_doc d on d.site_id = %(site)s and d.doc_id = o.doc_id
"""
_COUNTS = "select term, chunks from kb_term where site_id = %s and generation = %s and side = 'facts' and term = any(%s)"


async def search(rows: Rows, generation: Generation, asked: Normal, vector: Vector) -> list[Candidate]:
    """The likeliest ways to ask of the site, with what match.py needs to choose among them."""
    terms, ids = sorted(asked.terms), sorted(asked.ids)
    values = {**generation.place, "vector": vector_text(vector), "terms": terms, "ids": ids, "nearest": NEAREST}
    counting = await rows.execute(_COUNTS, [generation.site, generation.number, terms])
    searching = await rows.execute(_SEARCH.encode(), values)
    counts: dict[str, int] = dict(await counting.fetchall())
    candidates = []
    for chunk_id, doc_id, kind, key, answers, cosine, chunk_terms, by_id, chunk_counts, chunks in await searching.fetchall():
        wanted = {term: weight(counts.get(term, 0), chunks) for term in terms}
        offered = {term: weight(count, chunks) for term, count in zip(chunk_terms, chunk_counts or (), strict=True)}
        entry = Entry(doc_id, kind, key, answers)
        candidates.append(Candidate(entry, chunk_id, cosine, overlap(wanted, offered), words_of(chunk_terms), by_id))
    return candidates


_PASSAGE = "d.key, c.chunk_id, d.kind, d.title, d.url, c.body, c.language, array[c.starts, c.ends]"

_SEARCH_PASSAGES = """
with own as {materialized} (
  select chunk_id, terms, ids, embedding from kb_chunk
  where shelf = %(shelf)s and site_id = %(site)s and generation = %(generation)s and kind = 'document'
), asked as materialized (
  select term, coalesce(t.chunks, 0) as chunks, ln(1 + %(total)s / (coalesce(t.chunks, 0) + 0.5)) as weight
  from unnest(%(terms)s::text[]) as term
  left join kb_term t using (term)
  where t.site_id is null or (t.site_id = %(site)s and t.generation = %(generation)s and t.side = 'passages')
), rare as materialized (
  select coalesce(array_agg(term), '{{}}') as terms from (
    select term, sum(chunks) over (order by chunks, term) as found from asked where chunks > 0) counted
  where found <= %(rare)s
), by_meaning as (
  select chunk_id from own order by embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions}) limit %(near)s
), by_words as (
  select chunk_id from own where terms && (select terms from rare)
  order by (select sum(weight) from asked where term = any(own.terms)) desc, chunk_id limit %(nearest)s
), by_id as (select chunk_id from own where ids && %(ids)s limit %(nearest)s
), likely as (select chunk_id from by_meaning union select chunk_id from by_words union select chunk_id from by_id)
select {passage}, coalesce((1 - (c.embedding <=> %(vector)s::halfvec))::float8, 0),
  coalesce((select sum(weight) from asked where term = any(c.terms)) / (select sum(weight) from asked), 0)::float8,
  c.ids && %(ids)s
from kb_chunk c join kb_doc d on d.site_id = %(site)s and d.doc_id = c.doc_id
where c.shelf = %(shelf)s and c.site_id = %(site)s and c.generation = %(generation)s
  and c.chunk_id in (select chunk_id from likely)
"""


async def search_passages(rows: Rows, generation: Generation, asked: Normal, vector: Vector | None) -> list[Passage]:
    """As passages.Pieces.search, in one round trip."""
    small = generation.shelf == SMALL
    query = _SEARCH_PASSAGES.format(
        materialized="materialized" if small else "not materialized",
        dimensions=int(generation.embedding.dimensions),
        passage=_PASSAGE,
    )
    values = {
        **generation.place,
        "terms": sorted(asked.terms),
        "ids": sorted(asked.ids),
        "vector": None if vector is None else vector_text(vector),
        "near": 0 if vector is None else NEAREST_PASSAGES,
        "nearest": NEAREST_PASSAGES,
        "total": generation.passages,
        "rare": generation.passages * len(asked.terms) if small else RARE_ROWS,
    }
    found = await (await rows.execute(query.encode(), values)).fetchall()
    return [_passage(row[:8], *row[8:]) for row in found]


def _passage(row: tuple[object, ...], cosine: float = 0.0, shared: float = 0.0, by_id: bool = False) -> Passage:
    """From the columns of _PASSAGE."""
    *before, span = row[:8]
    values = (*before, tuple(span), cosine, shared, by_id)  # type: ignore[arg-type]  # an int[2]
    return Passage(*values)  # type: ignore[arg-type]  # a row of the database is what the schema says


def _stacked(vectors: list[bytes], generation: Generation) -> Floats:
    found = [received(vector) for vector in vectors]
    return np.stack(found) if found else np.zeros((0, generation.embedding.dimensions), np.float32)
