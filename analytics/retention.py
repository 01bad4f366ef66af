"""What is older than its site keeps things (core.sites.Site.retention_days) is deleted: calls, conversations, recordings.

    every hour, site by site:   recordings' files ─> their keys ─> call records ─> events      (as the relay)
                                conversations, contacts, leads, gaps …           (as the site)

A file goes before the row that names it, so a sweep that was cut off is finished by the next. What sites that are gone have
left behind (calls that outlived them) goes too.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import prometheus_client as prometheus
import psycopg

from core.db import Database, DatabaseAway
from core.ids import CallId, SiteId
from core.records import recording_names
from core.sites import RETENTION_DAYS

log = logging.getLogger(__name__)

SWEEP_S = 3600.0
BATCH = 500
"""Rows a transaction: nobody waits for a sweep."""
ANSWERS_KEPT = timedelta(days=1)
"""Answers to writes with an Idempotency-Key (core.http.idempotency.KEPT)."""
LEFTOVERS_KEPT = timedelta(hours=2)
"""What a site that is gone left: the longest call is over by then."""

Where = dict[str, Any]

_SITES = "select site_id, settings->>'retention_days', settings->'listening'->>'keep_days' from site"
_CALLS = """
select site_id, call_id, coalesce(record->'ended'->>'recording', '') from call_record
where {of_site} and coalesce(ended_at, started_at) < %(before)s limit %(batch)s
"""
_RECORDINGS = """
select site_id, call_id, coalesce(record->'ended'->>'recording', '') from call_record
where site_id = %(site)s and recording_state = 'ready' and coalesce(ended_at, started_at) < %(before)s limit %(batch)s
"""
_FORGET_RECORDINGS = """
update call_record set recording_state = 'deleted', recording_s = null
where (site_id, call_id) in (select * from unnest(%s::text[], %s::text[]))
"""
_DELETE_KEYS = "delete from recording_key where (site_id, call_id) in (select * from unnest(%s::text[], %s::text[]))"
_DELETE_CALLS = "delete from call_record where (site_id, call_id) in (select * from unnest(%s::text[], %s::text[]))"
_EVENTS = """
delete from outbox where seq in (
  select seq from outbox where {of_site} and time < %(before)s and folded_at is not null limit %(batch)s) returning 1
"""
_OWN = {
    "conversation": "last_at < %(before)s",
    "contact": "first_seen < %(before)s and not exists (select from conversation c where c.contact_id = t.contact_id)",
    "tool_call": "proposed_at < %(before)s",
    "lead": "created_at < %(before)s",
    "callback": "created_at < %(before)s",
    "outbound_attempt": "placed_at < %(before)s",
    "outbound_call": "created_at < %(before)s and state in ('done', 'cancelled')",
    "webhook_delivery": "created_at < %(before)s",
    "campaign": "changed_at < %(before)s and not exists (select from outbound_call q where q.campaign_id = t.campaign_id)",
    "kb_gap": "last_at < %(before)s",
    "api_key": "least(revoked_at, expires_at) < %(before)s",
}
"""Tables of a site's own, and what of them is old. What hangs below a conversation goes with it."""

OF_SITE = "site_id = %(site)s"
OF_NO_SITE = "site_id not in (select site_id from site)"

_forgotten = prometheus.Counter("haazir_analytics_forgotten", "Rows and files deleted because they were old", ["what"])


async def run(database: Database, folder: Path, clock: Callable[[], datetime]) -> None:
    """Until cancelled: a sweep an hour. `clock` tells the time, with its timezone."""
    while True:
        try:
            forgotten = await sweep(database, folder, clock())
        except (DatabaseAway, OSError, psycopg.Error) as error:
            log.warning("! a sweep was cut off", extra={"error": type(error).__name__})
        else:
            if forgotten:
                log.info("= old things deleted", extra=dict(forgotten))
        await asyncio.sleep(SWEEP_S)


async def sweep(database: Database, folder: Path, now: datetime) -> Counter[str]:
    """One time over all sites; how many rows and files went. DatabaseAway; OSError: the disk won't."""
    forgotten: Counter[str] = Counter()
    async with database.as_relay() as rows:
        sites = await (await rows.execute(_SITES)).fetchall()
    for site, days, recording_days in sites:
        if int(recording_days or 0):
            where = {"site": site, "before": now - timedelta(int(recording_days)), "batch": BATCH}
            forgotten += await _recordings(database, folder, where)
        where = {"site": site, "before": now - timedelta(int(days or RETENTION_DAYS)), "batch": BATCH}
        forgotten += await _calls(database, folder, OF_SITE, where)
        forgotten += await _own(database, SiteId(site), where)
    forgotten += await _calls(database, folder, OF_NO_SITE, {"before": now - LEFTOVERS_KEPT, "batch": BATCH})
    async with database.as_relay() as rows:
        await rows.execute("delete from idempotent_answer where at < %s", [now - ANSWERS_KEPT])
    for what, count in forgotten.items():
        _forgotten.labels(what).inc(count)
    return forgotten


async def _calls(database: Database, folder: Path, of_site: str, where: Where) -> Counter[str]:
    """Recordings, call records, events: of one site, or of those that are gone."""
    forgotten: Counter[str] = Counter()
    while True:
        async with database.as_relay() as rows:
            old = await (await rows.execute(_CALLS.format(of_site=of_site).encode(), where)).fetchall()
        forgotten["recordings"] += await asyncio.to_thread(_unlink, folder, _names(old))
        async with database.as_relay() as rows:
            await rows.execute(_DELETE_KEYS, _ids(old))
            await rows.execute(_DELETE_CALLS, _ids(old))
            events = await (await rows.execute(_EVENTS.format(of_site=of_site).encode(), where)).fetchall()
        forgotten += Counter(calls=len(old), events=len(events))
        if len(old) < BATCH and len(events) < BATCH:
            return +forgotten


async def _recordings(database: Database, folder: Path, where: Where) -> Counter[str]:
    """Recordings alone, of a site that keeps their calls for longer."""
    forgotten: Counter[str] = Counter()
    while True:
        async with database.as_relay() as rows:
            old = await (await rows.execute(_RECORDINGS.encode(), where)).fetchall()
        forgotten["recordings"] += await asyncio.to_thread(_unlink, folder, _names(old))
        async with database.as_relay() as rows:
            await rows.execute(_DELETE_KEYS, _ids(old))
            await rows.execute(_FORGET_RECORDINGS, _ids(old))
        if len(old) < BATCH:
            return +forgotten


async def _own(database: Database, site: SiteId, where: Where) -> Counter[str]:
    """What lies in the site's own tables."""
    forgotten: Counter[str] = Counter()
    for table, is_old in _OWN.items():
        query = (
            f"delete from {table} t where ctid in (select ctid from {table} t where site_id = %(site)s and {is_old} "
            "limit %(batch)s) returning 1"
        ).encode()
        deleted = BATCH
        while deleted >= BATCH:
            async with database.as_site(site) as rows:
                deleted = len(await (await rows.execute(query, where)).fetchall())
            forgotten[table] += deleted
    return +forgotten


def _names(calls: list[tuple[Any, ...]]) -> list[str]:
    return [name for _, call, base in calls for name in recording_names(CallId(call), base)]


def _ids(calls: list[tuple[Any, ...]]) -> list[list[str]]:
    return [[site for site, _, _ in calls], [call for _, call, _ in calls]]


def _unlink(folder: Path, names: list[str]) -> int:
    there = [path for path in (folder / name for name in names) if path.exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)
