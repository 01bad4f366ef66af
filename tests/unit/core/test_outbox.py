"""Events reach the outbox table once: whatever the process, the disk and the database do meanwhile."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core import outbox as module
from core.events import CallAnswered, CallStarted
from core.ids import CallId, SiteId
from core.outbox import Outbox
from core.settings import Database, Settings
from core.spool import Spool, lines_of
from tests.postgres import Server


@pytest.fixture
def server(migrated_postgres: Server) -> Iterator[Server]:
    with admin(migrated_postgres) as rows:
        rows.execute("truncate outbox, call_record")
    yield migrated_postgres


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    """A home of the test's own, the shared server."""
    return Settings(home=tmp_path, database=Database(url=server.settings.database_url()))


@pytest.fixture
def nowhere(tmp_path: Path) -> Settings:
    """A home whose database is away."""
    return Settings(home=tmp_path)


def admin(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.settings.database_admin_url(), autocommit=True)


def started(number: int, caller: str = "+919800000001") -> CallStarted:
    call, site = CallId(f"c-{number}"), SiteId("demo")
    at = 1_760_000_000.0 + number
    return CallStarted(call_id=call, site_id=site, at=at, direction="inbound", caller=caller, called="1000")


def stored(server: Server) -> list[str]:
    with admin(server) as rows:
        return [subject for (subject,) in rows.execute("select subject from outbox order by seq").fetchall()]


def spool_files(settings: Settings) -> list[Path]:
    return sorted((settings.home / "spool").glob("*"))


async def settled(outbox: Outbox) -> None:
    async with asyncio.timeout(20):
        while outbox.waiting:  # noqa: ASYNC110  watched from outside, as an operator would
            await asyncio.sleep(0.01)


def test_an_event_becomes_a_cloud_event(settings: Settings, server: Server) -> None:
    async def story() -> None:
        async with Outbox(settings, "ari-app") as outbox:
            outbox.publish(started(1))

    asyncio.run(story())
    with admin(server) as rows:
        row = rows.execute("select source, type, subject, site_id, extract(epoch from time)::float8, data from outbox").fetchone()
    assert row is not None
    assert row[:5] == ("/haazir/ari-app", "haazir.call.started", "c-1", "demo", 1_760_000_001.0)
    assert row[5]["caller"] == "+919800000001"
    assert spool_files(settings) == []


def test_events_keep_their_order(settings: Settings, server: Server) -> None:
    async def story() -> None:
        async with Outbox(settings, "ari-app") as outbox:
            for number in range(1000):
                outbox.publish(started(number))
            await settled(outbox)
            assert outbox.written == 1000

    asyncio.run(story())
    assert stored(server) == [f"c-{number}" for number in range(1000)]


def test_events_published_before_and_without_the_database_are_sent_by_the_next_start(
    settings: Settings, nowhere: Settings, server: Server
) -> None:
    async def away() -> None:
        outbox = Outbox(nowhere, "ari-app")
        outbox.publish(started(1))
        async with outbox:
            outbox.publish(started(2))
        assert outbox.waiting == 2

    async def back() -> None:
        async with Outbox(settings, "ari-app") as outbox:
            outbox.publish(started(3))
            await settled(outbox)

    asyncio.run(away())
    assert len(spool_files(nowhere)) == 1
    asyncio.run(back())
    assert stored(server) == ["c-1", "c-2", "c-3"]
    assert spool_files(settings) == []


def test_a_killed_process_has_lost_nothing(settings: Settings, nowhere: Settings, server: Server) -> None:
    script = """
        import asyncio, os, signal, sys
        from pathlib import Path
        from core.settings import Settings
        from core.outbox import Outbox
        from tests.unit.core.test_outbox import started

        async def main():
            async with Outbox(Settings(home=Path(sys.argv[1])), "media-server") as outbox:
                for number in range(50):
                    outbox.publish(started(number))
                os.kill(os.getpid(), signal.SIGKILL)

        asyncio.run(main())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(nowhere.home)], check=False)
    assert done.returncode == -signal.SIGKILL

    async def next_start() -> None:
        async with Outbox(settings, "media-server"):
            pass

    asyncio.run(next_start())
    assert sorted(stored(server)) == sorted(f"c-{number}" for number in range(50))


def test_a_start_takes_over_only_the_dead(settings: Settings, server: Server, nowhere: Settings) -> None:
    living = Spool(settings.home / "spool", "brain", 10_000)
    assert living.open() and living.append(b"{}")

    async def story() -> None:
        async with Outbox(settings, "brain"):
            pass

    asyncio.run(story())
    assert [list(lines_of(path)) for path in spool_files(settings)] == [[b"{}"]]
    living.close()


def test_sending_again_stores_nothing_twice(settings: Settings, server: Server) -> None:
    spool = Spool(settings.home / "spool", "ari-app", 10_000)
    spool.open()
    line = json.dumps(
        {
            "id": "11111111-2222-3333-4444-555555555555",
            "source": "/haazir/ari-app",
            "data": {"type": "haazir.call.answered", "call_id": "c-1", "site_id": "demo", "at": 1.0},
        }
    )
    spool.append(line.encode())
    spool.append(line.encode())
    spool.append(b'{"cut off')
    spool.close()
    with spool_files(settings)[0].open("ab") as file:
        file.write(b'{"id": "no newli')

    async def story() -> int:
        async with Outbox(settings, "ari-app") as outbox:
            pass
        return outbox.dropped

    assert asyncio.run(story()) == 1
    assert stored(server) == ["c-1"]
    assert spool_files(settings) == []


def test_a_restart_of_the_database_in_the_middle_loses_and_doubles_nothing(settings: Settings, server: Server) -> None:
    async def story() -> None:
        async with Outbox(settings, "ari-app") as outbox:
            for number in range(300):
                outbox.publish(started(number))
                if number == 100:
                    await settled(outbox)
                    await asyncio.to_thread(server.stop)
                if number == 200:
                    await asyncio.sleep(0.05)
                    await asyncio.to_thread(server.start)
                await asyncio.sleep(0)
            await settled(outbox)
            assert outbox.dropped == 0

    asyncio.run(story())
    assert stored(server) == [f"c-{number}" for number in range(300)]


def test_an_event_the_database_refuses_does_not_hold_up_the_others(settings: Settings, server: Server) -> None:
    async def story() -> int:
        async with Outbox(settings, "ari-app") as outbox:
            outbox.publish(started(1))
            outbox.publish(started(2, caller="nul \x00 in a name"))
            outbox.publish(CallAnswered(call_id=CallId("c-3"), site_id=SiteId("demo"), at=float("inf")))
            outbox.publish(started(4, caller="surrogate \ud800 in a name"))
            outbox.publish(started(5))
            await settled(outbox)
        return outbox.dropped

    assert asyncio.run(story()) == 3
    assert stored(server) == ["c-1", "c-5"]


def test_what_finds_no_room_in_memory_waits_on_disk(settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUEUE_LIMIT", 3)

    async def story() -> None:
        async with Outbox(settings, "ari-app") as outbox:
            for number in range(10):
                outbox.publish(started(number))
            assert outbox.waiting == 10
            await settled(outbox)
            assert outbox.dropped == 0

    asyncio.run(story())
    assert sorted(stored(server)) == [f"c-{number}" for number in range(10)]
    assert spool_files(settings) == []


def test_without_room_anywhere_the_newest_is_dropped_and_counted(nowhere: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUEUE_LIMIT", 3)
    monkeypatch.setattr(module, "SPOOL_LIMIT", 10)

    async def story() -> None:
        async with Outbox(nowhere, "ari-app") as outbox:
            for number in range(5):
                outbox.publish(started(number))
            assert (outbox.waiting, outbox.dropped) == (3, 2)

    asyncio.run(story())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_only_means_memory(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "ari-app", 10_000)
    spool.open()
    assert spool.append(b"one")
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, spool._file)
    os.close(full)
    assert not spool.append(b"two")
    spool.clear()  # /dev/full can't be cut either: nothing is raised
    spool.close()


def test_a_folder_that_cannot_be_made_only_means_memory(settings: Settings, server: Server) -> None:
    (settings.home / "spool").write_text("a file where the folder should be")

    async def story() -> None:
        async with Outbox(settings, "ari-app") as outbox:
            outbox.publish(started(1))
            await settled(outbox)

    asyncio.run(story())
    assert stored(server) == ["c-1"]
