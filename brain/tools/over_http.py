"""A declared tool over HTTP: the request that its declaration and a caller's arguments make, through the site's door."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from brain.tools.declaration import Declaration
from brain.tools.door import Door, Doors, Outgoing
from brain.tools.job import Job
from brain.tools.outcome import Away, Refused
from brain.tools.template import Unfillable, fill_url, places
from core.ids import SiteId
from core.vault import VaultError

Secrets = Callable[[SiteId, str], Awaitable[str]]
"""A site's secret by name. KeyError: there is none; DatabaseAway."""


class OverHttp:
    def __init__(self, doors: Doors, secrets: Secrets, owner: str = "") -> None:
        """`owner`: whose doors they are; empty: each site's own."""
        self._doors = doors
        self._secrets = secrets
        self._owner = owner

    async def perform(self, job: Job) -> Any:
        declared = job.declaration
        request = await self._request(job, declared.method, _filled(declared.url, job.arguments), _body(declared, job.arguments))
        door = await self._door(job, declared.url)
        if declared.writes:
            return (await door.write(request, limit_s=declared.timeout_s)).body
        fresh = {"fresh_s": declared.fresh_s, "stale_s": declared.stale_s}
        return (await door.read(request, limit_s=declared.timeout_s, **fresh)).body

    async def look_up(self, job: Job, url: str) -> Any:
        """The record at a URL template of the declaration's authentication. Away, NotFound, Refused."""
        request = await self._request(job, "GET", _filled(url, job.arguments), None)
        door = await self._door(job, url)
        return (await door.read(request, limit_s=job.declaration.timeout_s, fresh_s=30.0)).body

    async def verify(self, job: Job, url: str, pin: str) -> Any:
        """What the URL says of a PIN. Sent once: wrong ones may be counted there. Away, NotFound, Refused, Uncertain."""
        body = msgspec.json.encode({**job.arguments, "pin": pin})
        request = await self._request(job, "POST", _filled(url, job.arguments), body)
        return (await (await self._door(job, url)).write(request, limit_s=job.declaration.timeout_s)).body

    async def _door(self, job: Job, url: str) -> Door:
        if job.site.tools_off:
            raise Away("this site's doors are switched off")
        return await self._doors.to(self._owner or job.site.site_id, url)

    async def _request(self, job: Job, method: str, url: str, body: bytes | None) -> Outgoing:
        headers = {**job.declaration.headers, **await key_headers(job, self._secrets)}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if job.key:
            headers["Idempotency-Key"] = job.key
        return Outgoing(method, url, headers, body)


async def key_headers(job: Job, secrets: Secrets) -> dict[str, str]:
    """What shows the other side who we are. Away if the vault can't say."""
    key = job.declaration.key
    if key is None:
        return {}
    try:
        value = (await secrets(job.site.site_id, key.secret)).strip()
    except (KeyError, VaultError, ConnectionError) as error:  # ConnectionError: the database is away
        raise Away("the vault has no such key now") from error
    if not value.isascii() or not value.isprintable():
        raise Away("the key in the vault can't stand in a header")
    match key.form:
        case "bearer":
            return {"Authorization": f"Bearer {value}"}
        case "basic":
            return {"Authorization": f"Basic {base64.b64encode(value.encode()).decode()}"}
        case "header":
            return {key.header: value}


def _filled(template: str, arguments: Mapping[str, Any]) -> str:
    try:
        return fill_url(template, arguments)
    except Unfillable as error:
        raise Refused("an argument can't stand in an address") from error


def _body(declared: Declaration, arguments: Mapping[str, Any]) -> bytes | None:
    if declared.method in ("GET", "DELETE") and declared.body is None:
        return None
    if declared.body is None:
        in_url = {place.name for place in places(declared.url)}
        return msgspec.json.encode({name: value for name, value in arguments.items() if name not in in_url})
    return msgspec.json.encode(
        {name: _put(value, arguments) for name, value in declared.body.items() if _there(value, arguments)}
    )


def _put(value: Any, arguments: Mapping[str, Any]) -> Any:
    """A place alone keeps its argument's JSON type; among other text it becomes text."""
    if not isinstance(value, str) or not (found := places(value)):
        return value
    if value == f"{{{found[0].path}}}":
        return arguments[found[0].path]
    for place in found:
        value = value.replace(f"{{{place.path}}}", str(arguments[place.path]), 1)
    return value


def _there(value: Any, arguments: Mapping[str, Any]) -> bool:
    """Whether all its places have an argument: an optional one that was not told is left out."""
    return not isinstance(value, str) or all(place.name in arguments for place in places(value))
