"""Server-sent events to a client who may go away at any moment: then the work for them stops, and is not found out later.

return EventStream(events)      each item is one event's text; the stream's first word decides the status
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

T = TypeVar("T")

STALLED_S = 30.0
"""A client that reads nothing for so long is gone: it keeps others from their answers."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""nginx and its like would collect the words otherwise."""


class ClientGone(ConnectionError):
    """Nobody waits for this answer any more."""


async def while_there(request: Request, work: Awaitable[T]) -> T:
    """What `work` gives. ClientGone, and `work` is cancelled, once the client closes the connection. Read the body first."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request.receive))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(task, gone, return_exceptions=True)


class EventStream(Response):
    """Sends what `events` gives as it comes; closes it when the client is gone."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str, None], headers: Mapping[str, str] | None = None) -> None:
        self.status_code = 200
        self.background = None
        self.events = events
        self.init_headers({**HEADERS, **(headers or {}), "content-type": "text/event-stream; charset=utf-8"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, gone):
                task.cancel()
            done = await asyncio.gather(sending, gone, return_exceptions=True)
        if isinstance(done[0], Exception) and not isinstance(done[0], OSError):  # the client went while we wrote
            raise done[0]

    async def _send(self, send: Send) -> None:
        async with contextlib.aclosing(self.events) as events:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for event in events:
                async with asyncio.timeout(STALLED_S):
                    await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
