"""A site's knowledge in PostgreSQL: the truth. Copies of it for the brain's memory, and search where it is too large for that.

Rows are of the site's active generation. On the shared shelf the site's rows come first and are searched exactly; on a shelf
of its own, HNSW answers by meaning and only rare words are looked up.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from brain.knowledge.embed import Floats
from brain.knowledge.generation import COLUMNS, HERE, SMALL, Generation, generation_of
from brain.knowledge.match import NEAREST, Candidate, Chunk, Entry
from brain.knowledge.normal import Normal, lexical
from brain.knowledge.offline import Vector
from brain.knowledge.passages import NEAREST as NEAREST_PASSAGES
from brain.knowledge.passages import Passage, Piece
from brain.knowledge.snapshot import Counted, Snapshot
from brain.knowledge.write import received, vector_text
from core.db import Rows
from core.ids import SiteId
from core.sites import Language, Site

SNAPSHOT_LIMIT = 10_000
"""Chunks of facts, and as many of documents: more are not copied into memory (10,000 are 30 MB)."""

RARE_ROWS = 200
"""Words are looked up until so many chunks have them, the rarest first: a common one finds thousands, and tells little…"""
RARE_TERMS = 6
"""…and no more than these: each costs a comparison with every word of every chunk of a small site."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: Site
    tools: tuple[str, ...]
    version: int
    """Changes with every change of the site's knowledge."""
    born: datetime
    """Another site of the same id, after this one was deleted, was born later."""
    generation: Generation | None = None
    """None: nothing was ever written."""


async def site_row(rows: Rows, site: SiteId) -> SiteRow | None:
    query = (
        f"select settings, tools, knowledge_version, site.created_at, {COLUMNS} from site "
        "left join kb_generation g on g.site_id = site.site_id and state = 'active' where site.site_id = %s"
    )
    row = await (await rows.execute(query.encode(), [site])).fetchone()
    if row is None:
        return None
    generation = None if row[4] is None else generation_of(site, row[4:])
    version = row[2] + (generation.facts_version + generation.passages_version if generation else 0)
    return SiteRow(msgspec.convert(row[0], Site), tuple(row[1]), version, row[3], generation)


async def facts_of(rows: Rows, generation: Generation) -> tuple[list[Chunk], Floats] | None:
    """All ways to ask and their vectors, float32[chunks, dimensions]; None if they are too many to be kept in memory."""
    if generation.facts > SNAPSHOT_LIMIT:
        return None
    query = (
        "select c.chunk_id, d.doc_id, d.kind, d.key, d.answers, c.body, c.terms, c.ids, c.language, halfvec_send(c.embedding) "
        f"from (select * from kb_chunk where {HERE} and kind <> 'document') c join kb_doc d using (site_id, doc_id) "
        "order by c.chunk_id"
    )
    found = await (await rows.execute(query.encode(), generation.place)).fetchall()
    return [_chunk(row) for row in found], _stacked([row[9] for row in found], generation)


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
    pieces = [Piece(_passage(row), row[9], frozenset(row[10])) for row in found]
    return pieces, _stacked([row[11] for row in found], generation)


def _chunk(row: tuple[Any, ...]) -> Chunk:
    return Chunk(row[0], Entry(*row[1:5]), row[5], tuple(row[6]), frozenset(row[7]), row[8])


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
  (select doc_id from own order by cosine desc limit %(nearest)s)
  union select doc_id from own join by_words using (chunk_id)
  union (select doc_id from own where ids && %(ids)s limit %(nearest)s)
)
select c.chunk_id, d.doc_id, d.kind, d.key, d.answers, c.body, c.terms, c.ids, c.language, halfvec_send(c.embedding),
  (select array_agg(coalesce(t.chunks, 0) order by n) from unnest(c.terms) with ordinality as u(term, n)
   left join known t on t.term = u.term),
  (select chunks from total)
from likely join kb_doc d on d.site_id = %(site)s and d.doc_id = likely.doc_id
join (select * from kb_chunk where {HERE} and kind <> 'document') c on c.doc_id = likely.doc_id
order by c.chunk_id
"""
_COUNTS = "select term, chunks from kb_term where site_id = %s and generation = %s and side = 'facts' and term = any(%s)"


async def search(rows: Rows, generation: Generation, asked: Normal, vector: Vector) -> list[Candidate]:
    """The likeliest entries of the site, with what match.py needs to choose among them: as Snapshot.search, in one round trip."""
    terms, ids = sorted(lexical(asked.terms)), sorted(asked.ids)
    values = {**generation.place, "vector": vector_text(vector), "terms": terms, "ids": ids, "nearest": NEAREST}
    counting = await rows.execute(_COUNTS, [generation.site, generation.number, terms])
    searching = await rows.execute(_SEARCH.encode(), values)
    counts: dict[str, int] = dict(await counting.fetchall())
    found = await searching.fetchall()
    if not found:
        return []
    for row in found:
        counts |= zip(row[6], row[10] or (), strict=True)
    chunks = [_chunk(row) for row in found]
    return Snapshot(chunks, _stacked([row[9] for row in found], generation), Counted(counts, found[0][11])).search(asked, vector)


_PASSAGE = "d.key, c.chunk_id, d.kind, d.title, d.url, c.heading, c.body, c.language, array[c.starts, c.ends]"

_IN_SHELF = "c.shelf = '{shelf}' and c.site_id = %(site)s and c.generation = %(generation)s and c.kind = any(%(kinds)s)"
"""HERE with its shelf written out: PostgreSQL plans for that one alone, and once."""
_ASKED = """
with asked as materialized (  -- each word of the question, and how many chunks have it
  select term, chunks, ln(1 + %(total)s::float8 / (chunks + 0.5)) as weight
  from (select term, coalesce(sum(t.chunks), 0)::float8 as chunks from unnest(%(terms)s::text[]) as wanted(term) left join (
    select term, chunks from kb_term where site_id = %(site)s and generation = %(generation)s and side = any(%(sides)s)
  ) t using (term) group by term) as counted
), rare as (
  select coalesce(array_agg(term), '{{}}') as terms
  from (select term, sum(chunks) over rarest as found, row_number() over rarest as place
        from asked where chunks > 0 window rarest as (order by chunks, term)) as known
  where found <= {rare_rows} and place <= {rare_terms}
), """
_EXACT = """
own as materialized (
  select chunk_id, embedding <=> %(vector)s::halfvec as distance, cardinality(%(ids)s::text[]) > 0 and ids && %(ids)s as named,
    case when terms && (select terms from rare) then {shared} end as shared
  from kb_chunk c where {here}
), likely as (
  (select chunk_id from own where distance is not null order by distance limit {nearest})
  union (select chunk_id from own where shared is not null order by shared desc, chunk_id limit {nearest})
  union (select chunk_id from own where named limit {nearest})
)"""
_INDEXED = """
likely as (
  (select chunk_id from kb_chunk c where {here} and %(vector)s::halfvec is not null
   order by embedding::halfvec({dimensions}) <=> %(vector)s::halfvec::halfvec({dimensions}) limit {nearest})
  union (select chunk_id from kb_chunks_with('{shelf}', %(generation)s, (select terms from rare), '{{}}')
         where kind = any(%(kinds)s) order by {shared} desc, chunk_id limit {nearest})
  union (select chunk_id from kb_chunks_with('{shelf}', %(generation)s, '{{}}', %(ids)s) where kind = any(%(kinds)s)
         limit {nearest})
)"""
_FOUND = """
, c as materialized (  -- before their documents are looked up, of which a site may have many
  select chunk_id, doc_id, heading, body, language, starts, ends,
    coalesce((1 - (embedding <=> %(vector)s::halfvec))::float8, 0) as cosine,
    coalesce({shared} / (select sum(weight) from asked), 0) as overlap, ids && %(ids)s as named
  from kb_chunk c where {here} and chunk_id = any(array(select chunk_id from likely))
)
select {passage}, case when d.kind = 'fact' then d.answers end, cosine, overlap, named
from c join kb_doc d on d.site_id = %(site)s and d.doc_id = c.doc_id
"""
_SHARED = "(select sum(weight) from asked where term = any(terms))"
_PLANNED_ONCE = "set local plan_cache_mode = force_generic_plan"
"""Half a millisecond of each search; whatever the site, there is one good way through its shelf."""


async def search_passages(
    rows: Rows, generation: Generation, asked: Normal, vector: Vector | None, *, faqs: Language | None = None
) -> list[Passage]:
    """As passages.Pieces.search, in one round trip. `faqs`: facts as well, their answers in this language if they have it."""
    await rows.execute(_PLANNED_ONCE)
    values = {
        "site": generation.site,
        "generation": generation.number,
        "kinds": ["document", "fact"] if faqs else ["document"],
        "sides": ["passages", "facts"] if faqs else ["passages"],
        "total": generation.passages + (generation.facts if faqs else 0),
        "terms": sorted(lexical(asked.terms)),
        "ids": sorted(asked.ids),
        "vector": None if vector is None else vector_text(vector),
    }
    found = await (await rows.execute(_passages_query(generation), values)).fetchall()
    passages = [_passage(row[:9], *row[10:]) for row in found if row[2] == "document"]
    return passages + _told_once([(_passage(row[:9], *row[10:]), row[9]) for row in found if row[2] == "fact"], faqs)


def _passages_query(generation: Generation) -> bytes:
    """The same text for all searches of a shelf."""
    query = (_ASKED + (_EXACT if generation.shelf == SMALL else _INDEXED) + _FOUND).format(
        here=_IN_SHELF.format(shelf=generation.shelf),
        shelf=generation.shelf,
        dimensions=int(generation.embedding.dimensions),
        nearest=NEAREST_PASSAGES,
        rare_rows=RARE_ROWS,
        rare_terms=RARE_TERMS,
        passage=_PASSAGE,
        shared=_SHARED,
    )
    return query.encode()


def _told_once(asked: list[tuple[Passage, dict[Language, str]]], language: Language | None) -> list[Passage]:
    """Facts by their nearest way to ask, which is their title; their text is the answer."""
    best: dict[str, Passage] = {}
    for question, answers in sorted(asked, key=lambda each: (-each[0].cosine, -each[0].overlap)):
        if question.document_id not in best:
            told = language if language in answers else next(iter(answers))
            best[question.document_id] = replace(
                question, title=question.text, text=answers[told], language=told, span=(0, len(answers[told]))
            )
    return list(best.values())


def _passage(row: tuple[Any, ...], cosine: float = 0.0, shared: float = 0.0, by_id: bool = False) -> Passage:
    """From the columns of _PASSAGE."""
    key, chunk_id, kind, title, url, heading, text, language, (starts, ends) = row[:9]
    return Passage(key, chunk_id, kind, title, url, heading, text, language, (starts, ends), cosine, shared, by_id)


def _stacked(vectors: list[bytes], generation: Generation) -> Floats:
    found = [received(vector) for vector in vectors]
    return np.stack(found) if found else np.zeros((0, generation.embedding.dimensions), np.float32)
