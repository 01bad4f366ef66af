"""Conversations are written down even if the database was away meanwhile."""

import asyncio
import contextlib

import psycopg
import pytest

from brain import notebook as module
from brain.notebook import Notebook, Turn
from brain.turn import Memory
from core.commands import OpenConversation
from core.contacts import Contacts
from core.db import Database, DatabaseAway
from core.vault import Vault
from tests.postgres import Server

CONTACTS = Contacts("pepper", Vault(lambda: "a vault key"))
OPEN = OpenConversation(call_id="n-1", site_id="noted", channel="chat", caller="web", language="en")  # type: ignore[arg-type]
MEMORY = Memory("en")
TURN = Turn(1, "voice", "hello", "en", 0.9, "Hello!", None, "small_talk", 1.0)


async def add_site(database: Database) -> None:
    """Once there is a connection: the first may take longer than anybody waits for one."""
    values = "values ('noted', '', '{}', '') on conflict do nothing"
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(DatabaseAway):
                async with database.as_site(OPEN.site_id) as rows:
                    await rows.execute(f"insert into site (site_id, name, settings, embedding_model) {values}".encode())
                return


def test_notes_wait_for_the_database(migrated_postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)

    async def story() -> None:
        async with Database(migrated_postgres.settings, wait_s=0.1) as database:
            await add_site(database)
            notebook = Notebook(database, CONTACTS)
            async with notebook:
                await asyncio.to_thread(migrated_postgres.stop)
                try:
                    notebook.opened(OPEN)
                    notebook.turned(OPEN, TURN, MEMORY)
                    notebook.closed(OPEN.site_id, OPEN.call_id)
                finally:
                    await asyncio.to_thread(migrated_postgres.start)
                async with asyncio.timeout(20):
                    await notebook.all_written()

    asyncio.run(story())
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        assert admin.execute("select asked, answered from conversation_turn where site_id = 'noted'").fetchall() == [
            ("hello", "Hello!")
        ]


def test_a_note_that_can_never_be_written_does_not_hold_up_the_others(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as database, Notebook(database, CONTACTS) as notebook:
            stranger = OpenConversation(call_id="n-2", site_id="nobody", channel="call", caller="", language="en")  # type: ignore[arg-type]
            notebook.turned(stranger, TURN, MEMORY)
            notebook.opened(OPEN)
            await notebook.all_written()

    asyncio.run(story())
