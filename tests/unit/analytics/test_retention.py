"""Old things go, and only old things, and only of the site that wants it; the clock is an argument."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from analytics.retention import BATCH, sweep
from core.db import Database
from tests.postgres import Server

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Archive:
    """Two sites: `year` keeps things for 365 days, `week` for 7."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.clean()
        for site, settings in (("year", '{"site_id": "year"}'), ("week", '{"site_id": "week", "retention_days": 7}')):
            self.run("insert into site (site_id, name, settings, embedding_model) values (%s, '', %s, '')", site, settings)

    def clean(self) -> None:
        self.run("truncate outbox, call_record, recording_key")
        self.run("delete from site where site_id in ('year', 'week')")

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.settings.database_admin_url(), autocommit=True) as rows:
            done = rows.execute(statement.encode(), values)
            return done.fetchall() if done.description else []

    def call(self, site: str, days: float, name: str) -> Path:
        at = NOW - timedelta(days)
        self.run(
            "insert into call_record (site_id, call_id, started_at, ended_at, record, recording_state) "
            "values (%s, %s, %s, %s, '{}', 'ready')", site, name, at, at,
        )  # fmt: skip
        self.run(
            "insert into outbox (id, source, type, subject, site_id, time, data, folded_at) "
            "values (gen_random_uuid(), '', '', %s, %s, %s, '{}', now())", name, site, at,
        )  # fmt: skip
        self.run("insert into recording_key values (%s, %s, '', '', '', %s)", site, name, at)
        recording = self.folder / f"{name}.wav.sealed"
        recording.write_bytes(b"RIFF")
        return recording

    def conversation(self, site: str, days: float, name: str) -> None:
        at = NOW - timedelta(days)
        contact = self.run("insert into contact (site_id, first_seen) values (%s, %s) returning contact_id", site, at)[0][0]
        self.run(
            "insert into conversation (site_id, conversation_id, language, opened_at, last_at, contact_id) "
            "values (%s, %s, 'en', %s, %s, %s)", site, name, at, at, contact,
        )  # fmt: skip
        self.run("insert into conversation_session values (%s, %s, %s, 'chat')", site, name, name)

    def sweep(self) -> Counter[str]:
        async def swept() -> Counter[str]:
            async with Database(self.server.settings, wait_s=5) as database:
                return await sweep(database, self.folder, NOW)

        return asyncio.run(swept())

    def left(self, table: str, column: str) -> set[str]:
        return {name for (name,) in self.run(f"select {column} from {table} where site_id in ('year', 'week', 'gone')")}


@pytest.fixture
def archive(migrated_postgres: Server, tmp_path: Path) -> Iterator[Archive]:
    there = Archive(migrated_postgres, tmp_path)
    yield there
    there.clean()


def test_calls_go_with_their_recordings_and_events_each_site_by_its_own_rule(archive: Archive) -> None:
    kept = [archive.call("year", 364, "y-364"), archive.call("week", 6.9, "w-6")]
    gone = [archive.call("year", 366, "y-366"), archive.call("week", 7.1, "w-7")]
    assert archive.sweep() == Counter(calls=2, recordings=2, events=2)
    assert archive.left("call_record", "call_id") == archive.left("outbox", "subject") == {"y-364", "w-6"}
    assert archive.left("recording_key", "call_id") == {"y-364", "w-6"}
    assert all(path.exists() for path in kept) and not any(path.exists() for path in gone)
    assert archive.sweep() == Counter()


def test_recordings_may_go_before_their_calls(archive: Archive) -> None:
    archive.run("""update site set settings = settings || '{"listening": {"keep_days": 30}}' where site_id = 'year'""")
    kept, gone = archive.call("year", 29, "y-29"), archive.call("year", 31, "y-31")
    assert archive.sweep() == Counter(recordings=1)
    assert kept.exists() and not gone.exists()
    assert archive.left("call_record", "call_id") == {"y-29", "y-31"}
    assert archive.left("recording_key", "call_id") == {"y-29"}, "what may lie in a backup can't be read any more"
    states = dict(archive.run("select call_id, recording_state from call_record"))
    assert states == {"y-29": "ready", "y-31": "deleted"}
    assert archive.sweep() == Counter()


def test_conversations_go_with_all_below_them_and_a_contact_after_its_last(archive: Archive) -> None:
    archive.conversation("week", 8, "old")
    archive.conversation("week", 1, "new")
    archive.conversation("year", 8, "other")
    assert archive.sweep() == Counter(conversation=1, contact=1)
    assert (
        archive.left("conversation", "conversation_id") == archive.left("conversation_session", "session_id") == {"new", "other"}
    )


def test_a_call_that_outlived_its_site_goes_once_it_can_not_go_on(archive: Archive) -> None:
    old, young = archive.call("gone", 3 / 24, "g-3h"), archive.call("gone", 1 / 24, "g-1h")
    assert archive.sweep() == Counter(calls=1, recordings=1, events=1)
    assert not old.exists() and young.exists()


def test_a_call_that_is_not_folded_yet_keeps_its_events(archive: Archive) -> None:
    archive.call("week", 30, "w-30")
    archive.run("update outbox set folded_at = null")
    assert archive.sweep()["events"] == 0


def test_a_name_that_leads_out_of_the_folder_is_not_followed(archive: Archive) -> None:
    outside = archive.folder.parent / "outside-rx.wav"
    outside.write_bytes(b"RIFF")
    archive.call("week", 30, "w-30")
    archive.run("""update call_record set record = '{"ended": {"recording": "../outside"}}'""")
    archive.sweep()
    assert outside.exists()


def test_many_old_things_go_in_one_sweep(archive: Archive) -> None:
    archive.run(
        "insert into call_record (site_id, call_id, started_at, record) "
        "select 'week', 'n' || n, '2020-01-01', '{}' from generate_series(1, %s) n", 2 * BATCH + 1,
    )  # fmt: skip
    archive.run("insert into contact (site_id, first_seen) select 'week', '2020-01-01' from generate_series(1, %s)", BATCH)
    assert archive.sweep() == Counter(calls=2 * BATCH + 1, contact=BATCH)


def test_answers_to_repeated_writes_are_kept_for_a_day(archive: Archive) -> None:
    for hours in (23, 25):
        at = NOW - timedelta(hours=hours)
        archive.run("insert into idempotent_answer (site_id, key, request, at) values ('week', %s, '', %s)", f"k{hours}", at)
    archive.sweep()
    assert archive.left("idempotent_answer", "key") == {"k23"}
    archive.run("delete from idempotent_answer")
