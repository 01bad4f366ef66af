"""A knowledge base of any size for bench.retrieval: synthetic, and told apart as real ones are (facts/brain.md A4).

Chunks have one of 200 topics that all sites share, in 48 latent dimensions, moved by their site; and 40 words, common and
rare as words are (Zipf). Rows go in as PostgreSQL's binary COPY, so a million take minutes, not an hour.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray

from brain.knowledge.normal import VERSION
from core.ids import SiteId

TOPICS, LATENT, DIMENSIONS = 200, 48, 384
VOCABULARY, WORDS = 30_000, 40
Floats = NDArray[np.float32]

_TEXT_OID = 25


@dataclass(frozen=True, slots=True)
class Shop:
    site: SiteId
    chunks: int
    large: bool
    """On a shelf of its own."""


def shops(rows: int) -> list[Shop]:
    """17 %, 1.7 % and 1,000 chunks; what is left on other sites, none of them large enough for a shelf."""
    first = [Shop(SiteId("large"), rows * 17 // 100, True), Shop(SiteId("middle"), rows * 17 // 1000, True)]
    first.append(Shop(SiteId("small"), min(1000, rows // 10), False))
    left, others = rows - sum(shop.chunks for shop in first), list[Shop]()
    while left > 0:
        size = min(left, max(200, 9000 // (1 + len(others) % 12)))
        others.append(Shop(SiteId(f"other-{len(others)}"), size, False))
        left -= size
    return [*first, *others]


class Maker:
    """The same chunks for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        self._topics = self._random.standard_normal((TOPICS, LATENT)).astype(np.float32)
        self._spread = self._random.standard_normal((LATENT, DIMENSIONS)).astype(np.float32) / np.sqrt(LATENT)

    def vectors(self, count: int, offset: Floats) -> Floats:
        topics = self._topics[self._random.integers(0, TOPICS, count)]
        latent = topics + 0.6 * self._random.standard_normal((count, LATENT)).astype(np.float32) + offset
        return _unit(latent @ self._spread)

    def offset(self) -> Floats:
        return np.asarray(0.3 * self._random.standard_normal(LATENT), np.float32)

    def asked(self, vectors: Floats) -> Floats:
        """Questions near these chunks."""
        noise = self._random.standard_normal(vectors.shape).astype(np.float32) / np.sqrt(DIMENSIONS)
        return _unit(vectors + 0.5 * noise)

    def words(self, count: int) -> NDArray[np.int64]:
        """int[count, WORDS]: each a rank, 0 the most common."""
        return np.minimum(self._random.zipf(1.15, (count, WORDS)) - 1, VOCABULARY - 1)


def term(rank: int) -> str:
    return f"w{rank}"


def fill(url: str, rows: int) -> None:
    """Sites, documents, chunks, counts and indexes, as the schema's owner."""
    maker = Maker()
    with psycopg.connect(url, autocommit=True) as owner:
        for shop in shops(rows):
            _make(owner, shop)
            offset, made = maker.offset(), 0
            while made < shop.chunks:
                count = min(10_000, shop.chunks - made)
                _copy(owner, shop, maker.vectors(count, offset), maker.words(count))
                made += count
        owner.execute(
            "insert into kb_term select site_id, 1, 'passages', term, count(*) from kb_chunk, unnest(terms) as term group by 1, 4"
        )
        for (shelf,) in owner.execute("select shelf from kb_generation where shelf <> 'small'").fetchall():
            owner.execute("select index_kb_shelf(%s, %s)", [shelf, DIMENSIONS])
        owner.execute("vacuum (analyze) kb_chunk")
        owner.execute("vacuum (analyze) kb_term")


def _make(owner: psycopg.Connection[tuple[object, ...]], shop: Shop) -> None:
    owner.execute("insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", [shop.site])
    shelf = "make_kb_shelf()" if shop.large else "'small'"
    owner.execute(
        "insert into kb_generation (site_id, generation, embedding, dimensions, code_version, state, shelf, passages) "
        f"values (%s, 1, '{{\"model\": \"all-MiniLM-L6-v2\"}}', {DIMENSIONS}, {VERSION}, 'active', {shelf}, %s)".encode(),
        [shop.site, shop.chunks],
    )
    owner.execute("insert into kb_doc (site_id, kind, key, content_sha256) values (%s, 'document', 'book', '')", [shop.site])


_COLUMNS = "shelf, site_id, generation, doc_id, kind, language, body, digest, terms, embedding"


def _copy(owner: psycopg.Connection[tuple[object, ...]], shop: Shop, vectors: Floats, words: NDArray[np.int64]) -> None:
    query = "select shelf, doc_id from kb_generation join kb_doc using (site_id) where site_id = %s"
    found = owner.execute(query, [shop.site]).fetchone()
    assert found is not None  # _make
    with owner.cursor().copy(f"copy kb_chunk ({_COLUMNS}) from stdin (format binary)".encode()) as copying:
        copying.write(b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0))
        for row in _rows(shop, str(found[0]), int(str(found[1])), vectors, words):
            copying.write(row)
        copying.write(struct.pack("!h", -1))


def _rows(shop: Shop, shelf: str, doc_id: int, vectors: Floats, words: NDArray[np.int64]) -> Iterator[bytes]:
    """PostgreSQL's documentation, COPY, "Binary Format"; pgvector, src/halfvec.c."""
    head = struct.pack("!h", 10) + b"".join(map(_field, (shelf.encode(), shop.site.encode(), struct.pack("!i", 1))))
    head += b"".join(map(_field, (struct.pack("!q", doc_id), b"document", b"en")))
    halves = vectors.astype(">f2")
    for vector, ranks in zip(halves, words, strict=True):
        terms = sorted({term(rank) for rank in ranks.tolist()})
        body = " ".join(terms)
        packed = b"".join(_field(each.encode()) for each in terms)
        array = struct.pack("!iiiii", 1, 0, _TEXT_OID, len(terms), 1) + packed
        tail = (body.encode(), b"", array, struct.pack("!HH", DIMENSIONS, 0) + vector.tobytes())
        yield head + b"".join(map(_field, tail))


def _field(data: bytes) -> bytes:
    return struct.pack("!i", len(data)) + data


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
