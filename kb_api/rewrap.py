"""Wraps every site's secrets in the newest vault key: `python -m kb_api.rewrap`. No value is opened for it (core.vault)."""

import asyncio
import sys

from core.db import Database
from core.ids import SiteId
from core.settings import Settings, load
from core.vault import Vault, VaultError
from kb_api.command import run
from kb_api.counted import counted


async def rewrap_all(database: Database, vault: Vault) -> tuple[int, int]:
    """(secrets, sites). Each site is a transaction of its own: one that was cut off goes on where it was."""
    async with database.as_relay() as rows:
        sites = [SiteId(site) for (site,) in await (await rows.execute("select site_id from site order by 1")).fetchall()]
    done = 0
    for site in sites:
        async with database.as_site(site) as rows:
            done += await vault.rewrap(rows, site)
    return done, len(sites)


async def _run(settings: Settings) -> str:
    async with Database(settings, connections=1, wait_s=5.0) as database:
        done, sites = await rewrap_all(database, Vault.of(settings))
    return f"{counted(done, 'secret')} of {counted(sites, 'site')} wrapped in the newest key"


def main() -> int:
    return run(lambda: asyncio.run(_run(load())), "the vault's keys can't be rotated", VaultError, KeyError)


if __name__ == "__main__":
    sys.exit(main())
