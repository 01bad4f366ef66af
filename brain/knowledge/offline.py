"""Our own embedding model beside the event loop: a question that somebody on a line waits for is never behind anything else.

query     a caller's ──> one thread, at once            known ones from memory; those that wait together go together
          a chat's   ┐
passages             ┴─> another process if there is one, below ours; else a thread that rests between two layers
                         while the first one works
"""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.embed import DIMENSIONS, Floats, MiniLM
from brain.knowledge.embedding_process import EmbeddingProcess

log = logging.getLogger(__name__)

Vector = NDArray[np.float32]

patient: ContextVar[bool] = ContextVar("patient", default=False)
"""Whether whoever asks from here can wait. Said once, where a turn begins (brain.lanes), not in every call on the way."""

REMEMBERED = 4096
"""Vectors of questions kept: 6 MB. The same questions come again and again."""
AT_ONCE = 16
"""Texts that go through the model together at most."""
REST_S = 0.5
"""The longest rest: a telephone that is never quiet makes others slow, not still."""


class Offline:
    def __init__(self, model: MiniLM | None = None, beside: EmbeddingProcess | None = None) -> None:
        self._model = model
        self._beside = beside
        self._loading = threading.Lock()
        self._calm = threading.Event()
        self._calm.set()
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._calls = _Queue("embed", self._at_once, self._vectors)
        self._others = _Queue("embed-patiently", self._patiently, self._vectors)

    async def close(self) -> None:
        await self._calls.close()
        if self._beside is not None:
            self._beside.close()
        await self._others.close()

    async def query(self, text: str) -> Vector:
        if (known := self._vectors.get(text)) is not None:
            self._vectors.move_to_end(text)
            return known
        return await (self._others if patient.get() else self._calls).ask(text)

    async def passages(self, texts: Sequence[str]) -> Floats:
        """In slices, so that a chat's question that comes in between waits for one of them only."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # alike in length: less padding
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for start in range(0, len(order), AT_ONCE):
            part = order[start : start + AT_ONCE]
            vectors[part] = await self._others.embed([texts[at] for at in part])
        return vectors

    def _at_once(self, texts: Sequence[str]) -> Floats:
        self._calm.clear()
        try:
            return self._loaded().embed(texts)
        finally:
            self._calm.set()

    def _patiently(self, texts: Sequence[str]) -> Floats:
        if self._beside is not None:
            try:
                return self._beside.embed(texts)
            except OSError as error:
                log.warning("! the embedding process is away", extra={"error": type(error).__name__})
        steps = self._loaded().steps(texts)
        while True:
            self._calm.wait(REST_S)
            try:
                next(steps)
            except StopIteration as end:
                return np.asarray(end.value, np.float32)

    def _loaded(self) -> MiniLM:
        with self._loading:
            self._model = self._model or MiniLM()
            return self._model


class _Queue:
    """Questions that wait for one thread, which takes all that there are at a time; their vectors are remembered."""

    def __init__(self, name: str, model: Callable[[Sequence[str]], Floats], vectors: OrderedDict[str, Vector]) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._model = model
        self._vectors = vectors
        self._waiting: dict[str, asyncio.Future[Vector]] = {}
        self._working: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def ask(self, text: str) -> Vector:
        if text not in self._waiting:
            self._waiting[text] = asyncio.get_running_loop().create_future()
        future = self._waiting[text]
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await asyncio.shield(future)

    async def embed(self, texts: Sequence[str]) -> Floats:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._model, texts)

    async def _work(self) -> None:
        while self._waiting:
            texts = list(self._waiting)[:AT_ONCE]
            vectors = await self.embed(texts)
            for text, vector in zip(texts, vectors, strict=True):
                self._vectors[text] = vector
                self._waiting.pop(text).set_result(vector)
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)
