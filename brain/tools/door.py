"""The door to a neighbour outside: a site's CRM or portal, Machine A. Nothing goes out past it, and it closes by itself.

    read  ─ fresh answer? ─ in flight already? ─┐
    write ──────────────────────────────────────┴─ kill switch ─ token bucket ─ semaphore ─ breaker ─ HTTP ─ JSON, bounded

A read may be tried once more, within a budget that all doors share; a write never is. What goes wrong is one of
brain.tools.outcome, so whoever asks knows what to tell: Away (nothing happened), NotFound, Refused, Uncertain.
"""

import asyncio
import functools
import logging
import random
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import msgspec
from prometheus_client import Counter, Gauge, Histogram
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import HALF_OPENED, OpenedState
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker
from yarl import URL

from brain.tools.budget import Bucket, Retries
from brain.tools.outcome import Away, NotFound, Refused, ToolFailed, Uncertain
from core.public_address import Network
from core.public_connector import public_connector

log = logging.getLogger(__name__)

REQUESTS = Counter("haazir_door_requests_total", "Requests to neighbours outside, by how they ended", ["door", "ended"])
SECONDS = Histogram(
    "haazir_door_answer_seconds",
    "From sending to the whole answer",
    ["door"],
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OPEN_BREAKERS = Gauge("haazir_door_breakers_open_count", "Neighbours that are not asked for a while, because they are ill")

ANSWERS_KEPT = 500
MOST_WAITING = 40
"""Requests that wait for one door; the next is turned away at once."""
LONGEST_REST_S = 60.0
"""However long a neighbour's Retry-After says."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How gently a neighbour is treated (facts/brain.md D)."""

    at_once: int = 4
    per_second: float = 10.0
    burst: float = 20.0
    connect_s: float = 0.3
    """TCP; with TLS and the look-up of the name four times that."""
    answer_bytes: int = 262_144
    failures: int = 5
    """In a row: then it is left alone…"""
    rest_s: float = 15.0
    """…for so long, and after that asked once."""


GENTLE = Limits()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    """JSON; None if the answer was empty."""


class _Ill(Exception):
    """Counts against the neighbour; the outcome it becomes is its cause."""

    def __init__(self, outcome: ToolFailed) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class Door:
    """To one neighbour. `shut = True` lets nothing out (kill switch); `bucket.brake` slows it."""

    def __init__(self, name: str, sessions: "Sessions", limits: Limits, retries: Retries, breaker: AsyncCircuitBreaker) -> None:
        self.name = name
        self.shut = False
        self.bucket = Bucket(limits.per_second, limits.burst)
        self._sessions = sessions
        self._limits = limits
        self._retries = retries
        self._breaker = breaker
        self._at_once = asyncio.Semaphore(limits.at_once)
        self._waiting = 0
        self._probing = False
        self._rests_until = 0.0
        self._answers: OrderedDict[tuple[Any, ...], tuple[float, Reply]] = OrderedDict()
        self._flights: dict[tuple[Any, ...], asyncio.Task[Reply]] = {}

    # ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────
    async def read(self, request: Outgoing, *, limit_s: float = 2.5, fresh_s: float = 0.0, stale_s: float = 0.0) -> Reply:
        """The answer, at the latest after `limit_s`. Away, NotFound, Refused."""
        what = (request.method, request.url, request.body, tuple(sorted(request.headers.items())))
        made_at, known = self._answers.get(what, (float("-inf"), None))
        age = time.monotonic() - made_at
        if known is not None and age < fresh_s:
            return known
        flight = self._flights.get(what)
        if flight is None:
            flight = self._flights[what] = asyncio.create_task(self._read(request, limit_s))
            flight.add_done_callback(functools.partial(self._landed, what))
        if known is not None and age < fresh_s + stale_s:
            return known
        return await asyncio.shield(flight)  # one asker who gives up does not take the answer from the others

    def forget(self) -> None:
        """A write may have changed what was read before."""
        self._answers.clear()

    async def close(self) -> None:
        for flight in self._flights.values():
            flight.cancel()
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    def _landed(self, what: tuple[Any, ...], flight: "asyncio.Task[Reply]") -> None:
        self._flights.pop(what, None)
        if flight.cancelled() or flight.exception() is not None:
            return  # a failure is not remembered
        self._answers[what] = (time.monotonic(), flight.result())
        self._answers.move_to_end(what)
        while len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)

    async def _read(self, request: Outgoing, limit_s: float) -> Reply:
        self._retries.asked()
        try:
            async with asyncio.timeout(limit_s):
                try:
                    return await self._once(request, write=False)
                except Away as error:
                    if not error.again or request.method != "GET" or not self._retries.take():
                        raise
                await asyncio.sleep(random.uniform(0.03, 0.2))  # jitter: those who failed together don't come back together
                REQUESTS.labels(self.name, "again").inc()
                return await self._once(request, write=False)
        except TimeoutError as error:
            raise Away("no answer in time") from error

    # ── writes ───────────────────────────────────────────────────────────────────────────────────────────────────────
    async def write(self, request: Outgoing, *, limit_s: float = 2.5) -> Reply:
        """Sent once at most. Away: never sent; Refused, NotFound: not done; Uncertain."""
        self.forget()
        sent = _Sent()
        try:
            async with asyncio.timeout(limit_s):
                return await self._once(request, write=True, sent=sent)
        except TimeoutError as error:
            raise (Uncertain("no answer in time") if sent.headers else Away("no room in time")) from error
        finally:
            self.forget()

    # ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    async def _once(self, request: Outgoing, *, write: bool, sent: "_Sent | None" = None) -> Reply:
        began = time.monotonic()
        ended = "cancelled"
        try:
            async with self._room(), self._health():
                reply = await self._send(request, write, sent or _Sent())
            ended = "answered"
            return reply
        except _Ill as error:
            ended = type(error.outcome).__name__.lower()
            raise error.outcome from error
        except ToolFailed as error:
            ended = type(error).__name__.lower()
            raise
        finally:
            REQUESTS.labels(self.name, ended).inc()
            SECONDS.labels(self.name).observe(time.monotonic() - began)

    @asynccontextmanager
    async def _room(self) -> AsyncIterator[None]:
        """Kill switch, rest, budget and bulkhead. Away."""
        if self.shut:
            raise Away("switched off")
        if time.monotonic() < self._rests_until:
            raise Away("it asked for a rest")
        if self._waiting >= MOST_WAITING:
            raise Away("too many are waiting")
        self._waiting += 1
        try:
            while pause := self.bucket.take(time.monotonic()):
                if pause > 10:
                    raise Away("the budget is spent")
                await asyncio.sleep(pause)
            await self._at_once.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._at_once.release()

    @asynccontextmanager
    async def _health(self) -> AsyncIterator[None]:
        """The breaker. After its rest one request goes through, whatever purgatory would allow. Away."""
        if self._probing:
            raise Away("it is ill, and being asked how it is")
        try:
            async with self._breaker:
                self._probing = self._breaker.context.state == HALF_OPENED
                try:
                    yield
                finally:
                    self._probing = False
        except OpenedState as error:
            raise Away("it is ill") from error

    async def _send(self, request: Outgoing, write: bool, sent: "_Sent") -> Reply:
        lost = Uncertain if write else functools.partial(Away, again=True)
        nonsense = Uncertain if write else Away
        try:
            address = URL(request.url, encoded=True)
        except ValueError as error:
            raise Away("the address can't be used") from error
        try:
            async with self._sessions.request(request, address, write, sent, self._limits.connect_s) as response:
                status = response.status
                if status in (429, 503):
                    self._rest(response.headers.get("Retry-After", ""))
                    raise _Ill(Away(f"status {status}", again=False))
                if 400 <= status < 500:
                    raise NotFound(f"status {status}") if status in (404, 410) else Refused(f"status {status}")
                if not 200 <= status < 300:
                    raise _Ill(lost(f"status {status}"))
                body = await _bounded(response, self._limits.answer_bytes)
        except (aiohttp.ClientError, OSError) as error:
            why = type(error).__name__
            raise _Ill(lost(why) if sent.headers or not write else Away(why)) from error
        if body is None:
            raise _Ill(nonsense("the answer is too long, or packed"))
        try:
            return Reply(status, msgspec.json.decode(body) if body.strip() else None)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _Ill(nonsense("the answer is no JSON")) from error

    def _rest(self, retry_after: str) -> None:
        seconds = float(retry_after) if retry_after.isdecimal() else 1.0
        self._rests_until = time.monotonic() + min(seconds, LONGEST_REST_S)


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """The body; None if it is longer than `limit` or packed: a bomb is never unpacked."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return None
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            response.close()
            return None
    return bytes(body)


@dataclass(slots=True)
class _Sent:
    """How far a request got."""

    headers: bool = False


class Sessions:
    """The HTTP clients of all doors. Writes get a connection of their own: a kept one may be dead, and who would know then?"""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_mark_sent)
        common: dict[str, Any] = {
            "auto_decompress": False,
            "trace_configs": [trace],
            "cookie_jar": aiohttp.DummyCookieJar(),
            "middlewares": (_once,),
        }
        self._reads = aiohttp.ClientSession(connector=public_connector(allowed), **common)
        self._writes = aiohttp.ClientSession(connector=public_connector(allowed, keep=False), **common)

    def request(self, request: Outgoing, address: URL, write: bool, sent: _Sent, connect_s: float) -> Any:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "haazir", **request.headers}
        return (self._writes if write else self._reads).request(
            request.method,
            address,
            headers=headers,
            data=request.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=4 * connect_s, sock_connect=connect_s),
            trace_request_ctx=sent,
        )

    async def close(self) -> None:
        await self._reads.close()
        await self._writes.close()


class Lost(aiohttp.ClientError):
    """The connection broke after it had been made."""


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp (3.14) sends GET, PUT and DELETE again when a connection breaks, a new one too. Whether to is ours to decide."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Lost(type(error).__name__) from error


async def _mark_sent(_: aiohttp.ClientSession, context: Any, __: aiohttp.TraceRequestHeadersSentParams) -> None:
    context.trace_request_ctx.headers = True


class Doors:
    """`async with Doors(networks(settings.network.private_hosts)) as doors: door = await doors.to(site_id, url)`."""

    def __init__(self, allowed: tuple[Network, ...] = (), limits: Limits = GENTLE) -> None:
        self._allowed = allowed
        self._limits = limits
        self._retries = Retries()
        self._doors: dict[str, Door] = {}
        self._factory = AsyncCircuitBreakerFactory(exclude=[asyncio.CancelledError, NotFound, Refused, Away])
        self._sessions: Sessions | None = None

    async def __aenter__(self) -> Self:
        await self._factory.initialize()
        self._factory.add_listener(_count_open)
        self._sessions = Sessions(self._allowed)
        return self

    async def __aexit__(self, *exc: object) -> None:
        for door in self._doors.values():
            await door.close()
        if self._sessions is not None:
            await self._sessions.close()

    async def to(self, owner: str, url: str, limits: Limits | None = None) -> Door:
        """The one door of `owner` (a site, usually) to the host of `url`."""
        assert self._sessions is not None, "use `async with`"
        name = f"{owner} {urlsplit(url).netloc.rpartition('@')[2]}"
        if name not in self._doors:
            chosen = limits or self._limits
            breaker = await self._factory.get_breaker(name, chosen.failures, chosen.rest_s)
            self._doors.setdefault(name, Door(name, self._sessions, chosen, self._retries, breaker))
        return self._doors[name]


def _count_open(name: str, event: str, what: Any) -> None:
    if event == "state_changed":
        log.warning("= a breaker is %s", what.state, extra={"door": name})
        OPEN_BREAKERS.inc(1 if what.state == "opened" else -1 if what.state == "closed" else 0)
