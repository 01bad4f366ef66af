"""All that changes a site's knowledge goes through here: facts of a folder or of the API, documents, Machine A's mirror.

    generation = await open_for_writing(rows, site)
    await put_docs(rows, generation, docs, embedder)          facts and actions: what people may ask
    await put_passages(rows, generation, doc_id, passages)    a document's pieces, vectors included

One transaction: who searches meets the old or the new. Memory copies hear of it at once (`haazir_knowledge`) and compare
versions anyway.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from brain.knowledge.embedders import Embedder, wording
from brain.knowledge.generation import HERE, Generation, Side
from brain.knowledge.match import Kind
from brain.knowledge.normal import Normal, normalise
from brain.knowledge.offline import Vector
from core.db import Rows
from core.sites import Language

CHANNEL = "haazir_knowledge"
"""pg_notify tells here the site whose knowledge changed."""

Origin = Literal["stock", "folder", "api", "mirror"]


@dataclass(frozen=True, slots=True)
class Doc:
    """A fact, or an action by its name: what is said, and how people ask for it."""

    kind: Kind
    key: str
    answers: Mapping[Language, str]
    ask: Mapping[Language, Sequence[str]]
    origin: Origin = "folder"

    @property
    def digest(self) -> bytes:
        """Of everything in it: the same is not written again."""
        made_from = [self.kind, self.key, dict(self.answers), {language: list(texts) for language, texts in self.ask.items()}]
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, ready to be stored."""

    body: str
    heading: str
    language: Language
    starts: int
    ends: int
    """Its place in the document's text, in characters."""
    normal: Normal
    digest: bytes
    vector: Vector


def digest_of(words: str) -> bytes:
    """Of what the model is given."""
    return hashlib.sha256(words.encode(errors="surrogatepass")).digest()[:16]


def vector_text(vector: Vector) -> str:
    """As pgvector reads it; six digits are more than half precision holds."""
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"


async def put_docs(rows: Rows, generation: Generation, docs: Sequence[Doc], embedder: Embedder) -> None:
    """Write these facts and actions, each in place of one of the same kind and key. EmbeddingAway."""
    changed = Changed(generation, "facts")
    for doc in sorted(docs, key=lambda doc: (doc.kind, doc.key)):  # in one order: two writers can't wait for each other
        await _put_doc(rows, changed, doc, embedder)
    await changed.settle(rows)


async def drop_docs(rows: Rows, generation: Generation, names: Iterable[tuple[str, str]]) -> None:
    """Delete facts and actions by (kind, key)."""
    changed = Changed(generation, "facts")
    for kind, key in sorted(names):
        query = "select doc_id from kb_doc where site_id = %s and kind = %s and key = %s for update"
        row = await (await rows.execute(query, [generation.site, kind, key])).fetchone()
        if row is not None:
            await changed.forget(rows, row[0])
            await rows.execute("delete from kb_doc where site_id = %s and doc_id = %s", [generation.site, row[0]])
    await changed.settle(rows)


async def put_passages(rows: Rows, generation: Generation, doc_id: int, passages: Iterable[Passage]) -> None:
    """The pieces of a document in place of those it has. `passages` may be lazy: they are not held."""
    changed = Changed(generation, "passages")
    await changed.forget(rows, doc_id)
    await rows.execute("delete from kb_chunk where site_id = %s and doc_id = %s", [generation.site, doc_id])
    chunks = (
        (
            doc_id,
            "document",
            at,
            each.language,
            each.heading,
            each.body,
            each.starts,
            each.ends,
            each.digest,
            each.normal,
            each.vector,
        )
        for at, each in enumerate(passages)
    )
    await _insert(rows, generation, chunks)
    await changed.learn(rows, doc_id)
    await changed.settle(rows)


async def drop_document(rows: Rows, generation: Generation, doc_id: int) -> None:
    """Its row, its chunks of every generation, and what was counted of them."""
    changed = Changed(generation, "passages")
    await changed.forget(rows, doc_id)
    await rows.execute("delete from kb_doc where site_id = %s and doc_id = %s", [generation.site, doc_id])
    await changed.settle(rows)


async def known_vectors(rows: Rows, generation: Generation, doc_id: int, digests: Sequence[bytes]) -> dict[bytes, Vector]:
    """Vectors that the document's chunks have already, by what was embedded."""
    query = f"select distinct on (digest) digest, halfvec_send(embedding) from kb_chunk where {HERE} and doc_id = %(doc)s "
    query += "and digest = any(%(digests)s)"
    values = {**generation.place, "doc": doc_id, "digests": list(digests)}
    found = await (await rows.execute(query.encode(), values)).fetchall()
    return {bytes(digest): received(vector) for digest, vector in found}


def received(vector: bytes) -> Vector:
    """halfvec_send's bytes (pgvector, src/halfvec.c): dimensions, unused, then each in half precision, big-endian."""
    return np.frombuffer(vector, ">f2", offset=4).astype(np.float32)


class Changed:
    """What a transaction changes in the counts of a generation: taken together, and written at its end in one order."""

    def __init__(self, generation: Generation, side: Side) -> None:
        self.generation = generation
        self._side = side
        self._terms: Counter[str] = Counter()
        self._chunks = 0
        self._touched = False

    async def forget(self, rows: Rows, doc_id: int) -> None:
        """The chunks that the document has now are about to go."""
        terms, chunks = await self._counted(rows, doc_id)
        self._terms.subtract(terms)
        self._chunks -= chunks

    async def learn(self, rows: Rows, doc_id: int) -> None:
        """The chunks that it has now have come."""
        terms, chunks = await self._counted(rows, doc_id)
        self._terms.update(terms)
        self._chunks += chunks

    async def settle(self, rows: Rows) -> None:
        """Write the counts, and tell those who hold copies; nothing if nothing was touched."""
        if not self._touched:
            return
        generation, side = self.generation, self._side
        counts = sorted((term, chunks) for term, chunks in self._terms.items() if chunks)
        values: list[Any] = [generation.site, generation.number, side, [term for term, _ in counts], [n for _, n in counts]]
        await rows.execute(
            "insert into kb_term select %s, %s, %s, * from unnest(%s::text[], %s::int[]) on conflict "
            "(site_id, generation, side, term) do update set chunks = kb_term.chunks + excluded.chunks",
            values,
        )
        gone = "delete from kb_term where site_id = %s and generation = %s and side = %s and term = any(%s) and chunks <= 0"
        await rows.execute(gone, values[:4])
        told = f"update kb_generation set {side} = {side} + %s, {side}_version = {side}_version + 1 "
        told += "where site_id = %s and generation = %s"
        await rows.execute(told.encode(), [self._chunks, generation.site, generation.number])
        await rows.execute("select pg_notify(%s, %s)", [CHANNEL, generation.site])

    async def _counted(self, rows: Rows, doc_id: int) -> tuple[dict[str, int], int]:
        self._touched = True
        values = {**self.generation.place, "doc": doc_id}
        terms = f"select term, count(*) from kb_chunk, unnest(terms) as term where {HERE} and doc_id = %(doc)s group by term"
        chunks = f"select count(*) from kb_chunk where {HERE} and doc_id = %(doc)s"
        counting = await rows.execute(chunks.encode(), values)
        found: dict[str, int] = dict(await (await rows.execute(terms.encode(), values)).fetchall())
        row = await counting.fetchone()
        return found, row[0] if row else 0


async def _put_doc(rows: Rows, changed: Changed, doc: Doc, embedder: Embedder) -> None:
    generation = changed.generation
    upsert = (
        "insert into kb_doc (site_id, kind, key, answers, content_sha256, origin) values (%s, %s, %s, %s, %s, %s) on conflict "
        "(site_id, kind, key) do update set answers = excluded.answers, content_sha256 = excluded.content_sha256, "
        "origin = excluded.origin, updated_at = now() returning doc_id"
    )
    values = [generation.site, doc.kind, doc.key, json.dumps(doc.answers), doc.digest, doc.origin]
    row = await (await rows.execute(upsert, values)).fetchone()
    assert row is not None  # insert … returning
    doc_id = row[0]
    asked = [(language, text, normalise(text)) for language, texts in doc.ask.items() for text in texts]
    words = [wording(generation.embedding, text, normal) for _, text, normal in asked]
    vectors = await vectors_for(rows, generation, doc_id, words, embedder)
    await changed.forget(rows, doc_id)
    await rows.execute("delete from kb_chunk where site_id = %s and doc_id = %s", [generation.site, doc_id])
    chunks = [
        (doc_id, doc.kind, at, language, "", text, 0, len(text), digest_of(given), normal, vector)
        for at, ((language, text, normal), given, vector) in enumerate(zip(asked, words, vectors, strict=True))
    ]
    await _insert(rows, generation, chunks)
    await changed.learn(rows, doc_id)


async def vectors_for(rows: Rows, generation: Generation, doc_id: int, words: Sequence[str], embedder: Embedder) -> list[Vector]:
    """One for each of `words`: what the document has already is not embedded again. EmbeddingAway."""
    digests = [digest_of(each) for each in words]
    known = await known_vectors(rows, generation, doc_id, digests)
    missing = {digest: given for digest, given in zip(digests, words, strict=True) if digest not in known}
    if missing:
        known |= dict(zip(missing, await embedder.passages(list(missing.values())), strict=True))
    return [known[digest] for digest in digests]


_INSERT = (
    "insert into kb_chunk (shelf, site_id, generation, doc_id, kind, position, language, heading, body, starts, ends, digest, "
    "terms, ids, embedding) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


async def _insert(rows: Rows, generation: Generation, chunks: Iterable[tuple[Any, ...]]) -> None:
    """Rows of (doc_id … digest, normal, vector) into the generation's shelf."""
    place = (generation.shelf, generation.site, generation.number)
    for *columns, normal, vector in chunks:
        values = (*place, *columns, sorted(normal.terms), sorted(normal.ids), vector_text(vector))
        await rows.execute(_INSERT, values)
