"""The door to the database, on a real PostgreSQL: sites can't see each other, and a restart heals."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest

from core.db import Database, DatabaseAway
from core.ids import SiteId
from tests.postgres import Server

NORTH, SOUTH = SiteId("north"), SiteId("south")


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


async def add_site(db: Database, site: SiteId, number: str) -> None:
    async with db.as_site(site) as rows:
        await rows.execute("delete from site where site_id = %s", [site])
        await rows.execute(
            "insert into site (site_id, name, settings, embedding_model) values (%s, %s, %s, 'none')",
            [site, f"{site}'s shop", f'{{"site_id": "{site}"}}'],
        )
        await rows.execute("insert into site_number (number, site_id) values (%s, %s)", [number, site])


async def names_seen(db: Database, site: SiteId) -> list[str]:
    async with db.as_site(site) as rows:
        return [name for (name,) in await (await rows.execute("select name from site")).fetchall()]


async def names_seen_at_last(db: Database, site: SiteId) -> list[str]:
    """Once the database is there."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(DatabaseAway):
                return await names_seen(db, site)


def test_a_site_sees_its_own_rows_only(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
            await add_site(db, SOUTH, "72")
            assert await names_seen(db, NORTH) == ["north's shop"]
            assert await names_seen(db, SOUTH) == ["south's shop"]
            assert await names_seen(db, SiteId("nobody")) == []

    run(story())


@pytest.mark.parametrize(
    "statement",
    [
        "insert into site_number (number, site_id) values ('73', 'north')",
        "insert into site (site_id, name, settings, embedding_model) values ('north2', '', '{}', 'none')",
        "insert into kb_doc (site_id, kind, key, content_sha256) values ('north', 'fact', 'x', 'x')",
        "insert into conversation (site_id, conversation_id, language) values ('north', 'x', 'en')",
    ],
)
def test_a_site_writes_no_row_of_another(migrated_postgres: Server, statement: str) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
            await add_site(db, SOUTH, "72")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with db.as_site(SOUTH) as rows:
                    await rows.execute(statement.encode())

    run(story())


def test_a_site_changes_and_deletes_no_row_of_another(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
            async with db.as_site(SOUTH) as rows:
                await rows.execute("update site set name = 'mine now' where site_id = 'north'")
                await rows.execute("delete from site where site_id = 'north'")
            assert await names_seen(db, NORTH) == ["north's shop"]

    run(story())


def test_partitions_are_no_side_door(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
            vector = "[" + ",".join(["0.05"] * 384) + "]"
            async with db.as_site(NORTH) as rows:
                await rows.execute("insert into kb_doc (site_id, kind, key, content_sha256) values ('north', 'fact', 'p', 'x')")
                await rows.execute(
                    "insert into kb_chunk (shelf, site_id, generation, doc_id, kind, language, body, digest, terms, embedding) "
                    "select 'small', site_id, 1, doc_id, 'fact', 'en', 'secret', '', '{}', %s from kb_doc where key = 'p'",
                    [vector],
                )
                assert await (await rows.execute("select body from kb_chunk_small")).fetchall() == [("secret",)]
            async with db.as_site(SOUTH) as rows:
                for table in ("kb_chunk", "kb_chunk_small"):
                    assert await (await rows.execute(f"select body from {table}".encode())).fetchall() == []
                assert await (await rows.execute("select stt_phrases('north')")).fetchall() == []

    run(story())


def test_no_site_at_all_sees_nothing(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
        with psycopg.connect(migrated_postgres.settings.database_url()) as outside:
            assert outside.execute("select count(*) from site").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                outside.execute("alter table site no force row level security")

    run(story())


def test_the_relay_finds_a_site_by_number_and_little_else(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
            async with db.as_relay() as rows:
                assert await (await rows.execute("select site_by_number('71')->>'site_id'")).fetchone() == ("north",)
                assert await (await rows.execute("select site_by_number('1 or 1=1')")).fetchone() == (None,)
                assert await (await rows.execute("select count(*) from kb_doc where kind <> 'document'")).fetchone() == (0,)
            for table in ("kb_chunk", "conversation", "conversation_turn", "contact_key", "site_secret", "site_file", "lead"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    async with db.as_relay() as rows:
                        await (await rows.execute(f"select * from {table}".encode())).fetchall()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with db.as_relay() as rows:
                    await rows.execute("delete from site")

    run(story())


def test_the_next_transaction_does_not_inherit_the_site(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings, connections=1) as db:
            await add_site(db, NORTH, "71")
            async with db.as_relay() as rows:
                assert await (await rows.execute("select current_site()")).fetchone() == (None,)
            assert await names_seen(db, NORTH) == ["north's shop"]

    run(story())


def test_an_error_rolls_everything_back(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings) as db:
            await add_site(db, NORTH, "71")
            with pytest.raises(psycopg.errors.UniqueViolation):
                async with db.as_site(NORTH) as rows:
                    await rows.execute("update site set name = 'changed'")
                    await rows.execute("insert into site_number (number, site_id) values ('71', 'north')")
            assert await names_seen(db, NORTH) == ["north's shop"]

    run(story())


def test_a_restart_of_the_server_is_away_and_then_healed(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings, wait_s=0.2) as db:
            await names_seen_at_last(db, NORTH)  # the first connection may take longer than it waits for one
            await add_site(db, NORTH, "71")
            await asyncio.to_thread(migrated_postgres.stop)
            try:
                with pytest.raises(DatabaseAway):
                    await names_seen(db, NORTH)
            finally:
                await asyncio.to_thread(migrated_postgres.start)
            assert await names_seen_at_last(db, NORTH) == ["north's shop"]

    run(story())


def test_a_server_that_was_never_there_is_away_too(migrated_postgres: Server, tmp_path: Any) -> None:
    async def story() -> None:
        elsewhere = type(migrated_postgres.settings)(home=tmp_path)
        async with Database(elsewhere, wait_s=0.1) as db:
            with pytest.raises(DatabaseAway):
                await names_seen(db, NORTH)

    run(story())
