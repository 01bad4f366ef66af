"""A CRM that is well or ill on demand, over real sockets: what declared tools meet. It writes down every request.

async with crm_serving() as crm: crm.url, crm.requests, crm.ill = "slow"
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

SECRET_ERROR = "ORA-00942: table CUSTOMERS does not exist"
"""What no caller may ever hear."""


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Crm:
    """`ill`: slow, 500, 429, 503, html, truncated, closes, huge, gzip, deep, redirect, nothing; a write is done all the same
    if `ill` begins with "after-"."""

    url: str = ""
    ill: str = ""
    slow_s: float = 5.0
    orders: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "12345": {"id": "12345", "item": "Samsung mobile", "status": "shipped", "amount": 18999, "phone": "+919876501234"},
            "45678": {"id": "45678", "item": "Sony TV", "status": "delivered", "amount": 42990, "phone": "9812345678"},
        }
    )
    requests: list[Seen] = field(default_factory=list)
    writes: list[tuple[str, str, Any]] = field(default_factory=list)
    """What was really changed: (idempotency key, order, body)."""

    def answer(self, seen: Seen) -> tuple[int, Any]:
        """As a CRM that is well."""
        parts = seen.path.partition("?")[0].strip("/").split("/")
        if parts[0] == "pins":
            return 200, {"valid": seen.body.get("pin") == "4711"}
        if parts[0] != "orders" or len(parts) < 2 or parts[1] not in self.orders:
            return 404, {"error": SECRET_ERROR}
        order = self.orders[parts[1]]
        if seen.method == "GET":
            return 200, order
        key = seen.headers.get("idempotency-key", "")
        if all(key != done for done, _, _ in self.writes):
            if order["status"] == "delivered":
                return 409, {"error": SECRET_ERROR}
            self.writes.append((key, parts[1], seen.body))
            order |= seen.body or {}
        return 200, order


_RAW: dict[str, bytes] = {
    "html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    "truncated": b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"id": "123',
    "closes": b"",
    "nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "garbage": b"\x00\xff\xfe not http at all\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + b"\x1f\x8b" + b"\0" * 18,
    "deep": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 100000 + b"]" * 100000,
    "wrong types": b'HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n{"id": 12345, "item": [], "status": {}}',
}


async def _serve(crm: Crm, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            seen = Seen(method, path, headers, json.loads(body) if body else None)
            crm.requests.append(seen)
            if not await _answer(crm, seen, writer):
                break
    writer.close()


async def _answer(crm: Crm, seen: Seen, writer: asyncio.StreamWriter) -> bool:
    """Whether the connection goes on."""
    ill = crm.ill
    if ill.startswith("after-"):
        crm.answer(seen)
        ill = ill.removeprefix("after-")
    if ill == "slow":
        await asyncio.sleep(crm.slow_s)
    elif ill == "huge":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        for _ in range(1024):
            writer.write(b'"' + b"a" * 1048575)
            await writer.drain()
        return False
    elif ill in _RAW:
        writer.write(_RAW[ill])
        await writer.drain()
        return False
    status, answer = (int(ill), {"error": SECRET_ERROR}) if ill.isdecimal() else crm.answer(seen)
    text = json.dumps(answer).encode()
    more = "Retry-After: 30\r\n" if status in (429, 503) else ""
    writer.write(
        f"HTTP/1.1 {status} X\r\n{more}Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text
    )
    await writer.drain()
    return True


@contextlib.asynccontextmanager
async def crm_serving() -> AsyncIterator[Crm]:
    crm = Crm()
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            await _serve(crm, reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            at_work.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    crm.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield crm
    finally:
        server.close()
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
