"""A site's librarian: sends documents to the gateway and lets the worker read them, on a real database and real files."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedders
from core.db import Database
from core.ids import SiteId
from core.settings import Settings
from core.vault import Vault
from kb_api.ingest import queue
from kb_api.ingest.reading import Reading
from kb_api.ingest.step import Steps
from tests.unit.gateway.conftest import Town

SHOP = SiteId("shop")


@dataclass
class Desk:
    client: httpx.AsyncClient
    database: Database
    steps: Steps
    settings: Settings
    embedders: Embedders
    key: str = "hz_shop_key"

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return await self.client.request(method, f"/v1/kb{path}", headers=headers, **more)

    async def send(self, data: bytes, name: str = "file.txt", media_type: str = "text/plain", **fields: str) -> dict[str, Any]:
        """A file, accepted."""
        answer = await self.ask("POST", "/documents", files={"file": (name, data, media_type)}, data=fields)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def write(self, text: str, title: str = "") -> dict[str, Any]:
        """Text in JSON, accepted."""
        answer = await self.ask("POST", "/documents", json={"title": title, "text": text})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def work(self) -> list[SiteId]:
        """Steps until nothing is due; whose they were."""
        done: list[SiteId] = []
        while claim := await queue.claim(self.database, done[-1] if done else ""):
            await self.steps.take(claim)
            done.append(claim.site)
        return done

    async def document(self, which: str) -> dict[str, Any]:
        answer = await self.ask("GET", f"/documents/{which}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def read(self, data: bytes, name: str = "file.txt", media_type: str = "text/plain") -> dict[str, Any]:
        """A file, sent and read: what has become of it."""
        sent = await self.send(data, name, media_type)
        await self.work()
        return await self.document(sent["id"])

    async def find(self, query: str, limit: int = 5) -> list[dict[str, Any]]:
        answer = await self.ask("POST", "/search", json={"query": query, "limit": limit})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])


Story = Callable[[Desk], Awaitable[None]]


def at_the_desk(town: Town, model: MiniLM, story: Story) -> None:
    async def told() -> None:
        async with desk(town, model) as opened:
            await story(opened)

    asyncio.run(told())


@contextlib.asynccontextmanager
async def desk(town: Town, model: MiniLM) -> AsyncIterator[Desk]:
    settings = town.settings
    async with (
        town.gateway() as client,
        Database(settings, wait_s=5) as database,
        Embedders(model, Vault(lambda: "a vault key")) as embedders,
        Reading(settings) as reading,
    ):
        yield Desk(client, database, Steps(settings, database, embedders, reading), settings, embedders)
