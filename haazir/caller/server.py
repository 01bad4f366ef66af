"""The running instance as its caller needs it: where to dial, and where the records of calls are."""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import Any

import httpx

from core.settings import Settings
from haazir.status import Status, status

Record = dict[str, Any]
"""A call as GET /v1/calls/{id} gives it (design.md section 5)."""


KEY_S = 3600
"""Seconds that a key made for one call opens its site's calls."""


class NoServer(RuntimeError):
    """Nothing to call, and what to do about it."""


class NoRecord(RuntimeError):
    """The call has no record, though it should."""


@dataclass(frozen=True, slots=True)
class Server:
    """One site of one running instance."""

    sip: str
    """host:port"""
    api: str
    site_id: str
    number: str
    api_key: str
    status: Status

    async def warm(self) -> None:
        """The first request imports a hundred modules. In those 0.3 s no caller on this loop would speak or hear."""
        async with self._client() as client:
            with contextlib.suppress(httpx.HTTPError):  # whoever needs an answer is told
                await client.get("/v1/calls", params={"limit": "1"})

    async def record(self, caller: str, since: float, timeout: float = 15.0) -> Record:
        """The finished record of the newest call from `caller` that began at `since` (time.time()) or later. NoRecord."""
        until = time.time() + timeout
        problem = "no call of ours is listed"
        async with self._client() as client:
            while True:
                try:
                    call = await self._find(client, caller)
                    if call is not None and call.get("ended_at"):
                        return await _get(client, f"/v1/calls/{call['id']}")
                    problem = "it is not closed yet" if call else problem
                except httpx.HTTPError as error:
                    problem = f"the API does not answer as it should: {error!r}"
                if time.time() > until:
                    raise NoRecord(f"no record of the call from {caller} after {time.time() - since:.0f} s: {problem}")
                await asyncio.sleep(0.1)

    async def recording(self, call_id: str, timeout: float = 20.0) -> bytes:
        """The stereo wave file of a call that is over, once it is put together. httpx.HTTPError if there is none."""
        until = time.time() + timeout
        async with self._client() as client:
            while True:
                answer = await client.get(f"/v1/calls/{call_id}/recording")
                if answer.is_success or "Retry-After" not in answer.headers or time.time() > until:
                    return answer.raise_for_status().content
                await asyncio.sleep(0.2)

    async def _find(self, client: httpx.AsyncClient, caller: str) -> Record | None:
        """Newest first; a call of ours is never far down."""
        cursor: str | None = None
        for _ in range(5):
            page = await _get(client, "/v1/calls", limit="100", **({"cursor": cursor} if cursor else {}))
            for call in page["data"]:
                if str(call.get("from", "")).endswith(caller):
                    return dict(call)
            cursor = page.get("next_cursor")
            if not cursor:
                break
        return None

    def _client(self) -> httpx.AsyncClient:
        """Without TLS certificates: loading them takes 30 ms, in which no caller on this loop would speak or hear."""
        headers = {"X-Site-Id": self.site_id, "X-Api-Key": self.api_key}
        return httpx.AsyncClient(base_url=self.api, headers=headers, timeout=10.0, verify=False)


async def find(settings: Settings, site_id: str) -> Server:
    """NoServer says in words what is missing."""
    found = await status(settings)
    if not found.processes:
        raise NoServer(f"nothing is running on {settings.home}; start it with: bin/haazir up")
    for site in found.sites:
        if site.site_id == site_id:
            if not site.numbers:
                raise NoServer(f"site {site_id!r} has no number to call: POST /v1/sites/{site_id}/numbers gives it one")
            key = site.api_key or await _borrowed_key(found, site_id)
            server = Server(found.sip, found.api, site_id, site.numbers[0], key, found)
            await server.warm()
            return server
    known = ", ".join(site.site_id for site in found.sites) or "none can be read; is the database up? (bin/haazir doctor)"
    raise NoServer(f"there is no site {site_id!r}; there are: {known}")


async def _borrowed_key(found: Status, site_id: str) -> str:
    """A key of the site for as long as a call may take: the admin key may make one, where we may read that. NoServer."""
    if found.admin_key is None:
        raise NoServer(f"neither an API key of site {site_id!r} nor the admin key can be read here")
    headers = {"Authorization": f"Bearer {found.admin_key}"}
    wanted = {"name": "haazir call", "scopes": ["calls"], "expires_in_s": KEY_S}
    try:
        async with httpx.AsyncClient(base_url=found.api, headers=headers, timeout=10.0, verify=False) as client:
            answer = await client.post(f"/v1/sites/{site_id}/keys", json=wanted)
            answer.raise_for_status()
            return str(answer.json()["api_key"])
    except httpx.HTTPError as error:
        raise NoServer(f"the API gives no key of site {site_id!r}: {error!r}") from error


async def _get(client: httpx.AsyncClient, path: str, **query: str) -> Record:
    answer = await client.get(path, params=query)
    answer.raise_for_status()
    return dict(answer.json())
