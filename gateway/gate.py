"""What every request passes before and after the application: limits, deadline, last resort, log and figures.

The log has a request's method, path, status and time; never its query (numbers), body or headers (keys).
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Mapping

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.http import problems

log = logging.getLogger(__name__)

BODY_LIMIT = 2**20
"""Bytes."""
DEADLINE_S = 15.0
"""From the request's headers to the answer's: above the database's own limit. A long download may take longer."""

_DETAILS = {
    400: "the request, or its Range, can't be read",
    416: "the file is shorter than that: its size is in Content-Range",
    422: "the address has a NUL character, which no text here can hold",
    500: "something of ours broke: our log has it under this instance",
    504: "the answer took too long",
}

_requests = Counter("haazir_gateway_requests", "Answered, by route and status", ["route", "status"])
_seconds = Histogram(
    "haazir_gateway_request_seconds",
    "From the request to the start of its answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)


class Gate:
    """An ASGI application around the application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_limit: int = BODY_LIMIT,
        deadline_s: float = DEADLINE_S,
        wider: Mapping[str, tuple[int, float]] | None = None,
    ) -> None:
        """`wider`: other (body limit, deadline) below some paths: uploads."""
        self._app = app
        self._wider = wider or {}
        self._body_limit = body_limit
        self._deadline_s = deadline_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        of_path = (limits for path, limits in self._wider.items() if scope["path"].startswith(path))
        body_limit, deadline_s = next(of_path, (self._body_limit, self._deadline_s))
        exchange = _Exchange(scope, receive, send, body_limit)
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            await exchange.fail(422)
            exchange.report()
            return
        try:
            async with asyncio.timeout(deadline_s) as exchange.deadline:
                await self._app(scope, exchange.receive, exchange.send)
        except TimeoutError:
            await exchange.fail(504)
        except ClientDisconnect:
            pass  # in the middle of its own request: there is nobody to tell
        except Exception:  # the one place where a request dies: the next one must live
            log.exception("! request failed", extra={"request": exchange.id})
            await exchange.fail(500)
        finally:
            exchange.report()


class _Exchange:
    """One request and its answer, as they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, body_limit: int) -> None:
        self.id = str(uuid.uuid4())
        self.deadline: asyncio.Timeout | None = None
        self._scope = scope
        self._receive = receive
        self._send = send
        self._limit = self._room = body_limit
        self._too_large = int(_digits(Headers(scope=scope).get("content-length"))) > body_limit
        self._began = time.monotonic()
        self._status = 0
        self._replaced = False

    async def receive(self) -> Message:
        """Some of the body, while there is room for it."""
        message = await self._receive()
        self._room -= len(message.get("body", b""))
        if self._too_large or self._room < 0:
            raise HTTPException(413, f"the body is larger than the {self._limit / 2**20:.4g} MB that this path takes")
        return message

    async def send(self, message: Message) -> None:
        """The answer; an error in plain words, from below the application, becomes a problem."""
        if message["type"] == "http.response.start":
            if self.deadline is not None:
                self.deadline.reschedule(None)
            headers = Headers(raw=message["headers"])
            if message["status"] >= 400 and headers.get("content-type", "text/plain").startswith("text/plain"):
                self._replaced = True
                keep = {name: headers[name] for name in ("content-range", "allow", "connection") if name in headers}
                await self._answer(self._problem(message["status"], headers=keep))
                return
            self._start(message["status"])
        if not self._replaced:
            await self._send(message)

    async def fail(self, status: int) -> None:
        """Answer with a problem if nothing has been answered yet; else the connection is cut, which says as much."""
        if not self._status:
            await self._answer(self._problem(status))

    def _problem(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        instance = f"urn:uuid:{self.id}" if status >= 500 else ""
        return problems.answer(status, _DETAILS.get(status, ""), instance=instance, headers=headers, path=self._scope["path"])

    async def _answer(self, response: Response) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._start(message["status"])
            await self._send(message)

        await response(self._scope, self._receive, send)

    def _start(self, status: int) -> None:
        self._status = status
        _seconds.labels(self._route).observe(time.monotonic() - self._began)

    @property
    def _route(self) -> str:
        """The path's pattern: a path itself would make a metric of every call."""
        return getattr(self._scope.get("route"), "path", "none")

    def report(self) -> None:
        _requests.labels(self._route, self._status).inc()
        seen = {"status": self._status, "ms": round((time.monotonic() - self._began) * 1000)}
        level = logging.WARNING if self._status >= 500 else logging.INFO
        log.log(level, "< request", extra={"method": self._scope["method"], "path": _printable(self._scope["path"]), **seen})


def _digits(text: str | None) -> str:
    return text[:18] if text and text.isascii() and text.isdigit() else "0"


def _printable(path: str) -> str:
    """A path for the log: one line, not endless."""
    return "".join(letter if letter.isprintable() else "?" for letter in path[:200])
