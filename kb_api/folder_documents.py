"""Documents of a site's folder: their text to where uploads lie, their rows into kb-worker's queue."""

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from brain.folder import AboutDocument
from brain.knowledge.generation import open_for_writing
from brain.knowledge.write import drop_document
from core.db import Rows
from core.ids import SiteId
from kb_api.ingest import folders
from kb_api.written_out import WrittenOut, written_out

_STORED = """
select d.key, d.doc_id, d.content_sha256, d.origin, k.status, d.title, d.url
from kb_doc d join kb_document k using (site_id, doc_id)
where d.site_id = %s and d.kind = 'document' for update of d
"""
_PUT = """
insert into kb_doc (site_id, kind, key, title, url, origin, content_sha256) values (%s, 'document', %s, %s, %s, 'folder', %s)
on conflict (site_id, kind, key) do update set title = excluded.title, url = excluded.url, origin = 'folder',
  content_sha256 = excluded.content_sha256, updated_at = now() returning doc_id
"""
_QUEUE = """
insert into kb_document (site_id, doc_id, source, file_name, media_type, bytes, revision)
values (%s, %s, 'text', %s, 'text/markdown', %s, %s)
on conflict (site_id, doc_id) do update set source = 'text', file_name = excluded.file_name, media_type = excluded.media_type,
  bytes = excluded.bytes, revision = excluded.revision, status = 'queued', reason = '', chunks = 0, embedded = 0, attempts = 0,
  due_at = now(), lease = '', changed_at = now()
"""
_KEEP = """
insert into site_file (site_id, path, content) values (%s, %s, %s)
on conflict (site_id, path) do update set content = excluded.content
"""


class FolderDocuments:
    """`write` in the transaction; then `finish`, or `undo` if the transaction failed."""

    def __init__(self, uploads: Path, site: SiteId, documents: Mapping[str, str], about: Mapping[str, AboutDocument]) -> None:
        self._uploads = uploads
        self._site = site
        self._documents = documents
        self._about = about
        self._made: list[Path] = []
        self._gone: list[Path] = []

    async def write(self, rows: Rows) -> int:
        """Queue those that are new or changed, delete those that the folder has no more; how many."""
        found = await (await rows.execute(_STORED, [self._site])).fetchall()
        stored = {each.key: each for each in (_Stored(*row) for row in found)}
        exported = await self._exported(rows, stored)
        changed = 0
        for key, text in self._documents.items():
            digest, (title, url) = hashlib.sha256(text.encode()).digest(), self._named(key, text)
            as_it_is = key in exported and exported[key] == WrittenOut(title, url, text)
            if not as_it_is and (key not in stored or not stored[key].is_still(digest, title, url)):
                await self._queue(rows, key, text, digest)
                changed += 1
        for key, (_, doc_id, _, origin, *_) in stored.items():
            if origin == "folder" and key not in self._documents:
                await drop_document(rows, await open_for_writing(rows, self._site), doc_id)
                await rows.execute("delete from site_file where site_id = %s and path = %s", [self._site, path_of(key)])
                self._gone.append(folders.document_folder(self._uploads, self._site, key))
                changed += 1
        return changed

    def finish(self) -> None:
        for folder in self._gone:
            folders.forget(folder)

    def undo(self) -> None:
        for folder in self._made:
            folders.forget(folder)

    async def _exported(self, rows: Rows, stored: Mapping[str, "_Stored"]) -> Mapping[str, WrittenOut]:
        """What came through the API and is in the folder as well: as an export has it."""
        if not any(each.origin == "api" and key in self._documents for key, each in stored.items()):
            return {}
        return await written_out(rows, await open_for_writing(rows, self._site))

    def _named(self, key: str, text: str) -> tuple[str, str]:
        about = self._about.get(key, AboutDocument())
        return about.title or title_of(key, text), about.url

    async def _queue(self, rows: Rows, key: str, text: str, digest: bytes) -> None:
        revision = secrets.token_hex(8)
        folder = folders.revision_folder(self._uploads, self._site, key, revision)
        folder.mkdir(parents=True)
        self._made.append(folder)
        (folder / folders.RAW).write_text(text)
        row = await (await rows.execute(_PUT, [self._site, key, *self._named(key, text), digest])).fetchone()
        assert row is not None  # insert … returning
        await rows.execute(_QUEUE, [self._site, row[0], f"{key}.md", len(text.encode()), revision])
        await rows.execute(_KEEP, [self._site, path_of(key), text])


class _Stored(NamedTuple):
    key: str
    doc_id: int
    digest: bytes
    origin: str
    status: str
    title: str
    url: str

    def is_still(self, digest: bytes, title: str, url: str) -> bool:
        return self.status != "failed" and (bytes(self.digest), self.title, self.url) == (digest, title, url)


def path_of(key: str) -> str:
    """Where a document lies in its site's folder."""
    return f"knowledge/{key}.md"


def title_of(key: str, text: str) -> str:
    """Its first heading, or its name."""
    headings = (line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#"))
    return next(filter(None, headings), key.replace("-", " ").replace("_", " "))[:200]
