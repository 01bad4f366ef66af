"""One step of one document, top to bottom. Read this first.

    queued ─> reading    the reader makes pieces of it                      ─> embedding, in the same step; or failed
    embedding            the next few pieces get their vectors, on disk     ─> embedding again, behind the site's other documents
                         all have: they take the place of the old ones      ─> ready: a short document is, after one step

Every step ends by writing down how far it got, so a worker that dies costs one step. What a document can't help (its server
or the model is away) is tried again later; what it can is said in `reason`.
"""

import asyncio
import hashlib
import logging
from pathlib import Path

from brain.knowledge.embedders import Embedder, Embedders, EmbeddingAway
from brain.knowledge.generation import Generation, active, open_for_writing
from brain.knowledge.write import known_vectors, put_passages
from core.db import Database
from core.settings import Settings
from kb_api.ingest import folders, queue
from kb_api.ingest.fetch import FetchAway, fetch
from kb_api.ingest.made import Piece, Place, append_made, place_of, read_made, read_pieces, worded
from kb_api.ingest.metrics import CHUNKS, FINISHED
from kb_api.ingest.queue import ATTEMPTS, Claim, Document
from kb_api.ingest.reading import Reading
from kb_api.ingest.refused import Refused

log = logging.getLogger(__name__)

SLICE = 32
"""Pieces that get their vectors in one step: two seconds of the offline model's. Then other sites have their turn."""
BACKOFF_S = (5.0, 30.0, 120.0, 600.0)
PUBLISH_LIMIT_S = 600
"""A statement of a large document's last step may take so long."""


class Steps:
    def __init__(self, settings: Settings, database: Database, embedders: Embedders, reading: Reading) -> None:
        self._settings = settings
        self._database = database
        self._embedders = embedders
        self._reading = reading
        self._places: dict[Path, Place] = {}
        self._allowed = frozenset(part.strip() for part in settings.knowledge.url_hosts.split(",") if part.strip())

    async def take(self, claim: Claim) -> None:
        """Do the next step of a claimed document and release it. DatabaseAway: the lease runs out, and another does it."""
        document = await self._document(claim)
        if document is None:
            return
        folder = folders.revision_folder(self._settings.uploads_dir, claim.site, document.key, document.revision)
        try:
            if claim.attempt > ATTEMPTS:
                raise Refused("The document could not be read in several tries: send it again, or in another format.")
            if document.status != "embedding":
                await self._read(claim, document, folder)
                document = await self._document(claim) or document
            if document.status == "embedding":
                await self._embed(claim, document, folder)
        except Refused as error:
            await self._fail(claim, str(error), folder)
        except (EmbeddingAway, FetchAway) as error:
            await self._later(claim, document, str(error), folder)
        except FileNotFoundError:
            await self._fail(claim, "The upload is not on this machine any more: send the document again.", folder)
        else:
            await queue.release(self._database, claim)

    async def _document(self, claim: Claim) -> Document | None:
        async with self._database.as_site(claim.site) as rows:
            return await queue.document(rows, claim)

    async def _read(self, claim: Claim, document: Document, folder: Path) -> None:
        async with self._database.as_site(claim.site) as rows:
            await queue.note(rows, claim, status="reading", reason="")
        raw, pieces = folder / folders.RAW, folder / folders.PIECES
        name, media_type = document.file_name, document.media_type
        if document.source == "url":
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            limit = self._settings.knowledge.upload_mb * 2**20
            fetched = await fetch(document.url, raw, limit=limit, allowed=self._allowed)
            name, media_type = fetched.name, fetched.media_type
        if not raw.exists():
            raise FileNotFoundError(raw)
        outcome = await self._reading.read(raw, pieces, name=name, media_type=media_type, title=document.title)
        if outcome.refused:
            raise Refused(outcome.refused)
        size, digest = await asyncio.to_thread(_measured, raw)
        async with self._database.as_site(claim.site) as rows:
            if not document.title:
                await rows.execute(
                    "update kb_doc set title = %s where site_id = %s and doc_id = %s", [outcome.title, claim.site, claim.doc_id]
                )
            await queue.note(
                rows, claim, status="embedding", chunks=outcome.pieces, embedded=0, media_type=outcome.kind, bytes=size,
                content_sha256=digest, attempts=0,
            )  # fmt: skip
        await asyncio.to_thread(raw.unlink, missing_ok=True)

    async def _embed(self, claim: Claim, document: Document, folder: Path) -> None:
        async with self._database.as_site(claim.site) as rows:
            generation = await active(rows, claim.site)
            embedder = await self._embedders.of(rows, claim.site, generation.embedding)
        made = folders.made_file(folder, generation.number)
        place = await asyncio.to_thread(self._place, folder / folders.PIECES, made)
        if place.made < document.chunks:
            pieces, piece_at = await asyncio.to_thread(read_pieces, folder / folders.PIECES, place, SLICE)
            made_bytes = await self._make(claim, generation, embedder, pieces, made)
            place = self._places[made] = Place(place.made + len(pieces), made_bytes, piece_at)
            async with self._database.as_site(claim.site) as rows:
                await queue.note(rows, claim, embedded=place.made, reason="", attempts=0)
        if place.made >= document.chunks:
            self._places.pop(made, None)
            await self._publish(claim, document, generation, made, folder)

    def _place(self, pieces: Path, made: Path) -> Place:
        """As remembered, if the file is as long as then; else by reading it."""
        known = self._places.get(made)
        size = made.stat().st_size if made.exists() else 0
        return known if known is not None and known.made_bytes == size else place_of(pieces, made)

    async def _make(self, claim: Claim, generation: Generation, embedder: Embedder, pieces: list[Piece], made: Path) -> int:
        """Terms and vectors of a few pieces, those that the document has already taken over. Appended: the file's length now."""
        texts = await asyncio.to_thread(lambda: [worded(piece, generation.embedding) for piece in pieces])
        async with self._database.as_site(claim.site) as rows:
            known = await known_vectors(rows, generation, claim.doc_id, [text.digest for text in texts])
        missing = {text.digest: text.words for text in texts if text.digest not in known}
        if missing:
            known |= dict(zip(missing, await embedder.passages(list(missing.values())), strict=True))
        CHUNKS.labels("embedded").inc(len(missing))
        CHUNKS.labels("taken over").inc(len(texts) - len(missing))
        return await asyncio.to_thread(append_made, made, [text.with_vector(known[text.digest]) for text in texts])

    async def _publish(self, claim: Claim, document: Document, generation: Generation, made: Path, folder: Path) -> None:
        """In one transaction: who searches meets the old document or the new one."""
        async with self._database.as_site(claim.site) as rows:
            await rows.execute(f"set local statement_timeout = '{PUBLISH_LIMIT_S}s'".encode())
            if not await queue.lock(rows, claim, document.revision):
                return  # deleted or replaced meanwhile
            now = await open_for_writing(rows, claim.site)
            if now.number != generation.number:
                return  # another model took over: the next step embeds for it
            await put_passages(rows, now, claim.doc_id, read_made(made))
            await queue.note(rows, claim, status="ready", embedded=document.chunks, reason="")
        FINISHED.labels("ready").inc()
        log.info("= document is ready", extra={"site": claim.site, "document": document.key, "chunks": document.chunks})
        await asyncio.to_thread(folders.forget, folder)

    async def _fail(self, claim: Claim, reason: str, folder: Path) -> None:
        async with self._database.as_site(claim.site) as rows:
            await queue.note(rows, claim, status="failed", reason=reason, lease="")
        FINISHED.labels("failed").inc()
        log.info("= document can't be used", extra={"site": claim.site, "document": claim.doc_id, "why": reason})
        await asyncio.to_thread(folders.forget, folder)

    async def _later(self, claim: Claim, document: Document, reason: str, folder: Path) -> None:
        """A URL's server is given up after some tries; the model is waited for as long as it takes."""
        if document.status != "embedding" and claim.attempt >= ATTEMPTS:
            await self._fail(claim, f"{reason} It was tried {ATTEMPTS} times: see whether the address opens.", folder)
            return
        async with self._database.as_site(claim.site) as rows:
            await queue.note(rows, claim, reason=f"Waiting: {reason}", attempts=min(claim.attempt, ATTEMPTS - 1))
        await queue.release(self._database, claim, BACKOFF_S[min(claim.attempt, len(BACKOFF_S)) - 1])


def _measured(path: Path) -> tuple[int, bytes]:
    """Bytes, and their SHA-256."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").digest()
