"""The site's door, put together: what its routers need, and the routers themselves.

async with open_door(doors) as needs: install(app, needs)
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from brain.knowledge.embedders import Embedders, EmbeddingAway
from core.http.doors import Doors
from core.public_address import networks
from core.sites import Embedding
from kb_api import documents, faqs, gaps, keys, left_by_callers, lexicon, numbers, search, secrets, sites, sources, stats, tools
from kb_api.needs import Needs
from kb_api.needs import install as install_needs
from mirror.elsewhere import elsewhere

ROUTERS = (
    sites.router,
    keys.router,
    numbers.router,
    secrets.router,
    lexicon.router,
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
        needs = Needs(embedders, elsewhere=machine_a)
        warming = asyncio.create_task(_warm(needs))
        try:
            yield needs
        finally:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)


async def _warm(needs: Needs) -> None:
    """What the first site to be made would wait for: seconds, on a busy machine more than a request may take."""
    with contextlib.suppress(EmbeddingAway):
        await needs.stockroom.warm(Embedding(), needs.embedders)


def install(app: FastAPI, opened: Needs) -> None:
    install_needs(app, opened)
    for router in ROUTERS:
        app.include_router(router)
