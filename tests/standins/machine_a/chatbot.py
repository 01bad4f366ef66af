"""Machine A's live chatbot: `python -m tests.standins.machine_a.chatbot PORT DATABASE_URL`. Its users must not notice us.

POST /chat {"question"}      its vector search, its own log in its own database      GET /health    as quick as it is
GET /orders/{id}             its CRM, which we ask as well                            GET /counted   requests by who asked
POST /ill                    {"delay": 0.5, "status": 503}: from now on
"""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from psycopg_pool import AsyncConnectionPool

from tests.standins.machine_a.words import embed

NEAREST = "select article_id, headline, body, link from articles order by embedding <=> %s::vector limit 3"
ORDER = "select id, item, status, amount, expected_on from orders where id = %s"


class Chatbot:
    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool
        self._counted: Counter[str] = Counter()
        self._illness: dict[str, float] = {}

    async def chat(self, request: web.Request) -> web.Response:
        question = (await request.json())["question"]
        vector = "[" + ",".join(f"{value:.6g}" for value in embed(question).tolist()) + "]"
        async with self._pool.connection() as rows:
            found = await (await rows.execute(NEAREST, [vector])).fetchall()
            await rows.execute("insert into chat_log (question) values (%s)", [question])
        return web.json_response({"answers": [{"title": title, "text": body, "url": link} for _, title, body, link in found]})

    async def order(self, request: web.Request) -> web.Response:
        async with self._pool.connection() as rows:
            row = await (await rows.execute(ORDER, [request.match_info["id"]])).fetchone()
        if row is None:
            return web.json_response({"detail": "no such order"}, status=404)
        return web.json_response(dict(zip(("id", "item", "status", "amount", "expected_on"), row, strict=True)))

    async def health(self, request: web.Request) -> web.Response:
        async with self._pool.connection() as rows:
            await rows.execute("select 1")
        return web.json_response({"ok": True})

    async def counted(self, request: web.Request) -> web.Response:
        return web.json_response(self._counted)

    async def ill(self, request: web.Request) -> web.Response:
        self._illness = await request.json()
        return web.json_response(self._illness)

    def application(self) -> web.Application:
        @web.middleware
        async def count(request: web.Request, handler: Any) -> web.StreamResponse:
            """By path and by whether the asker is one of A's own users."""
            whose = "own" if request.headers.get("X-Own-User") else "others"
            self._counted[
                f"{whose} {request.match_info.route.resource.canonical if request.match_info.route.resource else ''}"
            ] += 1
            if request.path not in ("/ill", "/counted"):
                await asyncio.sleep(self._illness.get("delay", 0.0))
                if status := self._illness.get("status"):
                    return web.Response(status=int(status))
            answered: web.StreamResponse = await handler(request)
            return answered

        app = web.Application(middlewares=[count])
        app.add_routes(
            [
                web.post("/chat", self.chat),
                web.get("/orders/{id}", self.order),
                web.get("/health", self.health),
                web.get("/counted", self.counted),
                web.post("/ill", self.ill),
            ]
        )
        return app


@contextlib.asynccontextmanager
async def serving(port: int, database_url: str) -> AsyncIterator[Chatbot]:
    async with AsyncConnectionPool(database_url, min_size=4, max_size=8, kwargs={"autocommit": True}, open=False) as pool:
        chatbot = Chatbot(pool)
        runner = web.AppRunner(chatbot.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield chatbot
        finally:
            await runner.cleanup()


async def _forever(port: int, database_url: str) -> None:
    async with serving(port, database_url):
        print(json.dumps({"chatbot": port}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_forever(int(sys.argv[1]), sys.argv[2]))
