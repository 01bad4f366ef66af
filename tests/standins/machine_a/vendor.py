"""Whoever sells Machine A its embedding model, speaking OpenAI's API: `python -m tests.standins.machine_a.vendor PORT`."""

import asyncio
import contextlib
import sys

from aiohttp import web

from tests.standins.machine_a.words import MODEL, embed


async def embeddings(request: web.Request) -> web.Response:
    """POST /v1/embeddings."""
    asked = await request.json()
    if asked["model"] != MODEL:
        return web.json_response({"error": {"message": "no such model"}}, status=404)
    texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    data = [{"object": "embedding", "index": at, "embedding": embed(text).tolist()} for at, text in enumerate(texts)]
    return web.json_response({"object": "list", "model": MODEL, "data": data})


async def _forever(port: int) -> None:
    app = web.Application()
    app.add_routes([web.post("/v1/embeddings", embeddings)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("vendor", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_forever(int(sys.argv[1])))
