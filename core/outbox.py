"""Facts on their way to the records: published at once, written to PostgreSQL when it is there.

    publish ──> memory queue ──task──> table outbox (CloudEvents 1.0) ──> analytics
        └─────> spool on disk, emptied when the queue is; after a crash the next start sends what it holds

    async with Outbox(settings, "ari-app") as outbox:
        outbox.publish(CallAnswered(call_id=…, site_id=…, at=time.time()))

An event gets its id when it is published, so sending it again changes nothing. fsync: none while the database takes the
events within milliseconds; one at each failed attempt (every 0.2 to 5 s) while it is away. See docs/records.md.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType

import msgspec
import psycopg
from prometheus_client import Counter, Gauge

from core.events import AnyEvent
from core.settings import Settings
from core.spool import Spool, lines_of

log = logging.getLogger(__name__)

QUEUE_LIMIT = 20_000
"""Events in memory, about 10 MB: two hours of 15 busy calls. Past it an event waits on disk only."""
SPOOL_LIMIT = 64 * 2**20
"""Bytes on disk. With both full an event is dropped and counted."""
BATCH = 250
"""Events a statement."""
ATTEMPT_S = 5.0
"""Longest wait for one statement, or for a connection."""
FAREWELL_S = 1.0
"""Longest wait at the end for what is still in the queue."""

INSERT = """
insert into outbox (id, source, type, subject, site_id, time, data)
select id, source, data->>'type', data->>'call_id', data->>'site_id', to_timestamp((data->>'at')::float8), data
from jsonb_to_recordset(%s::jsonb) as event(id uuid, source text, data jsonb)
on conflict do nothing
"""

_waiting = Gauge("haazir_outbox_waiting_events", "Published, not yet in the database")
_written = Counter("haazir_outbox_written_events", "Written to the database")
_dropped = Counter("haazir_outbox_dropped_events", "Lost: memory and spool were full, or no event the database accepts")


class Outbox:
    """The one way from a process to the records. Publish from the event loop's thread."""

    def __init__(self, settings: Settings, process: str) -> None:
        self._url = settings.database_url()
        self._source = f"/haazir/{process}"
        self._queue: deque[bytes] = deque()
        self._spool = Spool(settings.home / "spool", process, SPOOL_LIMIT)
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        self._backlog = True
        self._writer: asyncio.Task[None] | None = None
        self._database: psycopg.AsyncConnection | None = None
        self._on_disk_only = 0
        self.written = 0
        """Events the database has taken (or had already)."""
        self.dropped = 0
        """Events lost for good."""

    @property
    def waiting(self) -> int:
        """Events published and not yet in the database; what earlier lives left on disk is not counted."""
        return len(self._queue) + self._on_disk_only

    def publish(self, event: AnyEvent) -> None:
        """Say that something happened. Never waits, never raises."""
        try:
            line = msgspec.json.encode({"id": str(uuid.uuid4()), "source": self._source, "data": event})
        except (TypeError, ValueError):  # a lone surrogate in a caller's name, say
            self._drop("event cannot be written as JSON")
            return
        on_disk = self._spool.append(line)
        if len(self._queue) < QUEUE_LIMIT:
            self._queue.append(line)
        elif on_disk:
            self._on_disk_only += 1
        else:
            self._drop("queue and spool are full")
        _waiting.set(self.waiting)
        self._settled.clear()
        self._news.set()

    async def __aenter__(self) -> "Outbox":
        if not self._spool.open():
            log.warning("! no spool on disk, events wait in memory only")
        for line in self._queue:  # published before we began
            self._spool.append(line)
        self._news.set()  # to look for what was left behind
        self._writer = asyncio.create_task(self._write_for_ever(), name="outbox")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self._settled.wait()
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        await self._disconnect()
        self._spool.close()

    async def _write_for_ever(self) -> None:
        pause = 0.2
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._send_all()
                pause = 0.2
            except (psycopg.Error, OSError, TimeoutError) as error:  # TimeoutError: the database hangs
                log.warning("! events wait, database away", extra={"error": type(error).__name__, "waiting": self.waiting})
                self._settled.set()  # whoever waits for the end need not wait for this
                await self._disconnect()
                await asyncio.to_thread(self._spool.sync)
                await asyncio.sleep(pause)
                pause = min(5.0, pause * 2)
                self._news.set()

    async def _send_all(self) -> None:
        while self._backlog or self._queue:
            if self._backlog:
                await self._send_left_behind()
            batch = list(islice(self._queue, BATCH))
            await self._insert(batch)
            for _ in batch:
                self._queue.popleft()
            if not self._queue:
                self._empty_spool()
        _waiting.set(self.waiting)
        self._settled.set()

    def _empty_spool(self) -> None:
        """The queue is empty: so may the spool be, unless it holds events that found no room in memory."""
        if self._on_disk_only:
            self._on_disk_only = 0
            self._spool.retire()
            self._backlog = True
        else:
            self._spool.clear()

    async def _send_left_behind(self) -> None:
        for path in self._spool.left_behind():
            await self._send_file(path)
            path.unlink(missing_ok=True)
        self._backlog = False

    async def _send_file(self, path: Path) -> None:
        before = self.written
        for batch in _batches(lines_of(path)):
            await self._insert(batch)
        if self.written > before:
            log.info("= sent what was left on disk", extra={"events": self.written - before})

    async def _insert(self, lines: list[bytes]) -> None:
        """One statement. An event the database refuses is dropped alone, not with its neighbours."""
        if not lines:
            return
        try:
            async with asyncio.timeout(ATTEMPT_S):
                database = await self._connect()
                await database.execute(INSERT, [(b"[" + b",".join(lines) + b"]").decode(errors="replace")])
        except (psycopg.DataError, psycopg.IntegrityError):
            if len(lines) > 1:
                for line in lines:
                    await self._insert([line])
            else:
                self._drop("the database refuses the event")
            return
        self.written += len(lines)
        _written.inc(len(lines))

    async def _connect(self) -> psycopg.AsyncConnection:
        if self._database is None:
            self._backlog = True  # a neighbour of ours may have died meanwhile
            self._database = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=int(ATTEMPT_S))
        return self._database

    async def _disconnect(self) -> None:
        if self._database is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._database.close()
            self._database = None

    def _drop(self, reason: str) -> None:
        self.dropped += 1
        _dropped.inc()
        log.error("! event dropped", extra={"reason": reason})


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    lines = iter(lines)
    while batch := list(islice(lines, BATCH)):
        yield batch
