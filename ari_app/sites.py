"""Whose number was dialled: asked of the database, remembered for a few seconds, and for longer when it is away."""

import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from ari_app.call.routing import CannotTell, Finding, Found, NobodyHas
from core.db import Database, DatabaseAway
from core.in_time import in_time
from core.sites import Site

log = logging.getLogger(__name__)

LOOK_UP_LIMIT_S = 0.5
"""A caller is waiting."""
REMEMBERED = 10_000
"""Sites' numbers. Only numbers that a site has are remembered: what strangers dial costs no memory."""

LookUp = Callable[[str], Coroutine[Any, Any, Site | None]]
"""The site that has a number, now. DatabaseAway, psycopg.Error, msgspec.ValidationError."""


def from_database(database: Database) -> LookUp:
    async def look_up(number: str) -> Site | None:
        async with database.as_relay() as rows:
            row = await (await rows.execute("select site_by_number(%s)", [number])).fetchone()
        return None if row is None or row[0] is None else msgspec.convert(row[0], Site)

    return look_up


@dataclass(frozen=True, slots=True)
class _Known:
    site: Site
    at: float
    """time.monotonic() of the look-up."""


class Sites:
    def __init__(self, look_up: LookUp, cache_s: float) -> None:
        """`cache_s`: how old an answer may be (core.settings.Calls.site_cache_s)."""
        self._look_up = look_up
        self._cache_s = cache_s
        self._known: dict[str, _Known] = {}

    async def find(self, number: str) -> Finding:
        """The site of a dialled number, as it is now or was when the database last answered. Within LOOK_UP_LIMIT_S."""
        known = self._known.get(number)
        if known and time.monotonic() - known.at < self._cache_s:
            return Found(known.site)
        try:
            site = await in_time(LOOK_UP_LIMIT_S, self._look_up(number))
        except (DatabaseAway, psycopg.Error, msgspec.ValidationError, TimeoutError) as error:
            log.warning("! site not looked up", extra={"error": type(error).__name__, "remembered": known is not None})
            return Found(known.site) if known else CannotTell()
        if site is None:
            self._known.pop(number, None)
            return NobodyHas()
        self._remember(number, site)
        return Found(site)

    def _remember(self, number: str, site: Site) -> None:
        if len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[number] = _Known(site, time.monotonic())
