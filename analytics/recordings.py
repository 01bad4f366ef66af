"""After a call: its recording is put together and encrypted (merging.py), and the call's record says so.

    call_record: pending ──> ready | missing ──(core.listening: keep_days, analytics.retention)──> deleted

The state is in the database, so a restart goes on where it was. A caller who was handed to a person is still recorded
after our part of the call has ended.
"""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

from prometheus_client import Counter

from analytics.merging import Settled, is_due, seal_in_place, settle
from core.db import Database, DatabaseAway
from core.ids import CallId, SiteId
from core.recording_keys import make_key
from core.records import recording_name, sealed_name
from core.sealed_file import Broken
from core.vault import Vault, VaultError

log = logging.getLogger(__name__)

POLL_S = 1.0
AGAIN_S = 10.0
"""After trouble with the disk or the database."""

PENDING = """
select site_id, call_id, record->'ended'->>'recording', extract(epoch from now() - ended_at)::float8
from call_record where recording_state = 'pending' order by ended_at desc limit 100
"""
OPEN = """
select site_id, call_id from call_record c where recording_state = 'ready'
and not exists (select from recording_key k where k.site_id = c.site_id and k.call_id = c.call_id)
"""
SETTLE = "update call_record set recording_state = %s, recording_s = %s where site_id = %s and call_id = %s"

_merged = Counter("haazir_analytics_recordings", "Recordings made ready, or found missing", ["state"])


class Recorder:
    """Makes recordings of legs, in `folder`."""

    def __init__(self, database: Database, vault: Vault, folder: Path) -> None:
        self._database = database
        self._vault = vault
        self._folder = folder

    async def run(self, ended: asyncio.Event) -> None:
        """Until cancelled. `ended` wakes it."""
        while True:
            ended.clear()
            pause = POLL_S
            try:
                if not await self.settle_pending():
                    await self.seal_open()
                    pause = AGAIN_S  # nothing is pending: the next end of a call wakes us
            except (DatabaseAway, OSError, VaultError) as error:
                log.warning("! recordings wait", extra={"error": type(error).__name__})
                pause = AGAIN_S
            if pause == POLL_S:
                await asyncio.sleep(pause)
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), pause)

    async def settle_pending(self) -> bool:
        """True if some still wait."""
        async with self._database.as_relay() as rows:
            pending: list[tuple[Any, ...]] = await (await rows.execute(PENDING)).fetchall()
        failed: list[OSError] = []
        for site, call, base, age in pending:
            try:
                if await asyncio.to_thread(is_due, self._folder, CallId(call), base, age):
                    await self._settle(SiteId(site), CallId(call), base)
            except OSError as error:  # of this call's files alone, or of them all: the others are tried
                failed.append(error)
        if failed:
            log.warning("! recordings wait", extra={"recordings": len(failed), "error": str(failed[-1])})
        return bool(pending)

    async def _settle(self, site: SiteId, call: CallId, base: str) -> None:
        key = await self._key(site, call)
        try:
            settled = await asyncio.to_thread(settle, self._folder, call, base, key)
        except Broken:
            log.warning("! a recording was changed before it was settled", extra={"call": call})
            settled = Settled(None)
        async with self._database.as_relay() as rows:
            await rows.execute(SETTLE, [settled.state, settled.seconds, site, call])
        _merged.labels(settled.state).inc()
        log.info("= recording settled", extra={"call": call, "state": settled.state})

    async def seal_open(self) -> int:
        """Encrypt what lies open, from the time before recordings were; how many."""
        async with self._database.as_relay() as rows:
            ready = await (await rows.execute(OPEN)).fetchall()
        done = 0
        for site, call in ready:
            plain, sealed = (self._folder / name(CallId(call)) for name in (recording_name, sealed_name))
            if await asyncio.to_thread(plain.is_file):
                await asyncio.to_thread(seal_in_place, plain, sealed, await self._key(SiteId(site), CallId(call)))
                done += 1
        return done

    async def _key(self, site: SiteId, call: CallId) -> bytes:
        async with self._database.as_relay() as rows:
            return await make_key(rows, self._vault, site, call)
