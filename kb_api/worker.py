"""The kb-worker process: reads documents, and keeps every site's index as it should be. `python -m kb_api.worker`

One worker is enough for a machine; several that share the uploads' folder take documents in turns (ingest.queue), and one of
them does what one alone must do (leader).
"""

import asyncio
import contextlib
import logging
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import uvloop

from brain.knowledge.embedders import Embedders, EmbeddingAway
from core.db import Database, DatabaseAway
from core.leader import Job, lead
from core.public_address import networks
from core.settings import Settings, SettingsError, load
from core.telemetry import serve_status, set_up_logging
from core.vault import Vault, VaultError
from kb_api import stock
from kb_api.ingest import queue, rebuild
from kb_api.ingest.metrics import STEPS, WAITING
from kb_api.ingest.queue import WAITING as IS_WAITING
from kb_api.ingest.queue import Claim
from kb_api.ingest.reading import Reading
from kb_api.ingest.rebuild import Rebuild
from kb_api.ingest.step import Steps
from mirror.fleet import run_mirrors

log = logging.getLogger(__name__)

AT_ONCE = 3
"""Documents in work: one may wait for a slow server while another is read and a third embedded…"""
SLOW_AT_ONCE = 20
"""…and so many that take long to read, on a lane of their own."""
IDLE_S = 0.5
"""How often the queue is looked at while it is empty…"""
REBUILD_S = 5.0
"""…and how often the sites' indexes are."""
AWAY_S = 2.0
SWEEP_AGE_S = 3600.0
"""Younger folders may belong to an upload that is still coming in."""


class Worker:
    def __init__(self, settings: Settings, database: Database, embedders: Embedders, reading: Reading) -> None:
        self._settings = settings
        self._database = database
        self._embedders = embedders
        self._steps = Steps(settings, database, embedders, reading)
        self._reading = reading
        self._after = ""
        self._checked = False
        self.away: str | None = "has not reached the database yet"

    async def documents(self) -> None:
        """Step after step, of one site after the other. Runs until cancelled."""
        working: set[asyncio.Task[None]] = set()
        try:
            while True:
                full = len(working) >= AT_ONCE + min(self._reading.slow, SLOW_AT_ONCE)
                claim = None if full else await self._next()
                if claim is not None:
                    self._after = claim.site
                    working.add(asyncio.create_task(self._step(claim)))
                if working and claim is None:
                    done, working = await asyncio.wait(working, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
                elif claim is None:
                    await asyncio.sleep(IDLE_S)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _next(self) -> Claim | None:
        try:
            if not self._checked:
                await check_search_settings(self._database)
                self._checked = True
            claim = await queue.claim(self._database, self._after)
        except DatabaseAway:
            self.away = "the database"
            await asyncio.sleep(AWAY_S)
            return None
        self.away = None
        return claim

    async def _step(self, claim: Claim) -> None:
        """A step that breaks costs its document an attempt, and no other document anything."""
        step = asyncio.create_task(self._steps.take(claim))
        holding = asyncio.create_task(self._hold(claim, step))
        try:
            with STEPS.time():
                await step
        except DatabaseAway:
            self.away = "the database"
        except asyncio.CancelledError:
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
        except Exception:  # the one place where a document's step dies: its lease runs out, and the next try may do better
            log.exception("! a step failed", extra={"site": claim.site, "document": claim.doc_id})
        finally:
            holding.cancel()

    async def _hold(self, claim: Claim, step: "asyncio.Task[None]") -> None:
        while True:
            await asyncio.sleep(queue.HOLD_S)
            try:
                if not await queue.hold(self._database, claim):
                    step.cancel()  # deleted, replaced, or taken by another worker
                    return
            except DatabaseAway:
                continue  # or its last step has its row locked, and nobody can take it from there either

    async def indexes(self) -> None:
        """Build the generations that sites need. Runs until cancelled."""
        rest: dict[str, float] = {}
        now = asyncio.get_running_loop().time
        while True:
            try:
                for want in await rebuild.wanted(self._database):
                    if now() >= rest.get(want.site, 0.0):
                        await self._rebuild(want, rest)
                await self._count_waiting()
            except DatabaseAway:
                self.away = "the database"
            await asyncio.sleep(REBUILD_S)

    async def _rebuild(self, want: rebuild.Wanted, rest: dict[str, float]) -> None:
        try:
            await Rebuild(self._database, self._embedders, want.site).run(want)
        except EmbeddingAway as error:
            rest[want.site] = asyncio.get_running_loop().time() + 60
            log.warning("! a generation has to wait", extra={"site": want.site, "why": str(error)})

    async def _count_waiting(self) -> None:
        async with self._database.as_relay() as rows:
            query = f"select count(*) from kb_document where {IS_WAITING}"
            row = await (await rows.execute(query.encode())).fetchone()
        WAITING.set(row[0] if row else 0)

    async def sweep(self) -> None:
        """Uploads of documents that are gone: their site was deleted, or a machine died between two steps."""
        with contextlib.suppress(DatabaseAway):
            async with self._database.as_relay() as rows:
                found = await (await rows.execute("select site_id, key from kb_doc")).fetchall()
            known = {(site, key) for site, key in found}
            for removed in await asyncio.to_thread(_sweep, self._settings.uploads_dir, known):
                log.info("= uploads of nobody are deleted", extra={"folder": removed})


def _sweep(uploads: Path, known: set[tuple[str, str]]) -> list[str]:
    removed = []
    for folder in uploads.glob("*/*"):
        fresh = time.time() - folder.stat().st_mtime < SWEEP_AGE_S
        if (folder.parent.name, folder.name) not in known and folder.is_dir() and not fresh:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(f"{folder.parent.name}/{folder.name}")
    return removed


class SearchSettingsError(RuntimeError):
    """The database does not search as it should: the message says what is needed."""


async def check_search_settings(database: Database) -> None:
    """pgvector takes a wrong value for a warning and goes on without: so it is read back. SearchSettingsError; DatabaseAway."""
    async with database.as_relay() as rows:
        await rows.execute("select '[1]'::vector")  # loads the library: only then is the setting known
        row = await (
            await rows.execute("select current_setting('hnsw.iterative_scan'), current_setting('hnsw.ef_search')")
        ).fetchone()
    if row != ("relaxed_order", "80"):
        raise SearchSettingsError(f"hnsw.iterative_scan and hnsw.ef_search are {row}: pgvector 0.8 or newer is needed")


async def serve(settings: Settings, *others: Callable[[Settings, Database], Awaitable[None]]) -> None:
    """Until SIGTERM or SIGINT; `others` run beside. OSError if the status port is taken, KeyError without the vault's key."""
    settings.uploads_dir.mkdir(parents=True, exist_ok=True)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with (
        Database(settings, connections=6) as database,
        Embedders(vault=Vault.of(settings), allowed=networks(settings.network.private_hosts)) as embedders,
        Reading(settings) as reading,
    ):
        worker = Worker(settings, database, embedders, reading)
        door = await serve_status(settings.metrics_address("kb-worker"), lambda: worker.away)
        try:
            async with asyncio.TaskGroup() as tasks:
                alone: list[Job] = [worker.indexes, partial(stock.refresh, database, embedders)]
                alone += [partial(other, settings, database) for other in others]
                running = [tasks.create_task(job) for job in (worker.documents(), worker.sweep(), lead(settings, alone))]
                log.info("= takes documents")
                await stop.wait()
                for task in running:
                    task.cancel()
        finally:
            await door.cleanup()


def main() -> int:
    """The exit status: 0 after a clean stop, 1 if it could not start."""
    try:
        settings = load()
        set_up_logging(settings.log_level)
        uvloop.run(serve(settings, run_mirrors))
    except (SettingsError, OSError, KeyError, VaultError, SearchSettingsError) as error:
        sys.stderr.write(f"haazir: kb-worker can't start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
