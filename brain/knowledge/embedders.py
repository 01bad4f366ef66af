"""Which model turns a site's words into vectors: the one we carry along, any OpenAI-compatible server, or litellm's.

    Embedders(model, vault).of(rows, site, embedding) ─┬─ Offline   all-MiniLM-L6-v2 in threads of its own (offline.py)
                                                       ├─ Served    POST {base_url}/embeddings
                                                       └─ Litellm   any vendor's, imported when first used

A generation's vectors are all of one model. What the model is given depends on it: ours knows English, so it gets words put
into English (brain.knowledge.normal); others are multilingual and get the words as they are.
"""

import abc
import asyncio
import os
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import aiohttp
import msgspec
import numpy as np
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from brain.knowledge.embed import DIMENSIONS, MODEL, Floats, MiniLM
from brain.knowledge.normal import Normal
from brain.knowledge.offline import Offline, Vector
from core.db import Rows
from core.ids import SiteId
from core.public_address import Network
from core.public_connector import is_private, public_connector
from core.script import latin
from core.sites import Embedding
from core.vault import Vault, VaultError
from core.vendors import vendor_model, why_not

QUERY_LIMIT_S = 1.0
"""A caller is waiting: without a vector after so long, words alone must do."""
PASSAGES_LIMIT_S = 60.0
REMEMBERED = 1024
"""Vectors of a site's questions: 12 MB of the longest. Turns ask for the same several times."""
FAILURES, OPEN_S = 5, 15.0
"""So many questions in a row without a vector, and nobody waits for one for so long; then one question tries."""
ANSWER_LIMIT = 64 * 2**20
"""Bytes: 1024 vectors of 3072 dimensions in decimals."""


class EmbeddingAway(ConnectionError):
    """The model gave no vectors, or none that can be used: the message says why, and holds no words of anybody's."""


class Embedder(Protocol):
    async def query(self, text: str) -> Vector:
        """float32[dimensions], of length 1, for one question. EmbeddingAway."""

    async def passages(self, texts: Sequence[str]) -> Floats:
        """float32[texts, dimensions], each of length 1, for what is stored. EmbeddingAway."""


def wording(embedding: Embedding, text: str, normal: Normal, *, english: bool = False) -> str:
    """What the model is given of `text`. `english`: it is a passage in plain English, which needs no putting into it."""
    if is_offline(embedding) and not english:
        return normal.english or text
    return latin(text) if embedding.latin else text


def is_offline(embedding: Embedding) -> bool:
    return embedding.model == MODEL and not embedding.base_url


class Embedders:
    """`async with Embedders(model, vault) as embedders`. Without a model, ours is loaded when first needed: 0.3 s, 100 MB."""

    def __init__(
        self, model: MiniLM | Offline | None = None, vault: Vault | None = None, allowed: Sequence[Network] = ()
    ) -> None:
        """`allowed`: private networks in which sites may have their servers (settings.network.private_hosts)."""
        self.offline = model if isinstance(model, Offline) else Offline(model)
        self._vault = vault
        self._allowed = allowed
        self._http: aiohttp.ClientSession | None = None
        self._elsewhere: dict[tuple[SiteId, Embedding], _Elsewhere] = {}

    async def __aenter__(self) -> "Embedders":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.offline.close()
        if self._http is not None:
            await self._http.close()

    async def of(self, rows: Rows, site: SiteId, embedding: Embedding) -> Embedder:
        """For `embedding`; `rows` as `site`, whose vault has the key. EmbeddingAway if the key is not there."""
        if is_offline(embedding):
            if embedding.dimensions != DIMENSIONS:
                raise EmbeddingAway(
                    f"{MODEL} makes {DIMENSIONS} dimensions, not {embedding.dimensions}: mend the site's settings"
                )
            return self.offline
        key = await self._key(rows, site, embedding) if embedding.secret else ""
        known = self._elsewhere.get((site, embedding))
        if known is None or known.key != key:
            known = self._elsewhere[site, embedding] = self._made(embedding, key)
        return known

    def _made(self, embedding: Embedding, key: str) -> "_Elsewhere":
        if not embedding.base_url:
            return Litellm(embedding, key)
        if self._http is None:
            connector = public_connector(self._allowed, connections=16)
            self._http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return Served(embedding, key, self._http)

    async def _key(self, rows: Rows, site: SiteId, embedding: Embedding) -> str:
        if self._vault is None:
            raise EmbeddingAway("the key of the embedding server is in the vault, which this process does not have")
        try:
            return await self._vault.get(rows, site, embedding.secret)
        except (KeyError, VaultError) as error:
            raise EmbeddingAway(f"the site's secret {embedding.secret!r} is missing or can't be opened") from error


class _Item(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Item]


class _Elsewhere(abc.ABC):
    """A model that is asked over the network: a question must be quick, passages may take their time."""

    def __init__(self, embedding: Embedding, key: str) -> None:
        self.key = key
        self._embedding = embedding
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._breakers = AsyncCircuitBreakerFactory(FAILURES, OPEN_S, exclude=[asyncio.CancelledError])

    async def query(self, text: str) -> Vector:
        if (known := self._vectors.get(text)) is not None:
            self._vectors.move_to_end(text)
            return known
        try:
            async with await self._breakers.get_breaker("query"):
                vector: Vector = (await self._ask([text], QUERY_LIMIT_S))[0]
        except OpenedState as error:
            raise EmbeddingAway("the embedding model was away several times in a row") from error
        self._vectors[text] = vector
        if len(self._vectors) > REMEMBERED:
            self._vectors.popitem(last=False)
        return vector

    async def passages(self, texts: Sequence[str]) -> Floats:
        return await self._ask(texts, PASSAGES_LIMIT_S)

    @abc.abstractmethod
    async def _ask(self, texts: Sequence[str], limit_s: float) -> Floats:
        """Vectors of `texts` within `limit_s`. EmbeddingAway."""


class Served(_Elsewhere):
    """An OpenAI-compatible server: vLLM, TEI, Ollama, llama.cpp. https://platform.openai.com/docs/api-reference/embeddings"""

    def __init__(self, embedding: Embedding, key: str, http: aiohttp.ClientSession) -> None:
        super().__init__(embedding, key)
        self._http = http

    async def _ask(self, texts: Sequence[str], limit_s: float) -> Floats:
        url = self._embedding.base_url.rstrip("/") + "/embeddings"
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        asked = {"model": self._embedding.model, "input": list(texts), "encoding_format": "float"}
        limit = aiohttp.ClientTimeout(total=limit_s)
        try:
            async with self._http.post(url, json=asked, headers=headers, timeout=limit, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise EmbeddingAway(f"the embedding server answered {answer.status}")
                data = msgspec.json.decode(await _read(answer), type=_Answer).data
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as error:
            if is_private(error):
                raise EmbeddingAway("the embedding server is in a private network: the admin may allow it") from error
            raise EmbeddingAway(f"the embedding server gave no vectors: {type(error).__name__}") from error
        return checked([item.embedding for item in sorted(data, key=lambda item: item.index)], len(texts), self._embedding)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """All of it; EmbeddingAway for more than vectors can be."""
    read = bytearray()
    async for piece in answer.content.iter_chunked(2**16):
        read += piece
        if len(read) > ANSWER_LIMIT:
            raise EmbeddingAway("the embedding server's answer does not end")
    return bytes(read)


class Litellm(_Elsewhere):
    """Any vendor that litellm knows, by its name for the model ("openai/text-embedding-3-small", "gemini/…")."""

    async def _ask(self, texts: Sequence[str], limit_s: float) -> Floats:
        if why := why_not(self._embedding.model, self.key):
            raise EmbeddingAway(why)
        litellm = await asyncio.to_thread(_litellm)
        try:
            async with asyncio.timeout(limit_s):
                answer = await litellm.aembedding(
                    model=vendor_model(self._embedding.model), input=list(texts), api_key=self.key, num_retries=0
                )
        except (litellm.exceptions.OpenAIError, TimeoutError) as error:
            raise EmbeddingAway(f"litellm gave no vectors: {type(error).__name__}") from error
        return checked([item["embedding"] for item in answer.data], len(texts), self._embedding)


def _litellm() -> Any:
    """2 s and 160 MB, when a site wants it; in a thread, as calls go on meanwhile."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import fetches a price list (facts/brain.md A2)
    import litellm

    return litellm


def checked(vectors: Sequence[Sequence[float]], texts: int, embedding: Embedding) -> Floats:
    """As many as asked for, as long as agreed, finite; made of length 1. EmbeddingAway."""
    lengths = {len(vector) for vector in vectors}
    if len(vectors) != texts or lengths != {embedding.dimensions}:
        found = f"{len(vectors)} vectors of {sorted(lengths)} dimensions"
        raise EmbeddingAway(f"{texts} vectors of {embedding.dimensions} dimensions were expected, {found} came")
    made = np.array(vectors, np.float32)
    sizes = np.linalg.norm(made, axis=1, keepdims=True)
    if not np.isfinite(made).all() or not (sizes > 0).all():
        raise EmbeddingAway("a vector has no length or no number in it")
    return np.asarray(made / sizes, np.float32)
