"""What a site's callers are likely to say, from its knowledge in the database; read again when a call opens.

A database that is away costs nothing but freshness: the last phrases stay, and without any the phrases of every site do.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.db import Database, DatabaseAway
from core.ids import SiteId
from media_server.stt import metrics

log = logging.getLogger(__name__)

Read = Callable[[SiteId], Awaitable[tuple[str, ...]]]


async def read_phrases(db: Database, site: SiteId) -> tuple[str, ...]:
    """Lower-case phrases in Latin letters; `{digits}` is a number read out. DatabaseAway."""
    async with db.as_site(site) as rows:
        found = await (await rows.execute("select stt_phrases(%s)", [site])).fetchall()
    return tuple(phrase for (phrase,) in found)


@dataclass(frozen=True, slots=True)
class _Known:
    phrases: tuple[str, ...]
    read_at: float


class SitePhrases:
    def __init__(self, read: Read, *, fresh_s: float) -> None:
        """`read` raises DatabaseAway; what it gave is not asked for again within `fresh_s` seconds."""
        self._read = read
        self._fresh_s = fresh_s
        self._known: dict[SiteId, _Known] = {}
        self._lock = asyncio.Lock()

    async def of(self, site: SiteId) -> tuple[str, ...]:
        async with self._lock:  # fifteen calls that come together ask once
            known = self._known.get(site)
            now = time.monotonic()
            if known is not None and now - known.read_at < self._fresh_s:
                return known.phrases
            try:
                phrases = await self._read(site)
            except DatabaseAway as error:
                log.warning("! phrases not read, going on with the last ones", extra={"site": site, "error": str(error)})
                phrases = known.phrases if known is not None else ()
            self._known[site] = _Known(phrases, now)
            metrics.PHRASES.labels(site).set(len(phrases))
            return phrases
