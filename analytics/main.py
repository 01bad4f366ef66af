"""The analytics process: events into call records, two recording legs into one file. `python -m analytics.main`"""

import asyncio
import contextlib
import logging
import sys
from datetime import UTC, datetime

from analytics import retention
from analytics.consume import Consumer
from analytics.messages import Listener
from analytics.recordings import Recorder
from core.db import Database, DatabaseAway
from core.outbox import Outbox
from core.process import run, stop_signal
from core.settings import Settings
from core.telemetry import serve_status
from core.vault import Vault, VaultError

log = logging.getLogger(__name__)

EVENTS_KEPT_DAYS = 90
"""Folded events are in their call's record; they stay in the outbox so long for GET /v1/calls/{id}/events."""
PRUNE_S = 600.0
PRUNE = """
delete from outbox where seq in (
  select seq from outbox where written_at < now() - %s * interval '1 day' and folded_at is not null limit 10000)
"""


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError if the status port is taken; KeyError, VaultError without the vault's key."""
    settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    stop = stop_signal()
    vault = Vault.of(settings)
    async with Database(settings) as database, Outbox(settings, "analytics") as outbox:
        consumer = Consumer(database)
        listener = Listener(database, vault, settings.recordings_dir, settings.socket("stt-worker"), outbox.publish)
        door = await serve_status(settings.metrics_address("analytics"), lambda: consumer.away)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(consumer.run()),
                    tasks.create_task(consumer.listen(settings)),
                    tasks.create_task(Recorder(database, vault, settings.recordings_dir).run(consumer.ended)),
                    tasks.create_task(listener.run()),
                    tasks.create_task(_prune(database)),
                    tasks.create_task(retention.run(database, settings.recordings_dir, lambda: datetime.now(UTC))),
                ]
                log.info("= taking events, ctrl-c to stop")
                await stop.wait()
                for task in running:
                    task.cancel()
        finally:
            await door.cleanup()


async def _prune(database: Database) -> None:
    while True:
        with contextlib.suppress(DatabaseAway):
            async with database.as_relay() as rows:
                await rows.execute(PRUNE, [EVENTS_KEPT_DAYS])
        await asyncio.sleep(PRUNE_S)


if __name__ == "__main__":
    sys.exit(run("analytics", work, KeyError, VaultError))
