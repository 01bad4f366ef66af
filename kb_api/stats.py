"""GET /v1/kb/stats: what a site's knowledge consists of. POST /v1/kb/reindex: its index made anew, with no downtime."""

from typing import Any

from fastapi import APIRouter, Response

from brain.knowledge.generation import HERE, SMALL, Generation, active, building
from core.db import Rows
from core.http.bodies import answer
from core.http.description import gives, refuses
from core.http.doors import Db, KbSite
from core.http.idempotency import Once
from core.sites import Language
from kb_api.kb_shapes import Building, Reindexing, Stats, Status

router = APIRouter(prefix="/v1/kb", tags=["knowledge"])


@router.get("/stats", responses=gives(Stats) | refuses(401, 403, 422, 503), response_class=Response)
async def get_stats(site: KbSite, db: Db) -> Response:
    """Figures of the knowledge base, and how far the next index is if one is being built."""
    async with db.as_site(site) as rows:
        generation, following = await active(rows, site), await building(rows, site)
        documents: dict[Status, int] = dict(
            await _all(rows, "select status, count(*) from kb_document where site_id = %(site)s group by 1", generation)
        )
        languages: dict[Language, int] = dict(
            await _all(rows, f"select language, count(*) from kb_chunk where {HERE} and kind = 'document' group by 1", generation)
        )
        faqs = await _one(rows, "select count(*) from kb_doc where site_id = %(site)s and kind = 'fact'", generation)
        size = await _one(rows, _SIZE_SMALL if generation.shelf == SMALL else _SIZE_OWN, generation)
        next_one = None if following is None else await _building(rows, following)
    return answer(
        Stats(
            documents=documents,
            faqs=faqs,
            pending=sum(count for status, count in documents.items() if status in ("queued", "reading", "embedding")),
            chunks=generation.passages,
            questions=generation.facts,
            languages=languages,
            bytes=size,
            embedding=generation.embedding,
            generation=generation.number,
            index="exact" if generation.shelf == SMALL else "hnsw",
            building=next_one,
        )
    )


@router.post("/reindex", responses=gives(Reindexing, 202) | refuses(401, 403, 422, 503), status_code=202)
async def reindex(site: KbSite, once: Once) -> Response:
    """Make the index anew beside the one in use, which then follows it in one moment. A new embedding model (`embedding` of
    the site's settings) or version of ours starts this by itself; asking is for making sure."""

    async def ask(rows: Rows) -> Response:
        generation = await active(rows, site)
        query = "update kb_generation set rebuild_asked = true where site_id = %s and generation = %s"
        await rows.execute(query, [site, generation.number])
        return answer(Reindexing(status="asked", generation=generation.number), 202)

    return await once.write(site, ask)


_SIZE_SMALL = f"select coalesce(sum(pg_column_size(kb_chunk)), 0) from kb_chunk where {HERE}"
_SIZE_OWN = "select pg_table_size('kb_chunk_' || %(shelf)s)"


async def _building(rows: Rows, following: Generation) -> Building:
    chunks = await _one(rows, f"select count(*) from kb_chunk where {HERE}", following)
    note = "select note from kb_generation where site_id = %(site)s and generation = %(generation)s"
    return Building(
        generation=following.number, embedding=following.embedding, chunks=chunks, note=await _one(rows, note, following)
    )


async def _one(rows: Rows, query: str, generation: Generation) -> Any:
    return (await _all(rows, query, generation))[0][0]


async def _all(rows: Rows, query: str, generation: Generation) -> list[tuple[Any, ...]]:
    return await (await rows.execute(query.encode(), generation.place)).fetchall()
