"""How each site's words are said, from the database: read again when a call opens, so that a change is heard by the next call.

A database that is away costs nothing but freshness: the last lexicon stays, and without any words are said as everybody's are.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import psycopg

from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.in_time import in_time
from core.lexicon import Saying
from media_server.tts.text.site_words import SiteLexicon

log = logging.getLogger(__name__)

READ_LIMIT_S = 0.3
"""A call is opening meanwhile."""
NOBODYS = SiteLexicon(())

Read = Callable[[SiteId], Coroutine[Any, Any, tuple[Saying, ...]]]


async def read_lexicon(db: Database, site: SiteId) -> tuple[Saying, ...]:
    """DatabaseAway."""
    query = "select word, language, say from lexicon where site_id = %s order by word, language"
    async with db.as_site(site) as rows:
        found = await (await rows.execute(query, [site])).fetchall()
    return tuple(Saying(word=word, say=say, language=language or None) for word, language, say in found)


@dataclass(frozen=True, slots=True)
class _Known:
    sayings: tuple[Saying, ...]
    lexicon: SiteLexicon
    read_at: float
    away: bool
    """The database was: it is not asked again for every call."""


class SiteLexicons:
    def __init__(self, read: Read, *, fresh_s: float) -> None:
        """`read` raises DatabaseAway; after that it is not asked again for `fresh_s` seconds."""
        self._read = read
        self._fresh_s = fresh_s
        self._known: dict[SiteId, _Known] = {}
        self._locks: dict[SiteId, asyncio.Lock] = {}

    async def now(self, site: SiteId) -> SiteLexicon:
        """As it is, where the database is there; in READ_LIMIT_S at most."""
        if not site:
            return NOBODYS
        asked_at = time.monotonic()
        async with self._locks.setdefault(site, asyncio.Lock()):  # of calls that come together, those who wait share an answer
            known = self._known.get(site, _Known((), NOBODYS, -self._fresh_s, away=False))
            at = time.monotonic()
            if known.read_at >= (at - self._fresh_s if known.away else asked_at):
                return known.lexicon
            try:
                sayings, away = await in_time(READ_LIMIT_S, self._read(site)), False
            except (DatabaseAway, psycopg.Error, TimeoutError) as error:  # away, hanging, or not migrated yet
                log.warning("! lexicon not read, going on with the last one", extra={"site": site, "error": str(error)})
                sayings, away = known.sayings, True
            lexicon = known.lexicon if sayings == known.sayings else SiteLexicon(sayings)
            self._known[site] = _Known(sayings, lexicon, at, away)
            return lexicon
