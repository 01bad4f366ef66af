"""A site of ours that mirrors Machine A: made, pulled, asked."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from brain.knowledge.normal import normalise
from brain.knowledge.passages import Passage, fused
from brain.knowledge.source import Question
from core.db import Database
from core.ids import SiteId
from core.sites import Embedding, Site
from core.vault import Vault
from mirror.brake import Limits
from mirror.copied import Copied
from mirror.origin import Origin
from mirror.plan import stored
from mirror.puller import Puller, Waits
from mirror.state import State
from tests.postgres import Server
from tests.standins.machine_a import words
from tests.standins.machine_a.database import PASSWORD, MachineADatabase

EMBEDDING = Embedding(model=words.MODEL, base_url="http://127.0.0.1:1/v1", dimensions=words.DIMENSIONS)
PHRASES = {name: "Hello." for name in ("greeting", "reminder", "again", "apology", "goodbye", "transfer")}
EAGER = {"rows_per_s": 10_000, "keys_per_s": 100_000, "bytes_per_s": 100_000_000, "busy": 1.0, "sweep_s": 1, "news_s": 1}
"""A budget that hurries: tests have no Machine A to spare."""


IMPATIENT = Waits(first_s=0.1, refused_s=0.3, last_s=0.5)


def site_settings(site: SiteId, embedding: Embedding = EMBEDDING) -> Site:
    phrases = {"en": {**PHRASES, "hold": ["One moment."]}}
    settings = {"site_id": site, "name": "A shop", "languages": ["en"], "phrases": phrases, "knowledge": {"source": "mirror"}}
    return msgspec.convert({**settings, "embedding": msgspec.to_builtins(embedding)}, Site)


@dataclass
class Ours:
    """Our side of one site."""

    database: Database
    vault: Vault
    site: Site
    http: aiohttp.ClientSession

    @property
    def id(self) -> SiteId:
        return self.site.site_id

    async def configure(self, origin: dict[str, Any], password: str = PASSWORD) -> None:
        text = msgspec.json.encode(msgspec.convert(origin, Origin)).decode()
        async with self.database.as_site(self.id) as rows:
            await self.vault.put(rows, self.id, "machine-a", password)
            await rows.execute(
                "insert into knowledge_source (site_id, origin) values (%s, %s) on conflict (site_id) do update "
                "set origin = excluded.origin, contract = null, changed_at = clock_timestamp()",
                [self.id, text],
            )

    @contextlib.asynccontextmanager
    async def pulling(self) -> AsyncIterator[None]:
        """While the puller runs. What it dies of comes out here."""
        task = asyncio.create_task(Puller(self.id, self.database, self.vault, self.http, IMPATIENT, Limits(recover_s=0.5)).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def state(self) -> State:
        async with self.database.as_site(self.id) as rows:
            found = await stored(rows, self.id)
        assert found is not None
        return found.state

    async def until(self, true: Callable[[State], bool], seconds: float = 20) -> State:
        """The state, as soon as it is so."""
        found: list[State] = []

        async def looked() -> bool:
            found.append(await self.state())
            return true(found[-1])

        await eventually(looked, seconds)
        return found[-1]

    async def ask(self, text: str, *, with_vector: bool = True, in_memory: int = 10_000) -> list[Passage]:
        """What the copy has to say now, best first."""
        asked = normalise(text)
        vector = words.embed(text) if with_vector else None
        return fused(
            await Copied(self.database, in_memory).candidates(self.site, Question(asked, vector, self.site.embedding)), 5
        )


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """What another task or process brings about in its own time: there is no event to wait for. TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            if await true():
                return
            await asyncio.sleep(0.05)


def ours(server: Server, site: str, story: Callable[[Ours], Coroutine[Any, Any, None]], embedding: Embedding = EMBEDDING) -> None:
    """Run a story on a new site of ours."""

    async def opened() -> None:
        vault = Vault(lambda: "a key of the tests")
        async with Database(server.settings, wait_s=2) as database, aiohttp.ClientSession() as http:
            made = Ours(database, vault, site_settings(SiteId(site), embedding), http)
            async with database.as_site(made.id) as rows:
                await rows.execute("delete from site where site_id = %s", [site])
                settings = msgspec.json.encode(made.site).decode()
                query = "insert into site (site_id, name, settings, tools, embedding_model) values (%s, 'A shop', %s, %s, %s)"
                await rows.execute(query, [site, settings, json.dumps([]), embedding.model])
            try:
                await story(made)
            finally:  # a fleet of another test's would take it up
                async with database.as_site(made.id) as rows:
                    await rows.execute("delete from site where site_id = %s", [site])

    asyncio.run(opened())


def eager(machine_a: MachineADatabase, **columns: object) -> dict[str, Any]:
    return {**machine_a.origin(**columns), "budget": EAGER}
