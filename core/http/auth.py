"""Whose key is this? Every site-bound request passes here, and then sees that site's rows only (core.db).

    X-Site-Id: demo + X-Api-Key: hz_…      or      Authorization: Bearer hz_…

A wrong key, a revoked one and one of another site get the same answer after the same work: one HMAC and one query by it.
Keys are 192 bits of chance, so the HMAC needs no salt and no slowness; the database never holds a key.
"""

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from core.db import Database
from core.http.problems import Problem
from core.ids import SITE_ID, SiteId
from core.keys import KEY_LIMIT, Scope, key_mac

site_header = APIKeyHeader(name="X-Site-Id", scheme_name="site", auto_error=False, description="The site, with X-Api-Key")
key_header = APIKeyHeader(name="X-Api-Key", scheme_name="key", auto_error=False, description="A key of the site")
bearer_header = HTTPBearer(
    scheme_name="bearer", auto_error=False, description="A key of the site, without X-Site-Id; or the admin key, for /v1/sites"
)

SiteHeader = Annotated[str | None, Security(site_header)]
KeyHeader = Annotated[str | None, Security(key_header)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(bearer_header)]
SitePath = Annotated[str, Path(description="The site's id", pattern=SITE_ID)]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a key opens."""

    site: SiteId
    scopes: frozenset[str]
    """Empty: all of its site."""


class Doorkeeper:
    """Checks keys. `pepper` and `admin_key` are secrets of this instance."""

    def __init__(self, database: Database, pepper: str, admin_key: str) -> None:
        self._database = database
        self._pepper = pepper
        self._admin_key = admin_key

    async def opens(
        self, site: str | None, key: str | None, bearer: HTTPAuthorizationCredentials | None, *, wanted: str | None = None
    ) -> Opened:
        """What the request's key opens; `wanted`: the site that it must be. Problem 401; DatabaseAway."""
        if key is not None and site is None:
            raise _refusal("X-Api-Key needs X-Site-Id beside it")
        offered = key if key is not None else bearer.credentials if bearer is not None else None
        if offered is None:
            raise _refusal("send X-Site-Id and X-Api-Key, or Authorization: Bearer with an API key")
        opened = await self._find(offered[:KEY_LIMIT])
        if opened is None or not {site, wanted} <= {None, opened.site}:
            raise _refusal("this key does not open this site")
        return opened

    def is_admin(self, bearer: HTTPAuthorizationCredentials | None) -> bool:
        """Whether it carries the instance's admin key."""
        return bearer is not None and hmac.compare_digest(bearer.credentials.encode(), self._admin_key.encode())

    def mac(self, key: str) -> bytes:
        """What the database holds of a key."""
        return key_mac(self._pepper, key)

    async def _find(self, key: str) -> Opened | None:
        async with self._database.as_relay() as rows:
            row = await (await rows.execute("select site_id, scopes from key_opens(%s)", [self.mac(key)])).fetchone()
        return None if row is None else Opened(SiteId(row[0]), frozenset(row[1]))


class Scoped:
    """A dependency: the site that the request's key opens. Problem 401; 403 for a key that was made for something else."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def __call__(self, request: Request, site: SiteHeader, key: KeyHeader, bearer: Bearer) -> SiteId:
        return _allowed(await doorkeeper(request).opens(site, key, bearer), self._scope)


def install(app: FastAPI, keeper: Doorkeeper) -> None:
    app.state.doorkeeper = keeper


def doorkeeper(request: Request) -> Doorkeeper:
    keeper = request.app.state.doorkeeper
    assert isinstance(keeper, Doorkeeper)
    return keeper


async def _admin(request: Request, bearer: Bearer) -> None:
    if not doorkeeper(request).is_admin(bearer):
        raise _refusal("this is for the instance's admin key, as Authorization: Bearer (bin/haazir status --json has it)")


async def _managed(request: Request, site_id: SitePath, site: SiteHeader, key: KeyHeader, bearer: Bearer) -> SiteId:
    keeper = doorkeeper(request)
    if keeper.is_admin(bearer):
        return SiteId(site_id)
    return _allowed(await keeper.opens(site, key, bearer, wanted=site_id), "sites")


def _allowed(opened: Opened, scope: Scope) -> SiteId:
    if opened.scopes and scope not in opened.scopes:
        raise Problem(403, f"this key opens the site, but was made without the scope {scope!r}", "out-of-scope")
    return opened.site


def _refusal(detail: str) -> Problem:
    return Problem(401, detail, "unauthorized", {"WWW-Authenticate": "Bearer"})


Admin = Depends(_admin)
"""For a route's `dependencies`: the instance's admin key."""
Managed = Annotated[SiteId, Depends(_managed)]
"""The {site_id} of the path: for the admin key, or a key of this very site with the scope `sites`. There may be no such site."""
