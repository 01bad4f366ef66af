"""Search in our copy of Machine A's knowledge: three short statements to our own database, none to A.

which copy ─> how common the words are ─> by meaning ∪ by words ∪ by id ─> candidates with their figures
"""

import math
from dataclasses import dataclass

from psycopg import sql

from brain.knowledge.normal import Normal
from brain.knowledge.passages import NEAREST, Floats, Passage
from brain.knowledge.source import Question
from core.db import Database, Rows
from core.sites import Site
from mirror.origin import model_of
from mirror.shelf import vector_text

COMMON = 0.05
"""Share of a large copy's rows above which a word leads to too many: it still counts, but nothing is looked up by it."""
RARE = 0.0005
"""Share that is assumed of a word that PostgreSQL's statistics don't list."""

_WHICH = """
select copy_id, dimensions, model, indexed from mirror_copy where site_id = %s order by fresh_as_of is null, copy_id desc limit 1
"""
_SEARCH = sql.SQL("""
with by_meaning as materialized (
  select row_id from mirror_row
  where copy_id = %(copy)s and site_id = %(site)s and embedding is not null and body <> '' and %(vector)s::text is not null
  order by embedding::{kind} <=> %(vector)s::{kind} limit {nearest}
), by_words as (
  select row_id from mirror_row
  where copy_id = %(copy)s and site_id = %(site)s and body <> '' and terms && %(leading)s::text[]
  order by (select sum(w.weight) from unnest(%(terms)s::text[], %(weights)s::float8[]) as w(term, weight)
            where w.term = any(terms)) desc nulls last, row_id limit {nearest}
), by_id as (
  select row_id from mirror_row
  where copy_id = %(copy)s and site_id = %(site)s and body <> '' and ids && %(ids)s::text[] limit {nearest}
)
select row_id, document, title, url, body, coalesce(1 - (embedding::{kind} <=> %(vector)s::{kind}), 0)::float8,
  (select coalesce(sum(w.weight), 0) from unnest(%(terms)s::text[], %(weights)s::float8[]) as w(term, weight)
   where w.term = any(terms))::float8, ids && %(ids)s::text[]
from mirror_row where copy_id = %(copy)s and site_id = %(site)s
  and row_id in (select row_id from by_meaning union select row_id from by_words union select row_id from by_id)
""")


@dataclass(frozen=True, slots=True)
class Copied:
    """A KnowledgeSource (brain.knowledge.source)."""

    database: Database

    async def candidates(self, site: Site, question: Question) -> list[Passage]:
        asked, vector = question.asked, question.vector
        async with self.database.as_site(site.site_id) as rows:
            which = await (await rows.execute(_WHICH, [site.site_id])).fetchone()
            if which is None:
                return []
            copy, dimensions, model, large = which
            weights = await _weights(rows, copy, asked)
            if question.embedding is None or model_of(question.embedding) != model:
                vector = None  # the site's model is another now, and its copy on the way: vectors of two models never meet
            leading = [term for term, (_, share) in weights.items() if share <= COMMON or not large]
            return await _search(rows, site, copy, dimensions, asked.ids, weights, leading, vector)


async def _weights(rows: Rows, copy: int, asked: Normal) -> dict[str, tuple[float, float]]:
    """Of each term: its weight, and the share of the rows that have it."""
    terms = sorted(asked.terms)
    found = await (await rows.execute("select term, share from mirror_shares(%s, %s)", [copy, terms])).fetchall()
    shares: dict[str, float] = dict(found)
    return {term: (math.log(1 + 1 / shares.get(term, RARE)), shares.get(term, RARE)) for term in terms}


async def _search(
    rows: Rows,
    site: Site,
    copy: int,
    dimensions: int,
    ids: frozenset[str],
    weights: dict[str, tuple[float, float]],
    leading: list[str],
    vector: Floats | None,
) -> list[Passage]:
    values = {
        "site": site.site_id,
        "copy": copy,
        "vector": None if vector is None else vector_text(vector),
        "terms": list(weights),
        "weights": [weight for weight, _ in weights.values()],
        "leading": leading,
        "ids": sorted(ids),
    }
    kind = sql.SQL("halfvec({})").format(sql.Literal(dimensions))
    await rows.execute("set local hnsw.ef_search = 80")
    query = _SEARCH.format(kind=kind, nearest=sql.Literal(NEAREST))
    found = await (await rows.execute(query, values)).fetchall()
    total = sum(weight for weight, _ in weights.values()) or 1.0
    return [
        Passage(
            document_id=document,
            chunk_id=row_id,
            kind="document",
            title=title,
            heading="",
            url=url,
            text=body,
            language=site.language,
            span=(0, len(body)),
            cosine=cosine,
            overlap=min(1.0, shared / total),
            by_id=bool(by_id),
        )
        for row_id, document, title, url, body, cosine, shared, by_id in found
    ]
