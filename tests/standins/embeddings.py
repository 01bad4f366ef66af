"""An OpenAI-compatible embeddings server: POST /v1/embeddings over a real socket. Words in common make vectors near.

async with embeddings_server(dimensions=48) as server: server.base_url, server.asked
"""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from aiohttp import web

from core.public_address import networks

LOOPBACK = networks(["127.0.0.0/8"])
"""Where it is, and no site's server may be without the admin's leave."""

Fault = Literal["503", "garbage", "short", "nan"] | None


@dataclass
class EmbeddingsServer:
    dimensions: int
    fault: Fault = None
    """Set while it runs, too."""
    base_url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    async def embed(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        self.keys.append(request.headers.get("Authorization"))
        if self.fault == "503":
            return web.json_response({"error": {"message": "overloaded"}}, status=503)
        if self.fault == "garbage":
            return web.Response(text="<html>nginx</html>", content_type="text/html")
        vectors = [self._vector(text) for text in body["input"]]
        if self.fault == "short":
            vectors = vectors[:-1]
        if self.fault == "nan":
            return web.Response(text='{"data":[{"index":0,"embedding":[NaN]}]}', content_type="application/json")
        data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
        # a server may answer in any order: `index` says which is which
        return web.json_response({"object": "list", "model": body["model"], "data": data[::-1]})

    def _vector(self, text: str) -> list[float]:
        """A bag of words: each word adds a direction of its own."""
        total = np.full(self.dimensions, 1e-3)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.strip(".,?!").encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).standard_normal(self.dimensions)
        found: list[float] = total.tolist()
        return found


@contextlib.asynccontextmanager
async def embeddings_server(dimensions: int, fault: Fault = None) -> AsyncIterator[EmbeddingsServer]:
    server = EmbeddingsServer(dimensions, fault)
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/embeddings", server.embed)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield server
    finally:
        await runner.cleanup()
