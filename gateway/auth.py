"""Whose key is this? Every site-bound request passes `Doorkeeper.site`, and then sees that site's rows only (core.db).

    X-Site-Id: demo + X-Api-Key: hz_…      or      Authorization: Bearer hz_…

A wrong key, a revoked one and one of another site get the same answer after the same work: one HMAC and one query by it.
Keys are 192 bits of chance, so the HMAC needs no salt and no slowness; the database never holds a key.
"""

import hmac
from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from core.db import Database
from core.ids import SiteId
from core.keys import key_mac
from gateway.problems import Problem

KEY_LIMIT = 512
"""Characters."""

site_header = APIKeyHeader(name="X-Site-Id", scheme_name="site", auto_error=False, description="The site, with X-Api-Key")
key_header = APIKeyHeader(name="X-Api-Key", scheme_name="key", auto_error=False, description="A key of the site")
bearer_header = HTTPBearer(scheme_name="bearer", auto_error=False, description="A key of the site, without X-Site-Id")

SiteHeader = Annotated[str | None, Security(site_header)]
KeyHeader = Annotated[str | None, Security(key_header)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(bearer_header)]


class Doorkeeper:
    """Checks keys. `pepper` and `admin_key` are secrets of this instance."""

    def __init__(self, database: Database, pepper: str, admin_key: str) -> None:
        self._database = database
        self._pepper = pepper
        self._admin_key = admin_key

    async def site(self, site: SiteHeader, key: KeyHeader, bearer: Bearer) -> SiteId:
        """The site that the request's key opens: a FastAPI dependency. Problem 401; DatabaseAway."""
        if key is not None and site is None:
            raise _refusal("X-Api-Key needs X-Site-Id beside it")
        offered = key if key is not None else bearer.credentials if bearer is not None else None
        if offered is None:
            raise _refusal("send X-Site-Id and X-Api-Key, or Authorization: Bearer with an API key")
        opens = await self._site_of(offered[:KEY_LIMIT])
        if opens is None or (site is not None and site != opens):
            raise _refusal("this key does not open this site")
        return opens

    def is_admin(self, bearer: HTTPAuthorizationCredentials | None) -> bool:
        """Whether it carries the instance's admin key."""
        return bearer is not None and hmac.compare_digest(bearer.credentials.encode(), self._admin_key.encode())

    async def _site_of(self, key: str) -> SiteId | None:
        async with self._database.as_relay() as rows:
            row = await (await rows.execute("select site_of_key(%s)", [key_mac(self._pepper, key)])).fetchone()
        return SiteId(row[0]) if row and row[0] is not None else None


def _refusal(detail: str) -> Problem:
    return Problem(401, detail, "unauthorized", {"WWW-Authenticate": "Bearer"})
