"""All sites' mirrors, as one task of kb-worker: `await run_mirrors(settings, database)`, until cancelled.

A site that is configured, changed, paused or deleted is noticed within a second: its puller is stopped where it stands, its
connection to Machine A closed, and another begins if there is one to begin.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.settings import Settings
from core.vault import Vault, VaultError
from mirror.plan import say
from mirror.puller import Puller
from mirror.state import State

log = logging.getLogger(__name__)

LOOK_S = 1.0
AGAIN_S = 60.0
"""After a puller has died of a fault of ours."""


@dataclass(slots=True)
class Running:
    since: datetime
    """knowledge_source.changed_at when it was started."""
    task: asyncio.Task[None]
    died_at: float | None = None


async def run_mirrors(settings: Settings, database: Database) -> None:
    """KeyError without the vault's key."""
    await run(database, Vault.of(settings))


async def run(database: Database, vault: Vault) -> None:
    running: dict[SiteId, Running] = {}
    async with aiohttp.ClientSession() as http:
        try:
            while True:
                try:
                    await _look(database, vault, http, running)
                except DatabaseAway:
                    log.debug("the database is away: mirrors go on as they are")
                await asyncio.sleep(LOOK_S)
        finally:
            await _stop([entry.task for entry in running.values()])


async def _look(database: Database, vault: Vault, http: aiohttp.ClientSession, running: dict[SiteId, Running]) -> None:
    async with database.as_relay() as rows:
        found = await (await rows.execute("select site_id, changed_at from knowledge_source")).fetchall()
    wanted = {SiteId(site): changed_at for site, changed_at in found}
    await _bury(database, running)
    over = [site for site, entry in running.items() if wanted.get(site) != entry.since or _may_try_again(entry)]
    await _stop([running.pop(site).task for site in over])
    for site in wanted.keys() - running.keys():
        task = asyncio.create_task(Puller(site, database, vault, http).run())
        running[site] = Running(wanted[site], task)


def _may_try_again(entry: Running) -> bool:
    return entry.died_at is not None and time.monotonic() - entry.died_at > AGAIN_S


async def _bury(database: Database, running: dict[SiteId, Running]) -> None:
    """A puller that died of our own fault stops no other, and says so."""
    for site, entry in running.items():
        if not entry.task.done() or entry.died_at is not None:
            continue
        error = None if entry.task.cancelled() else entry.task.exception()
        if error is None:
            continue  # paused: it has said so and gone
        entry.died_at = time.monotonic()
        log.error("! a mirror died", extra={"site": site}, exc_info=error)
        why = "its secret can't be opened" if isinstance(error, VaultError) else "something of ours broke: our log has it"
        await say(database, site, State(status="failed", why=why, at=time.time()))


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
