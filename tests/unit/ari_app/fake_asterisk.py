"""As much of Asterisk's ARI as a test needs: an HTTP server on loopback that remembers what was asked of it.

`answers` maps (method, path) to what is sent back: a status, a (status, body) pair, what is called to know it, or a list of
these, used up one by one; the last stays. Without an entry the answer is 204. The status 0 closes the connection instead of
answering.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from core.settings import Network, Settings

Answer = int | tuple[int, Any] | Callable[[], int]


class FakeAsterisk:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.parameters: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        """Of those that had one."""
        self.answers: dict[tuple[str, str], Answer | list[Answer]] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.news = asyncio.Event()

    async def until(self, *wanted: tuple[str, str]) -> None:
        """Wait until all of these were asked."""
        async with asyncio.timeout(5):
            while not set(wanted) <= set(self.asked):
                self.news.clear()
                await self.news.wait()

    async def say(self, event: dict[str, Any]) -> None:
        """Send an event to the latest event socket."""
        await self.sockets[-1].send_str(json.dumps(event))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/ari")
        if path == "/events":
            return await self._events(request)
        self.asked.append((request.method, path))
        self.parameters.append(dict(request.query))
        if sent := await request.text():
            self.bodies.append(json.loads(sent))
        self.news.set()
        answer = self.answers.get((request.method, path), 204)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        answer = answer() if callable(answer) else answer
        status, body = answer if isinstance(answer, tuple) else (answer, None)
        if status == 0:
            assert request.transport is not None
            request.transport.close()
        return web.json_response(body, status=status or 200)

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.asked.append(("GET", "/events"))
        self.news.set()
        async for _ in socket:
            pass
        return socket


@contextlib.asynccontextmanager
async def fake_asterisk(home: Path) -> AsyncIterator[tuple[FakeAsterisk, Settings]]:
    """A running one, and the settings that lead to it."""
    (home / "secrets").mkdir(parents=True)
    (home / "secrets" / "ari").write_text("secret")
    asterisk = FakeAsterisk()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", asterisk.handle)
    async with TestServer(app) as server:
        assert server.port is not None
        yield asterisk, Settings(home=home, network=Network(ari_port=server.port))


def channel(channel_id: str, **more: Any) -> dict[str, Any]:
    """A channel as ARI describes it."""
    data = "haazir,media" if channel_id.startswith("media-") else "haazir,inbound,1000,(ulaw)"
    place = {"context": "from-trunk", "exten": "1000", "priority": 3, "app_name": "Stasis", "app_data": data}
    return {
        "id": channel_id, "protocol_id": "", "name": "PJSIP/loopback-00000001", "state": "Ring",
        "caller": {"name": "", "number": "9876543210"}, "connected": {"name": "", "number": ""}, "accountcode": "",
        "dialplan": place, "creationtime": "2026-11-21T09:48:08.833+0000", "language": "en", **more,
    }  # fmt: skip


def event(kind: str, channel_id: str, **more: Any) -> dict[str, Any]:
    """An event of a channel."""
    stamp = "2026-11-21T09:48:08.833+0000"
    return {"type": kind, "application": "haazir", "timestamp": stamp, "channel": channel(channel_id), **more}
