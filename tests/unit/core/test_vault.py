"""The vault, on a real PostgreSQL: what is stored opens for its own site and name, with a key that is there."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.db import Database, Rows
from core.ids import SiteId
from core.vault import Vault, VaultError, key_ids
from tests.postgres import Server

NORTH, SOUTH = SiteId("vault-north"), SiteId("vault-south")


def run(server: Server, story: Callable[[Database], Awaitable[None]]) -> None:
    async def opened() -> None:
        async with Database(server.settings, wait_s=5) as database:
            for site in (NORTH, SOUTH):
                async with database.as_site(site) as rows:
                    await rows.execute("delete from site where site_id = %s", [site])
                    await rows.execute(
                        "insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", [site]
                    )
            await story(database)

    asyncio.run(opened())


async def copy(rows: Rows, site: SiteId, name: str, sealed: tuple[object, ...]) -> None:
    values = [site, name, *sealed]
    await rows.execute("insert into site_secret (site_id, name, kek_id, wrapped, sealed) values (%s, %s, %s, %s, %s)", values)


def test_what_is_put_is_got_and_the_database_never_sees_it(migrated_postgres: Server) -> None:
    async def story(database: Database) -> None:
        vault = Vault(lambda: "one")
        async with database.as_site(NORTH) as rows:
            await vault.put(rows, NORTH, "crm", "पासवर्ड")
            await vault.put(rows, NORTH, "crm", "token")
            assert await vault.get(rows, NORTH, "crm") == "token"
            assert await vault.names(rows, NORTH) == ["crm"]
            row = await (await rows.execute("select wrapped, sealed from site_secret")).fetchone()
            assert row is not None and all(b"token" not in bytes(part) for part in row)
            assert await vault.delete(rows, NORTH, "crm") and not await vault.delete(rows, NORTH, "crm")
            with pytest.raises(KeyError):
                await vault.get(rows, NORTH, "crm")

    run(migrated_postgres, story)


def test_a_row_copied_to_another_site_or_name_opens_nothing(migrated_postgres: Server) -> None:
    async def story(database: Database) -> None:
        vault = Vault(lambda: "one")
        async with database.as_site(NORTH) as rows:
            await vault.put(rows, NORTH, "crm", "token")
            row = await (await rows.execute("select kek_id, wrapped, sealed from site_secret")).fetchone()
            assert row is not None
            await copy(rows, NORTH, "llm", row)
            with pytest.raises(VaultError, match="copied"):
                await vault.get(rows, NORTH, "llm")
        async with database.as_site(SOUTH) as rows:
            await copy(rows, SOUTH, "crm", row)
            with pytest.raises(VaultError, match="copied"):
                await vault.get(rows, SOUTH, "crm")

    run(migrated_postgres, story)


def test_a_rotation_wraps_anew_and_the_old_key_may_go(migrated_postgres: Server) -> None:
    keys = "old"

    async def story(database: Database) -> None:
        nonlocal keys
        vault = Vault(lambda: keys)  # of a process that goes on through the rotation
        async with database.as_site(NORTH) as rows:
            await vault.put(rows, NORTH, "crm", "token")
            before = await (await rows.execute("select sealed from site_secret")).fetchone()
        keys = "new, old"
        async with database.as_site(NORTH) as rows:
            assert await vault.get(rows, NORTH, "crm") == "token"
            assert await Vault(lambda: keys).rewrap(rows, NORTH) == 1
            assert await Vault(lambda: keys).rewrap(rows, NORTH) == 0
            after = await (await rows.execute("select sealed from site_secret")).fetchone()
            assert before == after  # the value itself was not touched
        keys = "new"
        async with database.as_site(NORTH) as rows:
            for any_process in (vault, Vault(lambda: keys)):
                assert await any_process.get(rows, NORTH, "crm") == "token"
            with pytest.raises(VaultError, match="not there any more"):
                await Vault(lambda: "other").get(rows, NORTH, "crm")

    run(migrated_postgres, story)


def test_a_process_that_knew_the_old_key_only_writes_with_the_new_one(migrated_postgres: Server) -> None:
    keys = "old"

    async def story(database: Database) -> None:
        nonlocal keys
        vault = Vault(lambda: keys)
        keys = "new,old"
        async with database.as_site(NORTH) as rows:
            await vault.put(rows, NORTH, "crm", "token")
            row = await (await rows.execute("select kek_id from site_secret")).fetchone()
        assert row == (key_ids("new")[0],)

    run(migrated_postgres, story)


def test_the_same_value_twice_looks_different() -> None:
    vault = Vault(lambda: "one")
    first, second = vault.seal(b"token", b"here"), vault.seal(b"token", b"here")
    assert first.sealed != second.sealed and first.wrapped != second.wrapped
    assert vault.open(first, b"here") == vault.open(second, b"here") == b"token"
    with pytest.raises(VaultError):
        vault.open(first, b"there")


def test_an_empty_key_is_no_key() -> None:
    with pytest.raises(VaultError, match="empty"):
        Vault(lambda: " , ")
