"""The kb-worker process: it stops cleanly, comes back where it was killed, and one bad step costs nobody else anything."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable

import psycopg
import pytest

from brain.knowledge.embed import MiniLM
from core.settings import PROCESSES, REPOSITORY
from kb_api.ingest.queue import Claim
from kb_api.worker import Worker
from tests.standins.ports import free_port
from tests.unit.knowledge.desk import Desk, Town, at_the_desk

BOOK = "\n\n".join(
    f"# Lamp L-{1000 + n}\n\nThe lamp L-{1000 + n} stands in hall {n} and is sold in boxes of {n}." for n in range(120)
)


HALF_WAY = """do $$ begin
  loop
    perform from kb_document where embedded between 1 and 119 for update;
    exit when found;
    perform pg_sleep(0.005);
  end loop;
end $$"""
"""Waits for it, and stays in its way: the document gets no further before the transaction ends."""


def process(town: Town, status_port: int) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "HAAZIR_HOME": str(town.settings.home),
        "HAAZIR_DATABASE_URL": town.settings.database_url(),
        "HAAZIR_NETWORK_METRICS_PORT": str(status_port - PROCESSES.index("kb-worker")),
        "HAAZIR_SECRET_VAULT_KEY": "a vault key",
        "PYTHONPATH": str(REPOSITORY),
        "OPENBLAS_NUM_THREADS": "1",
    }
    return subprocess.Popen([sys.executable, "-P", "-m", "kb_api.worker"], env=environment, stderr=subprocess.PIPE)


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it takes too long"
        time.sleep(0.05)  # another process's doing: there is no event to wait for


def is_ready(status_port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{status_port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, says that it is not, or has no time to answer
        return False


def test_a_killed_worker_s_document_is_finished_by_the_next_which_then_stops_cleanly(town: Town, model: MiniLM) -> None:
    async def send(desk: Desk) -> None:
        await desk.write(BOOK, "Lamps")

    at_the_desk(town, model, send)
    port = free_port()
    first = process(town, port)
    try:
        with psycopg.connect(town.server.settings.database_admin_url()) as rows:
            rows.execute("set statement_timeout = '60s'")
            rows.execute(HALF_WAY)
            until(lambda: is_ready(port))
            (done,) = rows.execute("select embedded from kb_document").fetchall()[0]
            first.kill()
            first.wait()
    finally:
        first.kill()
        first.communicate()
    town.run("update kb_document set due_at = now()")  # as after the minute of its lease
    second = process(town, port)
    try:
        until(lambda: town.rows("select status from kb_document") == [("ready",)])
        counted = "select count(*), count(distinct body) from kb_chunk where site_id = 'shop' and kind = 'document'"
        assert town.rows(counted) == [(120, 120)]
        assert 0 < done < 120
    finally:
        second.send_signal(signal.SIGTERM)
        _, said = second.communicate(timeout=20)
    assert second.returncode == 0, said.decode()
    assert b"lamp" not in said, "nothing of a document is in the log"
    assert not any(town.settings.uploads_dir.rglob("raw")), "what was read is not kept"


def test_a_step_that_breaks_costs_its_document_an_attempt_and_the_others_nothing(
    town: Town, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(desk: Desk) -> None:
        bad, good = await desk.write("the bad one"), await desk.write("the good one")
        (number,) = town.rows(f"select doc_id from kb_doc where key = '{bad['id']}'")[0]
        worker = Worker(desk.settings, desk.database, desk.embedders, desk.steps._reading)
        whole = worker._steps.take

        async def take(claim: Claim) -> None:
            if claim.doc_id == number:
                raise RuntimeError("a fault of ours")
            await whole(claim)

        monkeypatch.setattr(worker._steps, "take", take)
        working = asyncio.create_task(worker.documents())
        async with asyncio.timeout(60):
            while (await desk.document(good["id"]))["status"] != "ready":  # each look is a query: the worker has its turns
                continue
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert (await desk.document(bad["id"]))["status"] == "queued"
        assert town.rows(f"select attempts from kb_document where doc_id = {number}") == [(1,)]
        monkeypatch.undo()
        town.run("update kb_document set due_at = now(), attempts = 4")
        await desk.work()
        failed = await desk.document(bad["id"])
        assert failed["status"] == "failed" and "several tries" in failed["reason"]

    at_the_desk(town, model, story)
