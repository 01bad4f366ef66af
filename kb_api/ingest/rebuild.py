"""Another generation of a site's index, built beside the one in use, and then in its place: for a new embedding model, for a
new version of our code, and for a site that has outgrown the shared shelf. Nobody waits for it and no write is lost.

    begin ─> fill, fill … (what is written meanwhile is only more to fill) ─> index ─> count ─> switch

What has been built is in the database, so a killed worker goes on where it was. A chunk keeps its chunk_id, so what is
missing is what the new generation has no number of; a deleted or replaced chunk goes from both at once (write.py).
"""

import logging
from dataclasses import dataclass

import msgspec
import psycopg

from brain.knowledge.embedders import Embedder, Embedders, EmbeddingAway, wording
from brain.knowledge.generation import COLUMNS, SMALL, Generation, active, alone, building, generation_of
from brain.knowledge.normal import VERSION, normalise
from brain.knowledge.write import CHANNEL, digest_of, vector_text
from core.db import Database, Deadlocked, Rows
from core.ids import SiteId
from core.sites import Embedding
from kb_api.ingest.metrics import REBUILT

log = logging.getLogger(__name__)

LARGE = 10_000
"""Chunks from which a site has a shelf and an HNSW of its own: below, exact search costs less (facts/brain.md A4)."""
COPIED = 1000
"""Chunks at a time where the vectors stay as they are…"""
EMBEDDED = 32
"""…and where they are made anew."""
RECOUNTS = 5
"""Tries to find the site as it was counted; then it is counted while its writers wait."""
LONG_MS = 3_600_000
"""An index over a million vectors takes a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A site whose next generation is to be built, and what it is to be."""

    site: SiteId
    embedding: Embedding
    large: bool


async def wanted(database: Database) -> list[Wanted]:
    """Sites whose index is not what it should be: another model is set, our code has changed, it has grown, or it was asked."""
    query = (
        f"select s.site_id, s.settings->'embedding', g.rebuild_asked, {COLUMNS} "
        "from site s join kb_generation g on g.site_id = s.site_id and g.state = 'active' order by s.site_id"
    )
    async with database.as_relay() as rows:
        found = await (await rows.execute(query.encode())).fetchall()
    needed = []
    for site, embedding, asked, *columns in found:
        now = generation_of(SiteId(site), tuple(columns))
        should = msgspec.convert(embedding, Embedding) if embedding else Embedding()
        large = now.facts + now.passages > LARGE
        if asked or should != now.embedding or now.code_version != VERSION or (large and now.shelf == SMALL):
            needed.append(Wanted(SiteId(site), should, large))
    return needed


class Rebuild:
    """One site's."""

    def __init__(self, database: Database, embedders: Embedders, site: SiteId) -> None:
        self._database = database
        self._embedders = embedders
        self._site = site

    async def run(self, want: Wanted) -> bool:
        """All of it; False: not now, try again. EmbeddingAway, DatabaseAway: what was built is kept."""
        try:
            new = await self._begin(want)
            if new is None:
                return False
            await self._fill(new)
            if new.shelf != SMALL:
                await self._index(new)
            return await self._switch(new)
        except EmbeddingAway as error:
            await self._note(str(error))
            raise
        except (psycopg.errors.LockNotAvailable, psycopg.errors.ForeignKeyViolation, Deadlocked):
            return False  # a document went while its chunk was on its way, or tables are busy

    async def _begin(self, want: Wanted) -> Generation | None:
        """The generation that is being built: one that was begun goes on if it is still what is wanted."""
        async with self._database.as_site(self._site) as rows:
            old, begun = await active(rows, self._site), await building(rows, self._site)
            if begun is not None and begun.embedding == want.embedding and begun.code_version == VERSION:
                return begun
            if begun is not None:
                await _forget(rows, begun)
        async with self._database.as_relay() as rows:
            await rows.execute("set local lock_timeout = '2s'")
            shelf = "make_kb_shelf()" if want.large else f"'{SMALL}'"
            statement = (
                "insert into kb_generation (site_id, generation, embedding, dimensions, code_version, state, shelf) "
                f"values (%s, %s, %s, %s, %s, 'building', {shelf}) on conflict do nothing"
            )
            embedding = msgspec.json.encode(want.embedding).decode()
            values = [self._site, old.number + 1, embedding, want.embedding.dimensions, VERSION]
            await rows.execute(statement.encode(), values)
        log.info("= a generation is begun", extra={"site": self._site, "generation": old.number + 1})
        async with self._database.as_site(self._site) as rows:
            return await building(rows, self._site)

    async def _fill(self, new: Generation) -> None:
        """Everything that the active generation has and this one has not."""
        async with self._database.as_site(self._site) as rows:
            old = await active(rows, self._site)
            embedder = await self._embedders.of(rows, self._site, new.embedding)
        after = 0
        while True:
            if old.embedding == new.embedding and old.code_version == new.code_version:
                last = await self._copy(old, new, after)
            else:
                last = await self._make(old, new, after, embedder)
            if last is None:
                return
            after = last

    async def _copy(self, old: Generation, new: Generation, after: int) -> int | None:
        """The next chunks as they are; the last one's number, or None: there are no more."""
        names = "doc_id, kind, position, language, heading, body, starts, ends, digest, terms, ids, embedding"
        statement = (
            f"with missing as ({_MISSING}), copied as ("
            f"insert into kb_chunk (shelf, site_id, generation, chunk_id, {names}) "
            f"select %(shelf)s, site_id, %(generation)s, chunk_id, {names} from missing returning 1) "
            "select max(chunk_id) from missing where (select count(*) from copied) >= 0"
        )
        async with self._database.as_site(self._site) as rows:
            row = await (await rows.execute(statement.encode(), _between(old, new, after, COPIED))).fetchone()
        return row[0] if row else None

    async def _make(self, old: Generation, new: Generation, after: int, embedder: Embedder) -> int | None:
        """The next chunks with terms of this code and vectors of this model; those that would be the same are taken over."""
        query = f"select chunk_id, kind, language, heading, body, digest, embedding::text from ({_MISSING}) missing"
        async with self._database.as_site(self._site) as rows:
            found = await (await rows.execute(query.encode(), _between(old, new, after, EMBEDDED))).fetchall()
        if not found:
            return None
        normals, words = [], []
        for _, kind, language, heading, body, _, _ in found:
            text = body if not heading or body.startswith(heading) else f"{heading}\n{body}"
            normals.append(normalise(text))
            english = kind == "document" and language == "en"
            words.append(wording(new.embedding, text, normals[-1], english=english))
        digests = [digest_of(each) for each in words]
        same = old.embedding == new.embedding
        vectors = {bytes(row[5]): row[6] for row in found if same}
        missing = {digest: given for digest, given in zip(digests, words, strict=True) if digest not in vectors}
        if missing:
            made = await embedder.passages(list(missing.values()))
            vectors |= {digest: vector_text(vector) for digest, vector in zip(missing, made, strict=True)}
        async with self._database.as_site(self._site) as rows:
            for row, normal, digest in zip(found, normals, digests, strict=True):
                values = {
                    **new.place, "old": old.number, "old_shelf": old.shelf, "chunk": row[0], "digest": digest,
                    "terms": sorted(normal.terms), "ids": sorted(normal.ids), "vector": vectors[digest],
                }  # fmt: skip
                await rows.execute(_REMADE, values)
        last: int = found[-1][0]
        return last

    async def _index(self, new: Generation) -> None:
        """HNSW over what is there: what comes later finds its place in it."""
        async with self._database.as_relay() as rows:
            await rows.execute(f"set local statement_timeout = {LONG_MS}".encode())
            await rows.execute("set local lock_timeout = '2s'")
            await rows.execute("select index_kb_shelf(%s, %s)", [new.shelf, new.embedding.dimensions])

    async def _switch(self, new: Generation) -> bool:
        """In one transaction, while nobody writes to the site. False: somebody always does."""
        for attempt in range(RECOUNTS + 1):
            async with self._database.as_site(self._site) as rows:
                await rows.execute(f"set local statement_timeout = {LONG_MS}".encode())
                counted = await _count(rows, new)
            async with self._database.as_site(self._site) as rows:
                await rows.execute(f"set local statement_timeout = {LONG_MS}".encode())
                if await alone(rows, self._site):
                    old = await active(rows, self._site)
                    complete = await _is_complete(rows, old, new)
                    if complete and attempt == RECOUNTS:
                        counted = await _count(rows, new)
                    if complete and await _chunks(rows, new) == counted:
                        await _take_over(rows, old, new, counted)
                        break
            await self._fill(new)
        else:
            return False
        async with self._database.as_relay() as rows:
            await rows.execute("set local lock_timeout = '2s'")
            await rows.execute("select drop_unused_kb_shelves()")
        REBUILT.inc()
        log.info("= a generation took over", extra={"site": self._site, "generation": new.number, "shelf": new.shelf})
        return True

    async def _note(self, why: str) -> None:
        async with self._database.as_site(self._site) as rows:
            query = "update kb_generation set note = %s where site_id = %s and state = 'building'"
            await rows.execute(query, [why, self._site])


_MISSING = """
  select o.* from kb_chunk o
  where o.shelf = %(old_shelf)s and o.site_id = %(site)s and o.generation = %(old)s and o.chunk_id > %(after)s
  and not exists (select from kb_chunk n where n.shelf = %(shelf)s and n.site_id = %(site)s and n.generation = %(generation)s
                  and n.chunk_id = o.chunk_id)
  order by o.chunk_id limit %(limit)s
"""
_REMADE = """
insert into kb_chunk (shelf, site_id, generation, chunk_id, doc_id, kind, position, language, heading, body, starts, ends,
                      digest, terms, ids, embedding)
select %(shelf)s, site_id, %(generation)s, chunk_id, doc_id, kind, position, language, heading, body, starts, ends,
       %(digest)s, %(terms)s, %(ids)s, %(vector)s
from kb_chunk where shelf = %(old_shelf)s and site_id = %(site)s and generation = %(old)s and chunk_id = %(chunk)s
on conflict do nothing
"""
"""Of a chunk that went meanwhile, nothing."""


def _between(old: Generation, new: Generation, after: int, limit: int) -> dict[str, object]:
    return {**new.place, "old": old.number, "old_shelf": old.shelf, "after": after, "limit": limit}


async def _is_complete(rows: Rows, old: Generation, new: Generation) -> bool:
    query = f"select count(*) from ({_MISSING}) missing"
    row = await (await rows.execute(query.encode(), _between(old, new, 0, 1))).fetchone()
    return row is not None and row[0] == 0


async def _count(rows: Rows, new: Generation) -> tuple[int, int]:
    """Count its terms anew; its chunks of facts and of documents."""
    await rows.execute("delete from kb_term where site_id = %(site)s and generation = %(generation)s", new.place)
    await rows.execute(
        "insert into kb_term select site_id, generation, case kind when 'document' then 'passages' else 'facts' end, term, "
        "count(*) from kb_chunk, unnest(terms) as term "
        "where shelf = %(shelf)s and site_id = %(site)s and generation = %(generation)s group by 1, 2, 3, 4",
        new.place,
    )
    return await _chunks(rows, new)


async def _chunks(rows: Rows, new: Generation) -> tuple[int, int]:
    query = (
        "select count(*) filter (where kind <> 'document'), count(*) filter (where kind = 'document') from kb_chunk "
        "where shelf = %(shelf)s and site_id = %(site)s and generation = %(generation)s"
    )
    row = await (await rows.execute(query, new.place)).fetchone()
    assert row is not None  # an aggregate
    return row[0], row[1]


async def _take_over(rows: Rows, old: Generation, new: Generation, counted: tuple[int, int]) -> None:
    await _forget(rows, old)
    await rows.execute(
        "update kb_generation set state = 'active', facts = %s, passages = %s, facts_version = %s, passages_version = %s, "
        "note = '' where site_id = %s and generation = %s",
        [*counted, old.facts_version + 1, old.passages_version + 1, new.site, new.number],
    )
    await rows.execute("select pg_notify(%s, %s)", [CHANNEL, new.site])


async def _forget(rows: Rows, generation: Generation) -> None:
    """The rows of a generation on the shared shelf; a shelf of its own goes as a whole (drop_unused_kb_shelves)."""
    if generation.shelf == SMALL:
        here = "shelf = %(shelf)s and site_id = %(site)s and generation = %(generation)s"
        await rows.execute(f"delete from kb_chunk where {here}".encode(), generation.place)
    await rows.execute("delete from kb_term where site_id = %(site)s and generation = %(generation)s", generation.place)
    await rows.execute("delete from kb_generation where site_id = %(site)s and generation = %(generation)s", generation.place)
