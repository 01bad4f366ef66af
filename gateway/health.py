"""/healthz, /readyz, /metrics: of the gateway, and through it of every process of this instance.

Anybody may ask whether we are ready. Metrics are for this machine and for the admin key: they count all sites' calls.
"""

import asyncio
import ipaddress
import json
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar

import aiohttp
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from core.http import doors
from core.http.auth import Bearer
from core.http.description import refuses
from core.http.problems import Problem
from core.settings import Settings
from gateway import federate

router = APIRouter(tags=["health"])

FRESH_S = 1.0
"""Answers are kept so long: asking us often asks the others once a second."""
ASK_S = 1.0

T = TypeVar("T")


class Fresh(Generic[T]):
    """A value fetched at most once in FRESH_S, by one at a time."""

    def __init__(self, fetch: Callable[[], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._until = 0.0

    async def get(self) -> T:
        async with self._lock:
            if self._value is None or time.monotonic() > self._until:
                self._value = await self._fetch()
                self._until = time.monotonic() + FRESH_S
            return self._value


class Neighbours:
    """The status doors (core.telemetry.serve_status) of this instance's processes, our own included."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._http = http
        names = [name for name in settings.processes() if name != "crm" or not settings.brain.crm_url]  # else the CRM is not ours
        self._addresses = {name: "http://{}:{}".format(*settings.metrics_address(name)) for name in names}
        self.readiness: Fresh[dict[str, str | None]] = Fresh(self._readiness)
        """Process -> what is missing; None: ready."""
        self.metrics: Fresh[bytes] = Fresh(self._metrics)

    async def _readiness(self) -> dict[str, str | None]:
        answers = await self._ask("/readyz")
        return {name: _missing(*answer) for name, answer in answers.items()}

    async def _metrics(self) -> bytes:
        answers = await self._ask("/metrics")
        return federate.merged({name: text if status == 200 else None for name, (status, text) in answers.items()})

    async def _ask(self, path: str) -> dict[str, tuple[int, str]]:
        answers = await asyncio.gather(*(self._get(address + path) for address in self._addresses.values()))
        return dict(zip(self._addresses, answers, strict=True))

    async def _get(self, url: str) -> tuple[int, str]:
        try:
            async with self._http.get(url, timeout=aiohttp.ClientTimeout(total=ASK_S)) as response:
                return response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, ""


def _missing(status: int, text: str) -> str | None:
    if status == 200:
        return None
    try:
        return str(json.loads(text)["missing"])
    except (ValueError, KeyError, TypeError):
        return "does not answer"


async def _neighbours(request: Request) -> Neighbours:
    neighbours = request.app.state.neighbours
    assert isinstance(neighbours, Neighbours)
    return neighbours


Others = Annotated[Neighbours, Depends(_neighbours)]


@router.get("/healthz", responses=refuses(422))
async def healthz() -> dict[str, bool]:
    """This process answers."""
    return {"alive": True}


@router.get("/readyz", responses=refuses(422) | {503: {"description": "Something is missing: `processes` says what"}})
async def readyz(others: Others, response: Response) -> dict[str, Any]:
    """Every process is ready to take calls; for each that is not, what is missing."""
    missing = await others.readiness.get()
    ready = not any(missing.values())
    response.status_code = 200 if ready else 503
    return {"ready": ready, "processes": {name: {"ready": not what, "missing": what} for name, what in missing.items()}}


@router.get("/metrics", responses=refuses(401, 422), response_class=Response)
async def metrics(request: Request, bearer: Bearer, others: Others) -> Response:
    """Prometheus metrics of every process, told apart by the label `process`. From this machine, or with the admin key."""
    if not _is_local(request) and not doors.of(request).doorkeeper.is_admin(bearer):
        raise Problem(401, "metrics are for this machine, or for the admin key as Authorization: Bearer", "unauthorized")
    return Response(await others.metrics.get(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_local(request: Request) -> bool:
    """From a loopback address, and not through a proxy that stands on this machine."""
    if request.client is None or any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via")):
        return False
    return ipaddress.ip_address(request.client.host).is_loopback
