"""The end of a site: everything that was ever written of it goes, recordings and documents' files included.

    calls going on? ──> its large index ──> its rows, as the site and as the relay ──> its files

Each step may be repeated: a deletion that was cut off is finished by the next.
"""

import asyncio
import contextlib
import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg

from brain.knowledge.generation import SMALL
from core.db import Database, DatabaseAway, Rows, again
from core.ids import CallId, SiteId
from core.records import recording_names
from core.settings import Settings

LIMIT = "60s"
"""A site of a million chunks takes its time."""
LONGEST_CALL = "2 hours"
"""A call without an end that began earlier than this has ended without telling us."""

_GOING_ON = f"""
select count(*) from call_record where site_id = %s and ended_at is null and started_at > now() - interval '{LONGEST_CALL}'
"""
_RECORDINGS = """
select call_id, coalesce(record->'ended'->>'recording', '') from call_record
where site_id = %s and recording_state is not null
"""


class CallsGoOn(RuntimeError):
    def __init__(self, calls: int) -> None:
        super().__init__(f"{calls} calls of the site are going on")
        self.calls = calls


async def say_farewell(database: Database, settings: Settings, site: SiteId, *, force: bool) -> bool:
    """False: there was no such site. CallsGoOn, unless `force`; DatabaseAway. Others may still write for it: `again`."""
    known, recordings, shelves = await again(functools.partial(_leave, database, site, force=force))
    if shelves:
        await _drop_shelves(database)
    for as_whom in (functools.partial(database.as_site, site), database.as_relay):
        await again(functools.partial(_forget, as_whom, site))
    await asyncio.to_thread(_delete_files, settings, site, recordings)
    return known


async def _leave(database: Database, site: SiteId, *, force: bool) -> tuple[bool, list[str], set[str]]:
    """Its index is taken away. (whether there was such a site, its recordings, its own shelves)."""
    async with database.as_site(site) as rows:
        known = await (await rows.execute("select from site where site_id = %s", [site])).fetchone() is not None
        if not force and (calls := await _count(rows, site)):
            raise CallsGoOn(calls)
        recordings = await (await rows.execute(_RECORDINGS, [site])).fetchall()
        deleting = await rows.execute("delete from kb_generation where site_id = %s returning shelf", [site])
        shelves = {shelf for (shelf,) in await deleting.fetchall()} - {SMALL}
    return known, [name for call, base in recordings for name in recording_names(CallId(call), base)], shelves


async def _drop_shelves(database: Database) -> None:
    """A large site's chunks lie in a table of their own, which is faster dropped. If somebody is at it: row by row, then."""
    with contextlib.suppress(psycopg.Error, DatabaseAway):
        async with database.as_relay() as rows:
            await rows.execute("set local lock_timeout = '1s'")  # searches of other sites queue behind us
            await rows.execute("select drop_unused_kb_shelves()")


async def _forget(as_whom: Callable[[], contextlib.AbstractAsyncContextManager[Rows]], site: SiteId) -> None:
    async with as_whom() as rows:
        await rows.execute(f"set local statement_timeout = '{LIMIT}'".encode())
        await rows.execute("call forget_site(%s)", [site])


async def _count(rows: Rows, site: SiteId) -> int:
    row = await (await rows.execute(_GOING_ON.encode(), [site])).fetchone()
    return int(row[0]) if row else 0


def _delete_files(settings: Settings, site: SiteId, recordings: list[str]) -> None:
    for name in recordings:
        (settings.recordings_dir / name).unlink(missing_ok=True)
    uploads: Path = settings.home / "uploads" / site
    shutil.rmtree(uploads, ignore_errors=True)
