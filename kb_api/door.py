"""The site's door, put together: what its routers need, and the routers themselves.

async with open_door(doors) as needs: install(app, needs)
"""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from brain.knowledge.embedders import Embedders
from core.http.doors import Doors
from core.public_address import networks
from kb_api import documents, faqs, gaps, keys, left_by_callers, needs, numbers, search, secrets, sites, sources, stats, tools
from kb_api.needs import Needs
from mirror.elsewhere import elsewhere

ROUTERS = (
    sites.router,
    keys.router,
    numbers.router,
    secrets.router,
    documents.router,
    faqs.router,
    gaps.router,
    search.router,
    stats.router,
    tools.router,
    sources.router,
    left_by_callers.router,
)


@contextlib.asynccontextmanager
async def open_door(doors: Doors) -> AsyncIterator[Needs]:
    embedders = Embedders(vault=doors.vault, allowed=networks(doors.settings.network.private_hosts))
    async with embedders, elsewhere(doors.database, doors.vault) as machine_a:
        yield Needs(embedders, elsewhere=machine_a)


def install(app: FastAPI, opened: Needs) -> None:
    needs.install(app, opened)
    for router in ROUTERS:
        app.include_router(router)
