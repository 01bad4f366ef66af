"""The gateway's town (two sites, a real database), and an administrator with many requests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from tests.unit.gateway.conftest import ADMIN_KEY, Town, town

__all__ = ["town"]

SITE = {"site_id": "clinic", "name": "City Clinic", "languages": ["hi-Latn", "en"]}


class Asker:
    """Requests over one gateway, with one key."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._key = key

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> Awaitable[httpx.Response]:
        sent = {"Authorization": f"Bearer {self._key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._client.request(method, path, json=json, headers=sent)

    def with_key(self, key: str) -> "Asker":
        return Asker(self._client, key)


Story = Callable[[Asker], Awaitable[None]]


@dataclass(frozen=True)
class Office:
    """Where sites are made. `tell` runs a story of requests with the admin key."""

    town: Town

    def tell(self, story: Story) -> None:
        async def told() -> None:
            async with self.town.gateway() as client:
                await story(Asker(client, ADMIN_KEY))

        asyncio.run(told())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """As the schema's owner, who sees all."""
        with psycopg.connect(self.town.server.settings.database_admin_url(), autocommit=True) as rows:
            return rows.execute(query.encode()).fetchall()


@pytest.fixture
def office(town: Town) -> Iterator[Office]:
    there = Office(town)
    forget = "delete from site where site_id in ('clinic', 'academy')"
    town.run(forget)
    yield there
    town.run(forget, "delete from idempotent_answer")
