"""From the outbox table to the record of a call: each event once, across restarts, errors and rivals."""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator

import msgspec
import psycopg
import pytest

from analytics.consume import BATCH, Consumer
from core.db import Database, DatabaseAway
from core.events import AnyEvent, CallAnswered, CallEnded, CallStarted, Timings, TurnCompleted
from core.ids import CallId, SiteId
from core.outbox import INSERT
from core.records import CallRecord
from tests.postgres import Server


@pytest.fixture
def server(migrated_postgres: Server) -> Iterator[Server]:
    with admin(migrated_postgres) as rows:
        rows.execute("truncate outbox, call_record")
    yield migrated_postgres


def admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.settings.database_admin_url(), autocommit=True)


def put(server: Server, *events: AnyEvent) -> None:
    """Into the outbox, as the application's role does it."""
    with psycopg.connect(server.settings.database_url(), autocommit=True) as rows:
        lines = [{"id": str(uuid.uuid4()), "source": "/haazir/test", "data": msgspec.to_builtins(event)} for event in events]
        rows.execute(INSERT, [json.dumps(lines)])


def record(server: Server, call: str, site: str = "demo") -> CallRecord:
    with admin(server) as rows:
        row = rows.execute("select record::text from call_record where site_id = %s and call_id = %s", [site, call]).fetchone()
    assert row is not None
    return msgspec.json.decode(row[0], type=CallRecord)


def unfolded(server: Server) -> int:
    with admin(server) as rows:
        row = rows.execute("select count(*) from outbox where folded_at is null").fetchone()
    assert row is not None
    return int(row[0])


def story_of(call: str, site: str = "demo") -> list[AnyEvent]:
    ids = (CallId(call), SiteId(site))
    timings = Timings(speech_end=1.0, first_sound=1.4, first_content=1.5)
    return [
        CallStarted(call_id=ids[0], site_id=ids[1], at=100.0, direction="inbound", caller="+9198", called="1000"),
        CallAnswered(call_id=ids[0], site_id=ids[1], at=101.0),
        TurnCompleted(call_id=ids[0], site_id=ids[1], at=103.0, turn=1, role="caller", text="mera order", language="hi-Latn"),
        TurnCompleted(
            call_id=ids[0], site_id=ids[1], at=105.0, turn=1, role="agent", text="ji", language="hi-Latn", timings=timings
        ),
        CallEnded(call_id=ids[0], site_id=ids[1], at=110.0, outcome="caller_hung_up", cause=16, cause_text="Normal Clearing"),
    ]


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(happened):  # noqa: ASYNC110  seen in the database, which calls nobody
            await asyncio.sleep(0.02)


async def take_all(server: Server) -> int:
    async with Database(server.settings, wait_s=10) as database:
        consumer = Consumer(database)
        taken = 0
        while batch := await consumer.take():
            taken += batch
        return taken


def test_a_call_is_told_by_its_events(server: Server) -> None:
    put(server, *story_of("c-1"))
    assert asyncio.run(take_all(server)) == 5
    assert set(record(server, "c-1").events) == set(story_of("c-1"))
    with admin(server) as rows:
        columns = "extract(epoch from started_at)::float8, direction, caller, called, outcome, cause, language, latency"
        row = rows.execute(f"select {columns} from call_record").fetchone()
    assert row is not None
    assert row[:7] == (100.0, "inbound", "+9198", "1000", "caller_hung_up", 16, "hi-Latn")
    assert row[7] == {
        "v2v_any": {"turns": 1, "p50": 400, "p95": 400, "max": 400},
        "v2v_content": {"turns": 1, "p50": 500, "p95": 500, "max": 500},
    }
    assert unfolded(server) == 0


def test_a_call_going_on_has_a_record_that_grows(server: Server) -> None:
    events = story_of("c-1")
    for part in (events[:1], events[3:], events[1:3]):
        put(server, *part)
        asyncio.run(take_all(server))
    assert set(record(server, "c-1").events) == set(events)


def test_calls_of_different_sites_keep_apart_even_with_the_same_id(server: Server) -> None:
    put(server, *story_of("c-1", "demo"), *story_of("c-1", "other")[:2])
    asyncio.run(take_all(server))
    assert len(record(server, "c-1", "demo").events) == 5
    assert len(record(server, "c-1", "other").events) == 2


def test_an_event_of_an_unknown_kind_is_set_aside_and_the_others_go_on(server: Server) -> None:
    strange = {"type": "haazir.call.levitated", "call_id": "c-1", "site_id": "demo", "at": 1.0}
    with psycopg.connect(server.settings.database_url(), autocommit=True) as rows:
        rows.execute(INSERT, [json.dumps([{"id": str(uuid.uuid4()), "source": "/haazir/newer", "data": strange}])])
    put(server, *story_of("c-1"))
    assert asyncio.run(take_all(server)) == 6
    assert len(record(server, "c-1").events) == 5
    with admin(server) as rows:
        assert rows.execute("select subject from outbox where refused like '%levitated%'").fetchall() == [("c-1",)]


def test_a_record_the_database_refuses_costs_its_one_event(server: Server) -> None:
    impossible = CallEnded(call_id=CallId("c-2"), site_id=SiteId("demo"), at=1.0, outcome="failed", cause=2**40, cause_text="")
    put(server, *story_of("c-1")[:3], impossible, *story_of("c-1")[3:], *story_of("c-3"))

    async def story() -> None:
        async with Database(server.settings) as database:
            running = asyncio.create_task(Consumer(database).run())
            await until(lambda: unfolded(server) == 0)
            running.cancel()

    asyncio.run(story())
    assert len(record(server, "c-1").events) == len(record(server, "c-3").events) == 5
    with admin(server) as rows:
        assert rows.execute("select subject from outbox where refused is not null").fetchall() == [("c-2",)]


def test_two_consumers_share_the_work_and_lose_nothing(server: Server) -> None:
    calls = [f"c-{number}" for number in range(300)]
    for call in calls:
        put(server, *story_of(call))

    async def rivals() -> list[int]:
        return list(await asyncio.gather(take_all(server), take_all(server), take_all(server)))

    assert sum(asyncio.run(rivals())) == 5 * len(calls) > BATCH
    assert all(set(record(server, call).events) == set(story_of(call)) for call in calls)


def test_a_restart_of_the_database_in_the_middle_loses_and_doubles_nothing(server: Server) -> None:
    async def story() -> None:
        async with Database(server.settings) as database:
            consumer = Consumer(database)
            running = asyncio.create_task(consumer.run())
            await asyncio.to_thread(put, server, *story_of("c-1")[:3])
            await until(lambda: unfolded(server) == 0)
            await asyncio.to_thread(server.stop)
            await until(lambda: consumer.away is not None)
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(put, server, *story_of("c-1")[3:])
            await until(lambda: unfolded(server) == 0)
            running.cancel()

    asyncio.run(story())
    assert set(record(server, "c-1").events) == set(story_of("c-1"))


def test_a_failure_before_the_commit_leaves_the_events_for_the_next_try(server: Server) -> None:
    put(server, *story_of("c-1"))
    with admin(server) as rows:
        rows.execute("alter table call_record add constraint broken check (caller is null)")
        try:
            with pytest.raises(psycopg.errors.CheckViolation):
                asyncio.run(take_all(server))
            assert unfolded(server) == 5
        finally:
            rows.execute("alter table call_record drop constraint broken")
    assert asyncio.run(take_all(server)) == 5


def test_an_ended_call_with_a_recording_waits_for_it(server: Server) -> None:
    ended = msgspec.structs.replace(story_of("c-1")[-1], recording="base")

    async def story() -> bool:
        async with Database(server.settings) as database:
            consumer = Consumer(database)
            await consumer.take()
            return consumer.ended.is_set()

    put(server, ended)
    assert asyncio.run(story())
    with admin(server) as rows:
        assert rows.execute("select recording_state from call_record").fetchall() == [("pending",)]


def test_a_notification_ends_the_sleep(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.consume.POLL_S", 3600.0)

    async def story() -> None:
        async with Database(server.settings) as database:
            consumer = Consumer(database)
            running = [asyncio.create_task(consumer.run()), asyncio.create_task(consumer.listen(server.settings))]
            for call in ("c-1", "c-2"):
                await asyncio.to_thread(put, server, *story_of(call))
                await until(lambda: unfolded(server) == 0)
            for task in running:
                task.cancel()

    asyncio.run(story())


def test_without_a_database_it_says_so(server: Server) -> None:
    async def story() -> None:
        nowhere = msgspec.structs.replace(server.settings, home=server.home / "nowhere")
        async with Database(nowhere, wait_s=0.05) as database:
            with pytest.raises(DatabaseAway):
                await Consumer(database).take()

    asyncio.run(story())
