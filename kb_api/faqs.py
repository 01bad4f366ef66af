"""/v1/kb/faqs: questions and their answers, exactly as a site's facts.toml has them. Live on the next turn."""

import functools
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from brain.knowledge.embedders import EmbeddingAway
from brain.knowledge.generation import HERE, Generation, active, open_for_writing
from brain.knowledge.write import Doc, drop_docs, put_docs
from core.db import Rows
from core.http.bodies import Body, answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db, KbSite
from core.http.idempotency import Once
from core.http.pages import Cursor, LongLimit
from core.http.problems import FieldError, Invalid, Problem
from core.ids import SiteId
from core.sites import Language
from kb_api.ingest.language import language_of
from kb_api.kb_shapes import Faq, FaqList, NewFaq
from kb_api.needs import Models

router = APIRouter(prefix="/v1/kb/faqs", tags=["knowledge"])

FaqPath = Annotated[
    str, Path(description="The FAQ's id; of one from a folder, its name in facts.toml", pattern=r"^[A-Za-z0-9_-]{1,64}$")
]
_DOCS = "select key, answers, origin, created_at, updated_at, doc_id from kb_doc where site_id = %s and kind = 'fact'"


@router.post("", openapi_extra=takes(NewFaq), responses=gives(Faq, 201) | refuses(401, 403, 415, 422, 502, 503), status_code=201)
async def add_faq(site: KbSite, once: Once, models: Models, new: Annotated[NewFaq, Body(NewFaq)]) -> Response:
    """Add a question and its answer. The more ways to ask are given, the surer it is recognised."""
    doc = _doc(f"faq_{secrets.token_hex(8)}", new)
    return await once.write(site, functools.partial(_put, site, doc, models, 201))


@router.get("", responses=gives(FaqList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_faqs(
    site: KbSite,
    db: Db,
    limit: LongLimit = 50,
    cursor: Cursor = "",
) -> Response:
    """All facts of the site, those of its folder as well, by their ids."""
    async with db.as_site(site) as rows:
        generation = await active(rows, site)
        query = f"{_DOCS} and key > %s order by key limit %s"
        found = await (await rows.execute(query.encode(), [site, cursor, limit + 1])).fetchall()
        faqs = await _faqs(rows, generation, found[:limit])
    return answer(FaqList(data=faqs, next_cursor=faqs[-1].id if len(found) > limit else None))


@router.get("/{faq_id}", responses=gives(Faq) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_faq(site: KbSite, db: Db, faq_id: FaqPath) -> Response:
    """One fact."""
    async with db.as_site(site) as rows:
        return answer(await _faq(rows, await active(rows, site), faq_id))


@router.put(
    "/{faq_id}",
    openapi_extra=takes(NewFaq),
    responses=gives(Faq) | refuses(401, 403, 415, 422, 502, 503),
    response_class=Response,
)
async def put_faq(site: KbSite, once: Once, models: Models, faq_id: FaqPath, new: Annotated[NewFaq, Body(NewFaq)]) -> Response:
    """Write the fact of this id, new or not. What a folder has is written again when the folder is applied."""
    return await once.write(site, functools.partial(_put, site, _doc(faq_id, new), models, 200))


@router.delete("/{faq_id}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), status_code=204)
async def delete_faq(site: KbSite, once: Once, faq_id: FaqPath) -> Response:
    """Delete it, with all ways to ask for it."""

    async def delete(rows: Rows) -> Response:
        generation = await open_for_writing(rows, site)
        await _faq(rows, generation, faq_id)
        await drop_docs(rows, generation, [("fact", faq_id)])
        return nothing()

    return await once.write(site, delete)


def _doc(key: str, new: NewFaq) -> Doc:
    """Problem 422 for one that could not be asked for, or has nothing to say."""
    ask: dict[Language, list[str]] = {language: list(texts) for language, texts in new.questions.items()}
    answers: dict[Language, str] = dict(new.answers)
    if new.question is not None:
        ask.setdefault(new.language or language_of(new.question), []).append(new.question)
    if new.answer is not None:
        answers[new.language or language_of(new.answer)] = new.answer
    errors = []
    if not ask:
        errors.append(FieldError(field="body.questions", detail="needs at least one way to ask (or `question`)"))
    if not answers:
        errors.append(FieldError(field="body.answers", detail="needs at least one answer (or `answer`)"))
    if blank := [text for texts in (*ask.values(), answers.values()) for text in texts if not text.strip()]:
        errors.append(FieldError(field="body", detail=f"{len(blank)} of its texts are blank"))
    if errors:
        raise Invalid(errors)
    return Doc("fact", key, answers, ask, "api")


async def _put(site: SiteId, doc: Doc, models: Models, status: int, rows: Rows) -> Response:
    generation = await open_for_writing(rows, site)
    try:
        await put_docs(rows, generation, [doc], await models.of(rows, site, generation.embedding))
    except EmbeddingAway as error:
        raise Problem(502, f"the site's embedding model is away: {error}", "embedding-away") from error
    return answer(await _faq(rows, generation, doc.key), status)


async def _faq(rows: Rows, generation: Generation, key: str) -> Faq:
    found = await (await rows.execute(f"{_DOCS} and key = %s".encode(), [generation.site, key])).fetchall()
    if not found:
        raise Problem(404, "this site has no such FAQ", "no-such-faq")
    return (await _faqs(rows, generation, found))[0]


async def _faqs(rows: Rows, generation: Generation, docs: list[tuple[Any, ...]]) -> list[Faq]:
    """Of rows of _DOCS."""
    query = f"select doc_id, language, body from kb_chunk where {HERE} and doc_id = any(%(docs)s) order by doc_id, position"
    values = {**generation.place, "docs": [row[5] for row in docs]}
    asked: dict[int, dict[Language, list[str]]] = {}
    for doc_id, language, body in await (await rows.execute(query.encode(), values)).fetchall():
        asked.setdefault(doc_id, {}).setdefault(language, []).append(body)
    return [
        Faq(id=row[0], questions=asked.get(row[5], {}), answers=row[1], origin=row[2], created_at=row[3], updated_at=row[4])
        for row in docs
    ]
