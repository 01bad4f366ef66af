"""What a site's callers are likely to say, from its knowledge in the database; read again when a call opens.

A database that is away costs nothing but freshness: the last phrases stay, and without any the phrases of every site do.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import psycopg

from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.in_time import in_time
from media_server.stt import metrics

log = logging.getLogger(__name__)

READ_LIMIT_S = 0.3
"""A caller waits, and the media server for no longer than a second."""

Read = Callable[[SiteId], Coroutine[Any, Any, tuple[str, ...]]]
ReadSites = Callable[[], Coroutine[Any, Any, list[SiteId]]]


async def read_phrases(db: Database, site: SiteId) -> tuple[str, ...]:
    """Lower-case phrases in Latin letters; `{digits}` is a number read out. DatabaseAway."""
    async with db.as_site(site) as rows:
        found = await (await rows.execute("select stt_phrases(%s)", [site])).fetchall()
    return tuple(phrase for (phrase,) in found)


@dataclass(frozen=True, slots=True)
class _Known:
    phrases: tuple[str, ...]
    read_at: float
    away: bool
    """The database was: it is not asked again for every call."""


class SitePhrases:
    def __init__(self, read: Read, read_sites: ReadSites, *, fresh_s: float) -> None:
        """Both raise DatabaseAway; what they gave is not asked for again within `fresh_s` seconds, but by `now`."""
        self._read = read
        self._read_sites = read_sites
        self._sites: tuple[float, list[SiteId]] = (0.0, [])
        self._fresh_s = fresh_s
        self._known: dict[SiteId, _Known] = {}
        self._lock = asyncio.Lock()

    async def sites(self) -> list[SiteId]:
        """All sites, or those known last."""
        read_at, known = self._sites
        if not known or time.monotonic() - read_at >= self._fresh_s:
            with contextlib.suppress(DatabaseAway, psycopg.Error, TimeoutError):
                known = await in_time(READ_LIMIT_S, self._read_sites())
            self._sites = (time.monotonic(), known)
        return known

    async def of(self, site: SiteId) -> tuple[str, ...]:
        """As they are, or were `fresh_s` ago."""
        return await self._read_since(site, time.monotonic() - self._fresh_s)

    async def now(self, site: SiteId) -> tuple[str, ...]:
        """As they are, where the database is there: what an owner has just written is listened for when they call."""
        return await self._read_since(site, time.monotonic())

    async def _read_since(self, site: SiteId, since: float) -> tuple[str, ...]:
        async with self._lock:  # of fifteen calls that come together, those who wait share the next answer
            known = self._known.get(site)
            now = time.monotonic()
            if known is not None and known.read_at >= (now - self._fresh_s if known.away else since):
                return known.phrases
            try:
                phrases, away = await in_time(READ_LIMIT_S, self._read(site)), False
            except (DatabaseAway, psycopg.Error, TimeoutError) as error:  # away, hanging, or not migrated yet
                log.warning("! phrases not read, going on with the last ones", extra={"site": site, "error": str(error)})
                phrases, away = known.phrases if known is not None else (), True
            self._known[site] = _Known(phrases, now, away)
            metrics.PHRASES.labels(site).set(len(phrases))
            return phrases
