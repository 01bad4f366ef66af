"""Puts into a site's knowledge what every site understands (brain.stock). The same vectors for all: made once a process."""

import asyncio
import logging
from collections.abc import Sequence

import numpy as np
import psycopg

from brain.knowledge.embed import Floats
from brain.knowledge.embedders import Embedder, Embedders, EmbeddingAway, is_offline, wording
from brain.knowledge.generation import UnknownSite, open_for_writing
from brain.knowledge.normal import normalise
from brain.knowledge.offline import Vector
from brain.knowledge.write import drop_docs, put_docs
from brain.stock import BUILT_IN, ORIGIN, stock
from core.db import Database, DatabaseAway, Rows
from core.ids import SiteId
from core.sites import Embedding

log = logging.getLogger(__name__)

AWAY_S = 5.0


class Stockroom:
    """Vectors of the stock, by model: 0.4 MB each."""

    def __init__(self) -> None:
        self._vectors: dict[tuple[str, str], asyncio.Future[dict[str, Vector]]] = {}

    async def warm(self, embedding: Embedding, embedders: Embedders) -> None:
        """Have the vectors of our own model before a transaction needs them: they take a few seconds, once."""
        if is_offline(embedding):
            await self.vectors(embedding, embedders.offline)

    async def embedder(self, rows: Rows, site: SiteId, embedding: Embedding, embedders: Embedders) -> Embedder:
        """As embedders.of, with the stock's vectors at hand. EmbeddingAway."""
        inner = await embedders.of(rows, site, embedding)
        return _Remembering(inner, await self.vectors(embedding, inner))

    async def vectors(self, embedding: Embedding, embedder: Embedder) -> dict[str, Vector]:
        """Made once, however many wait for it; who goes away does not stop it. EmbeddingAway: the next one tries again."""
        named = embedding.model, embedding.base_url
        making = self._vectors.get(named)
        if making is None or (making.done() and (making.cancelled() or making.exception() is not None)):
            making = self._vectors[named] = asyncio.ensure_future(_made(embedding, embedder))
        return await asyncio.shield(making)


async def _made(embedding: Embedding, embedder: Embedder) -> dict[str, Vector]:
    texts = [text for doc in stock(BUILT_IN) for texts in doc.ask.values() for text in texts]
    words = list(dict.fromkeys(wording(embedding, text, normalise(text)) for text in texts))
    return dict(zip(words, await embedder.passages(words), strict=True))


class _Remembering:
    def __init__(self, embedder: Embedder, known: dict[str, Vector]) -> None:
        self._embedder = embedder
        self._known = known

    async def query(self, text: str) -> Vector:
        return await self._embedder.query(text)

    async def passages(self, texts: Sequence[str]) -> Floats:
        missing = [text for text in texts if text not in self._known]
        made = dict(zip(missing, await self._embedder.passages(missing), strict=True)) if missing else {}
        return np.stack([self._known[text] if text in self._known else made[text] for text in texts])


async def put_stock(rows: Rows, site: SiteId, tools: Sequence[str], embedders: Embedders, stockroom: Stockroom) -> bool:
    """Bring the site's stock up to date with its tools and our code; whether anything changed. EmbeddingAway."""
    query = "select key, content_sha256 from kb_doc where site_id = %s and kind = 'action' and origin = %s"
    found = await (await rows.execute(query, [site, ORIGIN])).fetchall()
    have = {key: bytes(digest) for key, digest in found}
    wanted = {doc.key: doc for doc in stock(tools)}
    changed = [doc for doc in wanted.values() if have.get(doc.key) != doc.digest]
    gone = [("action", key) for key in have if key not in wanted]
    if changed or gone:
        generation = await open_for_writing(rows, site)
        await drop_docs(rows, generation, gone)
        await put_docs(rows, generation, changed, await stockroom.embedder(rows, site, generation.embedding, embedders))
    return bool(changed or gone)


async def refresh(database: Database, embedders: Embedders) -> None:
    """After an upgrade: every site's stock as our code has it now. Until it is done, or cancelled."""
    stockroom, done = Stockroom(), set[str]()
    while True:
        try:
            async with database.as_relay() as rows:
                sites = await (await rows.execute("select site_id, tools from site order by site_id")).fetchall()
            for site, tools in sites:
                if site not in done:
                    await _refresh(database, SiteId(site), tools, embedders, stockroom)
                    done.add(site)
            return
        except DatabaseAway:
            await asyncio.sleep(AWAY_S)


async def _refresh(database: Database, site: SiteId, tools: Sequence[str], embedders: Embedders, stockroom: Stockroom) -> None:
    try:
        async with database.as_site(site) as rows:
            if await put_stock(rows, site, tools, embedders, stockroom):
                log.info("= small talk and tools brought up to date", extra={"site": site})
    except (EmbeddingAway, UnknownSite, psycopg.Error) as error:  # its model is away, it was deleted just now: at the next start
        log.warning("! small talk and tools are as they were", extra={"site": site, "why": type(error).__name__})
