"""A gateway before a real database with two sites and their keys. `town` is what most tests ask for."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import msgspec
import psycopg
import pytest

from analytics.consume import Consumer
from brain.knowledge.embedders import Embedders
from core import settings as core_settings
from core.contacts import Contacts
from core.db import Database
from core.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallStarted,
    CallTransferred,
    MediaReported,
    RtpReport,
    Timings,
    ToolCalled,
    TurnCompleted,
)
from core.http.auth import Doorkeeper
from core.http.doors import Doors
from core.ids import CallId, SiteId
from core.keys import key_mac
from core.outbox import INSERT
from core.recording_keys import make_key
from core.records import sealed_name
from core.sealed_file import seal
from core.settings import Settings
from core.vault import Vault
from gateway.app import application
from gateway.brain_link import Chats
from kb_api.needs import Needs
from kb_api.stock import Stockroom
from tests.postgres import Server

PEPPER, ADMIN_KEY, VAULT_KEY = "pepper", "hzadm_admin", "a vault key"
KEYS = {"shop": "hz_shop_key", "bank": "hz_bank_key"}
STOCKROOM = Stockroom()
"""One for all tests: its vectors take a few seconds."""
Story = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Town:
    """Sites `shop` and `bank`, a recordings folder, and a gateway when told."""

    settings: Settings
    server: Server

    def happen(self, *events: AnyEvent) -> None:
        """Put events into the outbox and fold them, as the processes do."""
        lines = [{"id": str(uuid.uuid4()), "source": "/haazir/test", "data": msgspec.to_builtins(event)} for event in events]
        with psycopg.connect(self.settings.database_url(), autocommit=True) as rows:
            rows.execute(INSERT, [json.dumps(lines)])
        asyncio.run(self._fold())

    def keep(self, sound: bytes, call: str = "c-1", site: str = "shop") -> Path:
        """A recording that is ready."""
        self.run("update call_record set recording_state = 'ready', recording_s = 1.5")
        path = self.settings.recordings_dir / sealed_name(CallId(call))
        with path.open("wb") as out:
            seal([sound], out, asyncio.run(self._key(SiteId(site), CallId(call))))
        return path

    async def _key(self, site: SiteId, call: CallId) -> bytes:
        async with Database(self.settings, wait_s=10) as database, database.as_relay() as rows:
            return await make_key(rows, Vault(lambda: VAULT_KEY), site, call)

    async def _fold(self) -> None:
        async with Database(self.settings, wait_s=10) as database:
            consumer = Consumer(database)
            while await consumer.take():
                pass

    def run(self, *statements: str) -> None:
        """As the schema's owner."""
        with psycopg.connect(self.server.settings.database_admin_url(), autocommit=True) as rows:
            for statement in statements:
                rows.execute(statement.encode())

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[httpx.AsyncClient]:
        async with Database(self.settings, wait_s=2) as database, aiohttp.ClientSession() as http:
            doors = Doors(self.settings, database, Doorkeeper(database, PEPPER, ADMIN_KEY), Vault(lambda: VAULT_KEY))
            chats, contacts = Chats(self.settings.socket("brain")), Contacts(PEPPER, doors.vault)
            async with Embedders(vault=doors.vault) as embedders, chats:
                app = application(self.settings, doors, Needs(embedders, STOCKROOM), http, chats, contacts)
                transport = httpx.ASGITransport(app, raise_app_exceptions=False)
                async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                    yield client

    def get(self, path: str, key: str | None = "hz_shop_key", **headers: str) -> httpx.Response:
        """One request with a Bearer key and these headers (x_site_id for X-Site-Id)."""
        return self.ask("GET", path, key, **headers)

    def ask(self, method: str, path: str, key: str | None = "hz_shop_key", json: Any = None, **headers: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with self.gateway() as client:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                sent |= {"Authorization": f"Bearer {key}"} if key else {}
                return await client.request(method, path, headers=sent, json=json)

        return asyncio.run(asked())


@pytest.fixture
def town(migrated_postgres: Server, tmp_path: Path) -> Iterator[Town]:
    database = core_settings.Database(url=migrated_postgres.settings.database_url())
    settings = Settings(home=tmp_path, database=database, network=core_settings.Network(port_offset=7000))
    settings.recordings_dir.mkdir()
    there = Town(settings, migrated_postgres)
    there.run(
        "truncate outbox, call_record, recording_key, idempotent_answer", "delete from site where site_id in ('shop', 'bank')"
    )
    with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as rows:
        for site, key in KEYS.items():
            rows.execute(
                "insert into site (site_id, name, settings, embedding_model) values (%s, %s, '{}', 'none')", [site, site]
            )
            rows.execute(
                "insert into api_key (key_id, site_id, mac) values (%s, %s, %s)", [f"{site}-1", site, key_mac(PEPPER, key)]
            )
    yield there
    there.run(
        "truncate outbox, call_record, recording_key, idempotent_answer", "delete from site where site_id in ('shop', 'bank')"
    )


def a_call(call: str = "c-1", site: str = "shop", began: float = 1_760_000_000.0, recording: str | None = None) -> list[AnyEvent]:
    """A whole call: a greeting, a question answered with a tool, a transfer."""
    ids: dict[str, Any] = {"call_id": CallId(call), "site_id": SiteId(site)}
    timings = Timings(
        speech_end=5.0, turn_committed=5.45, stt_final=5.3, brain_first_token=5.5, tts_first_audio=5.6,
        first_sound=5.61, first_content=5.9,
    )  # fmt: skip
    rtp = RtpReport(received=1000, played=995, lost=5, sent=1000, jitter_ms=2.5, mos=4.3)
    return [
        CallStarted(**ids, at=began, direction="inbound", caller="+919800000001", called="1000"),
        CallAnswered(**ids, at=began + 1),
        TurnCompleted(**ids, at=began + 3, turn=0, role="agent", text="Namaste, Demo Store", language="hi-Latn"),
        TurnCompleted(
            **ids, at=began + 6, turn=1, role="caller", text="mera order kahan hai", language="hi-Latn", confidence=0.8
        ),
        ToolCalled(**ids, at=began + 6.4, turn=1, tool="check_order_status", arguments={"order": "1042"}, ok=True, seconds=0.012),
        TurnCompleted(
            **ids, at=began + 9, turn=1, role="agent", text="Aapka order raaste mein hai.", language="hi-Latn",
            answer_source="tool", timings=timings,
        ),
        CallTransferred(**ids, at=began + 12, destination="humans", reason="asked"),
        MediaReported(**ids, at=began + 12, rtp=rtp),
        CallEnded(
            **ids, at=began + 12.5, outcome="transferred", cause=16, cause_text="Normal Clearing", recording=recording
        ),
    ]  # fmt: skip
