"""A gateway on a real port with the stand-in brain behind it: what OpenAI's own clients need."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import httpx
import openai
import uvicorn

from brain.session import Answer
from core.contacts import Contacts
from core.db import Database
from core.http.auth import Doorkeeper
from core.http.doors import Doors
from core.vault import Vault
from gateway.app import application
from gateway.brain_link import Chats
from kb_api.needs import Needs
from tests.standins.brain import Heard, brain
from tests.unit.gateway.conftest import ADMIN_KEY, PEPPER, STOCKROOM, Embedders, Town

VAULT = Vault(lambda: "a vault key")
CONTACTS = Contacts(PEPPER, VAULT)


@dataclass
class Talk:
    """What a story has at hand."""

    town: Town
    heard: Heard
    url: str
    http: httpx.AsyncClient
    openai: openai.AsyncOpenAI
    chats: Chats
    stop_brain: Callable[[], Awaitable[None]]


def talk(town: Town, story: Callable[[Talk], Awaitable[None]], *, with_brain: bool = True) -> None:
    """Run `story`, with everything it needs running."""
    asyncio.run(talking(town, story, with_brain=with_brain))


async def talking(
    town: Town, story: Callable[[Talk], Awaitable[None]], *, with_brain: bool = True, script: Answer | None = None
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(30))
        database = await stack.enter_async_context(Database(town.settings, wait_s=2))
        thinking = contextlib.AsyncExitStack()
        stack.push_async_callback(thinking.aclose)
        heard = await thinking.enter_async_context(brain(town.settings, database, CONTACTS, script)) if with_brain else Heard()
        chats = await stack.enter_async_context(Chats(town.settings.socket("brain")))
        url = await stack.enter_async_context(_serving(town, database, chats))
        keyed = {"Authorization": "Bearer hz_shop_key"}
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=keyed, timeout=10))
        client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="hz_shop_key", max_retries=0)
        stack.push_async_callback(client.close)
        await story(Talk(town, heard, url, http, client, chats, thinking.aclose))


@contextlib.asynccontextmanager
async def _serving(town: Town, database: Database, chats: Chats) -> AsyncIterator[str]:
    doors = Doors(town.settings, database, Doorkeeper(database, PEPPER, ADMIN_KEY), VAULT)
    async with aiohttp.ClientSession() as http, Embedders(vault=VAULT) as embedders:
        app = application(town.settings, doors, Needs(embedders, STOCKROOM), http, chats, CONTACTS)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # uvicorn has no event to wait for
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
