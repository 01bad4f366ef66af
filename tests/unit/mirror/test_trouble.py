"""Bad luck at Machine A: each time a clear state, no storm of retries, and the last good copy goes on answering."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest

from core.vault import Vault
from mirror import fleet as mirrors
from tests.postgres import Server
from tests.standins.machine_a.database import MachineADatabase, running_database
from tests.unit.mirror.story import Ours, eager, eventually, ours

LADAKH = "how do parcels travel to Ladakh"


@pytest.fixture
def own_machine_a() -> Iterator[MachineADatabase]:
    """One to break."""
    with running_database() as database:
        yield database


@pytest.fixture(scope="module")
def mended_machine_a() -> Iterator[MachineADatabase]:
    """One that each test leaves as it was."""
    with running_database() as database:
        yield database


@contextlib.asynccontextmanager
async def mirrored(we: Ours, origin: dict[str, Any]) -> AsyncIterator[None]:
    """Pulling, with a good copy to begin with."""
    await we.configure(origin)
    async with we.pulling():
        await we.until(lambda state: state.sweep is not None)
        yield


async def still_answers(we: Ours) -> bool:
    return "Blue Falcon" in (await we.ask(LADAKH))[0].text


def test_machine_a_stops_and_comes_back(migrated_postgres: Server, own_machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        async with mirrored(we, eager(own_machine_a)):
            await asyncio.to_thread(own_machine_a.server.stop)
            state = await we.until(lambda state: state.status == "away" and state.health.budget == 0)
            assert state.why and await still_answers(we)
            await asyncio.to_thread(own_machine_a.server.start)
            own_machine_a.write("Back again", "The shop reopens with saffron lassi.")

            async def told() -> bool:
                return "lassi" in (await we.ask("saffron lassi"))[0].text

            await eventually(told, 60)

    ours(migrated_postgres, "stopping", story)


def test_a_wrong_password_is_said_and_not_hammered_at(migrated_postgres: Server, own_machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        async with mirrored(we, eager(own_machine_a)):
            own_machine_a.run("alter role haazir_reader password 'another'")
            own_machine_a.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'haazir_reader'")
            state = await we.until(lambda state: state.status == "refused")
            assert "name and password" in state.why and "read-only-please" not in state.why and await still_answers(we)
            log = own_machine_a.server.home / "postgres.log"
            before = log.read_text().count("password authentication failed")
            await asyncio.sleep(1.0)  # time is what is measured
            assert log.read_text().count("password authentication failed") - before <= 3
            own_machine_a.run("alter role haazir_reader password 'read-only-please'")
            await we.until(lambda state: state.status == "fresh")

    ours(migrated_postgres, "locked-out", story)


@pytest.mark.parametrize(
    ("breaking", "mending", "why"),
    [
        ("alter table articles rename to pieces", "alter table pieces rename to articles", "articles"),
        ("alter table articles rename body to content", "alter table articles rename content to body", "body"),
        (
            "alter table articles alter embedding type vector using subvector(embedding, 1, 128)",
            "alter table articles alter embedding type vector(256) using array_fill(0.5, array[256])::vector(256)",
            "128 dimensions",
        ),
        ("alter table articles drop constraint articles_pkey", "alter table articles add primary key (article_id)", "unique"),
    ],
    ids=["table renamed", "column renamed", "another dimension", "key no longer unique"],
)
def test_a_change_of_its_schema_is_noticed_and_nothing_of_it_gets_in(
    migrated_postgres: Server, mended_machine_a: MachineADatabase, breaking: str, mending: str, why: str
) -> None:
    async def story(we: Ours) -> None:
        async with mirrored(we, eager(mended_machine_a)):
            mended_machine_a.run(breaking)
            state = await we.until(lambda state: state.status == "drifted")
            assert why in state.why and await still_answers(we)
            mended_machine_a.run(mending)
            await we.until(lambda state: state.status == "fresh")

    ours(migrated_postgres, "drifting", story)


def test_a_permission_taken_away_is_said(migrated_postgres: Server, mended_machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        async with mirrored(we, eager(mended_machine_a)):
            mended_machine_a.run("revoke select on articles from haazir_reader")
            state = await we.until(lambda state: state.status in ("refused", "drifted"))
            assert ("GRANT SELECT" in state.why or "may not" in state.why) and await still_answers(we)
            mended_machine_a.run("grant select on articles to haazir_reader")

    ours(migrated_postgres, "revoked", story)


@pytest.mark.parametrize(
    ("right", "undone", "complaint"),
    [
        ("grant insert on chat_log to haazir_reader", "revoke insert on chat_log from haazir_reader", "public.chat_log"),
        ("grant update (body) on articles to haazir_reader", "revoke update (body) on articles from haazir_reader", "articles"),
        ("grant chatbot to haazir_reader", "revoke chatbot from haazir_reader", "may write to"),
        ("alter role haazir_reader superuser", "alter role haazir_reader nosuperuser", "SUPERUSER"),
        ("grant pg_write_all_data to haazir_reader", "revoke pg_write_all_data from haazir_reader", "pg_write_all_data"),
    ],
    ids=["insert", "a column", "the owner's role", "superuser", "a role that writes"],
)
def test_a_role_that_could_write_is_not_used(
    migrated_postgres: Server, mended_machine_a: MachineADatabase, right: str, undone: str, complaint: str
) -> None:
    mended_machine_a.run(right)

    async def story(we: Ours) -> None:
        await we.configure(eager(mended_machine_a))
        async with we.pulling():
            state = await we.until(lambda state: state.status == "refused")
            assert complaint in state.why and "SELECT" in state.why
            assert state.rows == 0 and await we.ask(LADAKH) == [], "not one row was read"

    ours(migrated_postgres, "mighty", story)
    mended_machine_a.run(undone)


def test_our_connection_can_not_write_and_a_third_is_not_let_in(mended_machine_a: MachineADatabase) -> None:
    url = f"postgresql://haazir_reader:read-only-please@127.0.0.1:{mended_machine_a.port}/chatbot"
    with psycopg.connect(url) as first, psycopg.connect(url):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            first.execute("delete from articles")
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(url)


def test_work_on_the_table_there_neither_waits_for_us_nor_we_for_it(
    migrated_postgres: Server, mended_machine_a: MachineADatabase
) -> None:
    async def story(we: Ours) -> None:
        async with mirrored(we, eager(mended_machine_a)):
            with mended_machine_a.admin() as owner:
                owner.execute("begin")
                owner.execute("lock table articles in access exclusive mode")  # at once, or this would be the hang
                state = await we.until(lambda state: state.status == "away")
                assert "locked" in state.why and await still_answers(we)
                owner.execute("commit")
            await we.until(lambda state: state.status == "fresh")

    ours(migrated_postgres, "locked", story)


def test_no_transaction_of_ours_stays_open_there(migrated_postgres: Server, own_machine_a: MachineADatabase) -> None:
    own_machine_a.fill(12_000)
    query = "select state, backend_xmin, application_name from pg_stat_activity where usename = 'haazir_reader'"

    async def story(we: Ours) -> None:
        budget = {**eager(own_machine_a)["budget"], "rows_per_s": 1500.0}
        await we.configure({**own_machine_a.origin(), "budget": budget})
        async with we.pulling():
            await we.until(lambda state: state.status == "copying")
            seen = []
            with own_machine_a.admin() as owner:
                for _ in range(50):
                    seen += owner.execute(query.encode()).fetchall()
                    await asyncio.sleep(0.01)  # a sample each
            assert (await we.state()).status == "copying", "the samples are of its work"
        assert len(seen) >= 40 and {state for state, _, _ in seen} <= {"idle", "active"}, "never idle in transaction"
        assert {name for _, _, name in seen} == {"haazir-mirror"}
        assert sum(state == "idle" for state, _, _ in seen) > len(seen) / 2, "it rests more than it works"

    ours(migrated_postgres, "short", story)


def test_a_table_that_is_emptied_is_believed_when_it_is_seen_twice(
    migrated_postgres: Server, own_machine_a: MachineADatabase
) -> None:
    own_machine_a.fill(100)

    async def story(we: Ours) -> None:
        origin = {**eager(own_machine_a)}
        origin["budget"] = {**origin["budget"], "sweep_s": 2}
        async with mirrored(we, origin):
            own_machine_a.run("delete from articles where headline like 'Item%'")
            state = await we.until(lambda state: state.sweep is not None and state.sweep.doubted > 0)
            assert state.sweep is not None and state.sweep.deleted == 0 and state.rows > 100 and "next sweep" in state.why
            state = await we.until(lambda state: state.sweep is not None and state.sweep.deleted > 0)
            assert state.rows < 20 and await still_answers(we)

    ours(migrated_postgres, "emptied", story)


def test_a_machine_that_answers_no_packets_hangs_nobody(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    """A port that takes connections and never says a word."""

    async def story(we: Ours) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            await we.configure({**machine_a.origin(), "port": mute.getsockname()[1]})
            async with we.pulling():
                state = await we.until(lambda state: state.status == "away", 15)
                assert state.why

    ours(migrated_postgres, "mute", story)


def test_the_kill_switch_closes_our_connection_within_seconds(
    migrated_postgres: Server, mended_machine_a: MachineADatabase
) -> None:
    sessions = "select count(*) from pg_stat_activity where usename = 'haazir_reader'"

    async def story(we: Ours) -> None:
        await we.configure(eager(mended_machine_a))
        fleet = asyncio.create_task(mirrors.run(we.database, we.vault))
        try:
            await we.until(lambda state: state.sweep is not None)
            assert mended_machine_a.run(sessions) == [(1,)]
            async with we.database.as_site(we.id) as rows:
                await rows.execute("update knowledge_source set paused = 'enough', changed_at = clock_timestamp()")
            state = await we.until(lambda state: state.status == "paused", 5)
            assert state.why == "enough" and mended_machine_a.run(sessions) == [(0,)] and await still_answers(we)
            async with we.database.as_site(we.id) as rows:
                await rows.execute("update knowledge_source set paused = null, changed_at = clock_timestamp()")
            await we.until(lambda state: state.status == "fresh", 10)
        finally:
            fleet.cancel()
            await asyncio.gather(fleet, return_exceptions=True)

    ours(migrated_postgres, "switched", story)


def test_a_mirror_that_breaks_for_our_own_fault_stops_no_other(
    migrated_postgres: Server, mended_machine_a: MachineADatabase
) -> None:
    async def story(we: Ours) -> None:
        await we.configure(eager(mended_machine_a))
        others = Vault(lambda: "another key: what we sealed can't be opened with it")
        fleet = asyncio.create_task(mirrors.run(we.database, others))
        try:
            state = await we.until(lambda state: state.status == "failed", 10)
            assert "secret" in state.why and not fleet.done()
        finally:
            fleet.cancel()
            await asyncio.gather(fleet, return_exceptions=True)

    ours(migrated_postgres, "unsealed", story)


def test_a_site_that_goes_takes_its_copy_with_it(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        async with mirrored(we, eager(machine_a)):
            pass
        async with we.database.as_site(we.id) as rows:
            found = await (await rows.execute("select copy_id from mirror_copy")).fetchone()
            assert found is not None
            await rows.execute("delete from site where site_id = %s", [we.id])
        with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
            left = admin.execute("select to_regclass(%s)", [f"mirror_row_{found[0]}"]).fetchone()
        assert left == (None,)

    ours(migrated_postgres, "leaving", story)
