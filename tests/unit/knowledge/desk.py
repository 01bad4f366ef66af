"""A site's librarian: sends documents over HTTP and lets the worker's steps read them, on a real database and real files."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import psycopg
from fastapi import FastAPI

from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedders
from core.db import Database
from core.http import description, doors, problems
from core.http.auth import Doorkeeper
from core.http.doors import Doors
from core.ids import SiteId
from core.keys import key_mac
from core.settings import Settings
from core.vault import Vault
from kb_api import documents, faqs, needs, search, stats
from kb_api.ingest import queue
from kb_api.ingest.step import Steps
from kb_api.needs import Needs
from tests.postgres import Server
from tests.standins.embeddings import LOOPBACK
from tests.unit.knowledge.shared_reading import SharedReading

SHOP, BANK = SiteId("shop"), SiteId("bank")
KEYS = {SHOP: "hz_shop_key", BANK: "hz_bank_key"}
VAULT = Vault(lambda: "a vault key")


@dataclass(frozen=True)
class Town:
    """Two sites with a key each, in a database of the session's."""

    settings: Settings
    server: Server
    reading: SharedReading

    def run(self, *statements: str) -> None:
        """As the schema's owner."""
        with psycopg.connect(self.server.settings.database_admin_url(), autocommit=True) as rows:
            for statement in statements:
                rows.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """As the schema's owner, who sees all."""
        with psycopg.connect(self.server.settings.database_admin_url(), autocommit=True) as rows:
            return rows.execute(query.encode()).fetchall()

    def settle(self) -> None:
        self.leave()
        with psycopg.connect(self.server.settings.database_admin_url(), autocommit=True) as rows:
            for site, key in KEYS.items():
                settings = json.dumps({"site_id": site, "name": site, "phrases": {}})
                made = "insert into site (site_id, name, settings, embedding_model) values (%s, %s, %s, '')"
                rows.execute(made, [site, site, settings])
                mac = key_mac("pepper", key)
                rows.execute("insert into api_key (key_id, site_id, mac) values (%s, %s, %s)", [f"{site}-k", site, mac])

    def leave(self) -> None:
        self.run("delete from site where site_id in ('shop', 'bank')", "delete from idempotent_answer")

    @contextlib.asynccontextmanager
    async def door(self, embedders: Embedders) -> AsyncIterator[tuple[httpx.AsyncClient, FastAPI]]:
        """The knowledge base's routes, and a client to them."""
        async with Database(self.settings, wait_s=5) as database:
            app = FastAPI()
            problems.install(app)
            description.install(app)
            doors.install(app, Doors(self.settings, database, Doorkeeper(database, "pepper", "admin"), VAULT))
            needs.install(app, Needs(embedders))
            for routes in (documents, faqs, search, stats):
                app.include_router(routes.router)
            transport = httpx.ASGITransport(app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                yield client, app


@dataclass
class Desk:
    client: httpx.AsyncClient
    app: FastAPI
    database: Database
    steps: Steps
    settings: Settings
    embedders: Embedders
    key: str = "hz_shop_key"

    def doors_settings(self, settings: Settings) -> None:
        """Let the door have these."""
        opened = self.app.state.doors
        self.app.state.doors = replace(opened, settings=settings)

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
        Embedders(model, VAULT, LOOPBACK) as embedders,
        town.door(embedders) as (client, app),
        Database(settings, wait_s=5) as database,
    ):
        yield Desk(client, app, database, Steps(settings, database, embedders, town.reading), settings, embedders)
