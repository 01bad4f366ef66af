"""POST /v1/kb/search: what a caller's question would find, in documents and FAQs, with scores and places. Always the truth
of the database: what was deleted a moment ago is not found."""

from typing import Annotated

from fastapi import APIRouter, Response

from brain.knowledge.embedders import EmbeddingAway, wording
from brain.knowledge.generation import active
from brain.knowledge.index import search_passages
from brain.knowledge.normal import normalise
from brain.knowledge.passages import Passage, fused
from brain.knowledge.source import Question
from core.http.bodies import Body, answer
from core.http.description import gives, refuses, takes
from core.http.doors import Db, KbSite
from kb_api import site_rows
from kb_api.kb_shapes import Found, Query, Results
from kb_api.needs import All

router = APIRouter(prefix="/v1/kb", tags=["knowledge"])


@router.post(
    "/search", openapi_extra=takes(Query), responses=gives(Results) | refuses(401, 403, 415, 422, 503), response_class=Response
)
async def search(site: KbSite, db: Db, needs: All, asked: Annotated[Query, Body(Query)]) -> Response:
    """Search by meaning and words at once, in any language, script or spelling; an order or model number comes before all."""
    normal = normalise(asked.query)
    async with db.as_site(site) as rows:
        query = "select settings->'languages'->>0, settings->'knowledge'->>'source' from site where site_id = %s"
        first = await rows.execute(query, [site])
        generation = await active(rows, site)
        vector, degraded = None, ""
        try:
            embedder = await needs.embedders.of(rows, site, generation.embedding)
            vector = await embedder.query(wording(generation.embedding, asked.query, normal))
        except EmbeddingAway as error:
            degraded = str(error)
        spoken = await first.fetchone()
        language = asked.language or (spoken[0] if spoken else None) or "en"
        found = await search_passages(rows, generation, normal, vector, faqs=language)
        lives_elsewhere = spoken is not None and spoken[1] not in (None, "own")
        settings = await site_rows.read(rows, site) if lives_elsewhere else None
    if settings is not None:
        found += await needs.elsewhere.candidates(settings.site, Question(normal, vector, generation.embedding))
    return answer(Results(results=[_found(passage) for passage in fused(found, asked.limit)], degraded=degraded))


def _found(passage: Passage) -> Found:
    return Found(
        document_id=passage.document_id, chunk_id=passage.chunk_id, kind="document" if passage.kind == "document" else "faq",
        title=passage.title, heading=passage.heading, url=passage.url, text=passage.text, language=passage.language,
        score=passage.score, cosine=round(passage.cosine, 4), overlap=round(passage.overlap, 4), span=passage.span,
    )  # fmt: skip
