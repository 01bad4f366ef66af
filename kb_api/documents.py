"""/v1/kb/documents: what is sent is written down and answered at once; kb-worker reads it (kb_api.ingest.step)."""

import functools
import hashlib
import secrets
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from fastapi import Query as InQuery

from brain.knowledge.generation import open_for_writing
from brain.knowledge.write import drop_document
from core.db import Rows
from core.http.bodies import answer, nothing, read, understood
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Configured, Db, KbSite
from core.http.idempotency import Once
from core.http.pages import LongLimit
from core.http.problems import FieldError, Invalid, Problem
from core.ids import SiteId
from core.settings import Settings
from kb_api.ingest import folders
from kb_api.ingest.fetch import checked
from kb_api.ingest.refused import Refused
from kb_api.kb_shapes import Document, DocumentList, NewDocument, Progress, Status
from kb_api.upload import Upload, receive

router = APIRouter(prefix="/v1/kb/documents", tags=["knowledge"])

JSON_LIMIT = 16 * 2**20
"""Bytes of a document in JSON: it is read in one piece. A file is not, and may be larger."""

DocumentPath = Annotated[str, InPath(description="The document's id", pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_TAKES: dict[str, Any] = takes(NewDocument)
_TAKES["requestBody"]["content"]["multipart/form-data"] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}, "title": {"type": "string", "maxLength": 200}},
    }
}
_COLUMNS = (
    "d.key, k.status, k.reason, d.title, k.source, d.url, k.file_name, k.media_type, k.bytes, k.chunks, k.embedded, "
    "d.created_at, greatest(d.updated_at, k.changed_at), d.doc_id"
)


@router.post("", openapi_extra=_TAKES, responses=gives(Document, 202) | refuses(401, 403, 413, 415, 422, 503), status_code=202)
async def add_document(request: Request, site: KbSite, once: Once, settings: Configured) -> Response:
    """Add a document: PDF, DOCX, HTML, Markdown, CSV or plain text as a file, text in JSON, or a URL. Its status is here at
    once; watch it with GET until it is `ready`."""
    return await _take(request, site, once, settings, f"doc_{secrets.token_hex(10)}", _insert)


@router.get("", responses=gives(DocumentList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_documents(
    site: KbSite,
    db: Db,
    limit: LongLimit = 50,
    cursor: Annotated[int | None, InQuery(ge=0, lt=2**63, description="`next_cursor` of the page before")] = None,
    status: Annotated[Status | None, InQuery(description="Only those at this step")] = None,
) -> Response:
    """The newest first."""
    query = (
        f"select {_COLUMNS} from kb_document k join kb_doc d using (site_id, doc_id) where k.site_id = %s "
        "and (%s::bigint is null or k.doc_id < %s) and (%s::text is null or k.status = %s) order by k.doc_id desc limit %s"
    )
    async with db.as_site(site) as rows:
        found = await (await rows.execute(query.encode(), [site, cursor, cursor, status, status, limit + 1])).fetchall()
    more = len(found) > limit
    return answer(
        DocumentList(data=[_document(row) for row in found[:limit]], next_cursor=str(found[limit - 1][13]) if more else None)
    )


@router.get("/{document_id}", responses=gives(Document) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_document(site: KbSite, db: Db, document_id: DocumentPath) -> Response:
    """How far it is, and why it failed if it did."""
    async with db.as_site(site) as rows:
        return answer(_document(await _row(rows, site, document_id)))


@router.put(
    "/{document_id}",
    openapi_extra=_TAKES,
    responses=gives(Document, 202) | refuses(401, 403, 404, 413, 415, 422, 503),
    status_code=202,
)
async def replace_document(
    request: Request, site: KbSite, once: Once, db: Db, settings: Configured, document_id: DocumentPath
) -> Response:
    """Send it anew: until the new one is ready, the old one answers; pieces that stay the same are not embedded again."""
    async with db.as_site(site) as rows:
        await _row(rows, site, document_id)  # before its file is taken
    return await _take(request, site, once, settings, document_id, _replace)


@router.delete("/{document_id}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), status_code=204)
async def delete_document(site: KbSite, once: Once, settings: Configured, document_id: DocumentPath) -> Response:
    """Delete it: pieces, words, vectors and the file, at once and for good."""

    async def delete(rows: Rows) -> Response:
        generation = await open_for_writing(rows, site)
        query = "select doc_id from kb_doc where site_id = %s and kind = 'document' and key = %s for update"
        found = await (await rows.execute(query, [site, document_id])).fetchone()
        if found is None:
            raise _unknown()
        await drop_document(rows, generation, found[0])
        return nothing()

    response = await once.write(site, delete)
    folders.forget(folders.document_folder(settings.uploads_dir, site, document_id))
    return response


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it came, ready to be written down."""

    key: str
    revision: str
    source: str
    title: str
    url: str = ""
    upload: Upload


async def _take(request: Request, site: SiteId, once: Once, settings: Settings, key: str, write: Any) -> Response:
    """Content to its folder, then its rows. Who sees neither has sent it before: the folder goes again."""
    revision = secrets.token_hex(8)
    folder = folders.revision_folder(settings.uploads_dir, site, key, revision)
    written = False

    async def writing(rows: Rows) -> Response:
        nonlocal written
        response: Response = await write(rows, site, sent)
        written = True
        return response

    folder.mkdir(parents=True)
    try:
        sent = await _received(request, folder, key, revision, settings)
        return await once.write(site, writing, content=sent.upload.sha256 + sent.url.encode() + sent.title.encode())
    finally:
        if not written:
            folders.forget(folder)


async def _received(request: Request, folder: Path, key: str, revision: str, settings: Settings) -> _Sent:
    sent = functools.partial(_Sent, key=key, revision=revision)
    raw = folder / folders.RAW
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        upload = await receive(request, raw, settings.knowledge.upload_mb * 2**20)
        return sent(source="file", title=upload.title, upload=upload)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:18]) > JSON_LIMIT:
        raise Problem(
            413, "a document this long can't come as JSON: send it as a file, in multipart/form-data", "document-too-large"
        )
    given = understood(await read(request), NewDocument)
    if (given.text is None) == (given.url is None):
        raise Invalid([FieldError(field="body", detail="needs one of `text` and `url`")])
    if given.url is not None:
        try:
            checked(given.url, [part.strip() for part in settings.knowledge.url_hosts.split(",")])
        except Refused as error:
            raise Invalid([FieldError(field="body.url", detail=str(error))]) from error
        return sent(source="url", title=given.title, url=given.url, upload=Upload())
    data = (given.text or "").encode(errors="replace")
    raw.write_bytes(data)
    upload = Upload("", "text/markdown", given.title, len(data), hashlib.sha256(data).digest())
    return sent(source="text", title=given.title, upload=upload)


async def _insert(rows: Rows, site: SiteId, sent: _Sent) -> Response:
    upload = sent.upload
    made = await rows.execute(
        "insert into kb_doc (site_id, kind, key, title, url, origin, content_sha256) "
        "values (%s, 'document', %s, %s, %s, 'api', %s) returning doc_id",
        [site, sent.key, sent.title, sent.url, upload.sha256],
    )
    row = await made.fetchone()
    assert row is not None  # insert … returning
    await rows.execute(
        "insert into kb_document (site_id, doc_id, source, file_name, media_type, bytes, revision) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        [site, row[0], sent.source, upload.file_name, upload.media_type, upload.size, sent.revision],
    )
    return answer(_document(await _row(rows, site, sent.key)), 202)


async def _replace(rows: Rows, site: SiteId, sent: _Sent) -> Response:
    """What was being read is given up: its lease is taken away."""
    upload = sent.upload
    found = await rows.execute(
        "update kb_doc set title = coalesce(nullif(%s, ''), title), url = %s, content_sha256 = %s, updated_at = now() "
        "where site_id = %s and kind = 'document' and key = %s returning doc_id",
        [sent.title, sent.url, upload.sha256, site, sent.key],
    )
    row = await found.fetchone()
    if row is None:
        raise _unknown()
    await rows.execute(
        "update kb_document set source = %s, file_name = %s, media_type = %s, bytes = %s, revision = %s, status = 'queued', "
        "reason = '', chunks = 0, embedded = 0, attempts = 0, due_at = now(), lease = '', changed_at = now() "
        "where site_id = %s and doc_id = %s",
        [sent.source, upload.file_name, upload.media_type, upload.size, sent.revision, site, row[0]],
    )
    return answer(_document(await _row(rows, site, sent.key)), 202)


async def _row(rows: Rows, site: SiteId, key: str) -> tuple[Any, ...]:
    """Problem 404 the same for a document of another site and for none."""
    query = f"select {_COLUMNS} from kb_document k join kb_doc d using (site_id, doc_id) where k.site_id = %s and d.key = %s"
    row = await (await rows.execute(query.encode(), [site, key])).fetchone()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Problem:
    return Problem(404, "this site has no such document", "no-such-document")


def _document(row: tuple[Any, ...]) -> Document:
    """From _COLUMNS."""
    media_type = "" if row[1] in ("queued", "reading") else row[7]
    return Document(
        id=row[0], status=row[1], reason=row[2], title=row[3], source=row[4], url=row[5], file_name=row[6], kind=media_type,
        bytes=row[8], progress=Progress(chunks=row[9], embedded=row[10]), created_at=row[11], updated_at=row[12],
    )  # fmt: skip
