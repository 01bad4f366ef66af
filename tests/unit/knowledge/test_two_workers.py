"""Two workers on one queue: each document is done once, by one of them, and both have work."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from brain.knowledge.embed import MiniLM
from core import leader
from core.db import Database
from kb_api.ingest import queue
from kb_api.ingest.queue import Claim
from tests.unit.knowledge.desk import Desk, Town, at_the_desk

DOCUMENTS = 12


def test_two_workers_never_have_the_same_document(town: Town, model: MiniLM) -> None:
    """Both claim as fast as they can: all are taken, each once."""

    async def story(desk: Desk) -> None:
        for number in range(DOCUMENTS):
            await desk.write(f"# Lamp {number}\n\nThe lamp {number} stands in hall {number}.", f"Lamp {number}")
        async with Database(town.settings, wait_s=5) as other:
            taken = await asyncio.gather(*(_claim_all(rows) for rows in (desk.database, other)))
        claims = Counter((claim.site, claim.doc_id) for each in taken for claim in each)
        assert len(claims) == DOCUMENTS
        assert set(claims.values()) == {1}

    at_the_desk(town, model, story)


def test_a_worker_that_was_only_slow_does_nothing_to_the_document_that_another_has_now(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        await desk.write("# Lamp\n\nThe lamp stands in the hall.", "Lamp")
        slow = await queue.claim(desk.database, "")
        assert slow is not None
        town.run("update kb_document set due_at = now()")  # as after the minute of its lease
        quick = await queue.claim(desk.database, "")
        assert quick is not None and quick.doc_id == slow.doc_id
        assert not await queue.hold(desk.database, slow)
        await queue.release(desk.database, slow)
        async with desk.database.as_site(slow.site) as rows:
            assert await queue.document(rows, slow) is None
            await queue.note(rows, slow, status="failed")
            assert await queue.document(rows, quick) is not None
        assert town.rows("select status from kb_document") == [("queued",)]

    at_the_desk(town, model, story)


def test_one_worker_leads_and_another_takes_over(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "LOOK_S", 0.02)

    async def story() -> None:
        leads: list[str] = []
        begun: list[str] = []
        changed = asyncio.Condition()

        async def job(name: str) -> None:
            begun.append(name)
            leads.append(name)
            async with changed:
                changed.notify_all()
            try:
                await asyncio.Event().wait()
            finally:
                leads.remove(name)
                async with changed:
                    changed.notify_all()

        async def until(true: Callable[[], bool]) -> None:
            async with asyncio.timeout(30), changed:
                await changed.wait_for(true)

        first = asyncio.create_task(leader.lead(town.settings, [partial(job, "first")]))
        await until(lambda: leads == ["first"])
        second = asyncio.create_task(leader.lead(town.settings, [partial(job, "second")]))
        await asyncio.sleep(0.2)  # ten tries
        assert leads == ["first"]
        town.run(f"select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = {leader.KB_WORKER}")
        await until(lambda: len(begun) == 2 and len(leads) == 1)  # whoever was quicker, once the first has noticed its loss
        await asyncio.sleep(0.2)
        assert len(begun) == 2 and len(leads) == 1
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert leads == []

    asyncio.run(story())


async def _claim_all(database: Database) -> list[Claim]:
    taken = []
    while (claim := await queue.claim(database, "")) is not None:
        taken.append(claim)
    return taken
