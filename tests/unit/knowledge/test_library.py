"""Copies of sites in memory: a change is told of and is there for the next turn; a large or absent database holds nobody up."""

import asyncio
import time

import pytest

from brain.knowledge import index, library
from brain.knowledge.embed import MiniLM
from brain.knowledge.library import Library
from core.db import DatabaseAway
from tests.unit.knowledge.desk import SHOP, Desk, Town, at_the_desk


async def answer(known: Library, question: str) -> str | None:
    match = await known.find(SHOP, question)
    return match.entry.answers["en"] if match is not None and match.exact else None


def test_a_change_is_told_of_and_known_without_anybody_looking(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        async with Library(desk.database, desk.embedders, fresh_s=3600) as known:
            listening = asyncio.create_task(known.listen(desk.settings))
            await desk.ask("PUT", "/faqs/parking", json={"question": "is there parking", "answer": "No."})
            assert await answer(known, "is there parking") == "No."
            for new in ("Yes.", "Behind the house.", "It is full."):
                async with asyncio.timeout(20):
                    while await answer(known, "is there parking") != new:
                        await desk.ask("PUT", "/faqs/parking", json={"question": "is there parking", "answer": new})
            listening.cancel()

    at_the_desk(town, model, story)


def test_a_new_site_that_is_told_of_is_loaded_before_anybody_asks(
    town: Town, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = asyncio.Event()
    whole = library.facts_of

    async def watching(rows: index.Rows, generation: index.Generation) -> object:
        found = await whole(rows, generation)
        copied.set()
        return found

    async def story(desk: Desk) -> None:
        monkeypatch.setattr(library, "facts_of", watching)
        async with Library(desk.database, desk.embedders, fresh_s=3600) as known:
            await desk.ask("PUT", "/faqs/parking", json={"question": "is there parking", "answer": "No."})
            known.changed(SHOP)  # what `listen` does when the database tells
            async with asyncio.timeout(10):
                await copied.wait()

    at_the_desk(town, model, story)


def test_documents_that_change_all_the_time_are_not_copied_all_the_time(
    town: Town, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = 0
    whole = library.pieces_of

    async def counting(rows: index.Rows, generation: index.Generation) -> object:
        nonlocal copies
        copies += 1
        return await whole(rows, generation)

    async def story(desk: Desk) -> None:
        await desk.write("Parking is behind the house.")
        await desk.work()
        monkeypatch.setattr(library, "pieces_of", counting)
        monkeypatch.setattr(library, "REBUILD_SHARE", 1e-6)  # a copy of 5 ms is made every 80 minutes at most
        async with Library(desk.database, desk.embedders, fresh_s=0.0) as known:
            assert len(await known.passages(SHOP, "parking", 5)) == 1
            await desk.write("Parking for bicycles is in front of the house.")
            await desk.work()
            await desk.ask("PUT", "/faqs/x", json={"question": "what is x", "answer": "A letter."})
            async with asyncio.timeout(20):
                while await answer(known, "what is x") is None:  # facts are not held back
                    continue
            assert len(await known.passages(SHOP, "parking", 5)) == 1 and copies == 1

    at_the_desk(town, model, story)


def test_a_site_too_large_for_memory_is_searched_in_the_database_and_nobody_waits_for_one_that_is_away(
    town: Town, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "SNAPSHOT_LIMIT", 1)

    async def story(desk: Desk) -> None:
        await desk.write("Parking is behind the house.")
        await desk.write("Lamps are on the first floor.")
        await desk.work()
        async with Library(desk.database, desk.embedders, fresh_s=0.0) as known:
            assert (await known.site(SHOP)).pieces is None
            assert "first floor" in (await known.passages(SHOP, "where are the lamps", 1))[0].text
            await asyncio.to_thread(town.server.stop)
            try:
                with pytest.raises(DatabaseAway):
                    await known.passages(SHOP, "where are the lamps", 1)
                began = time.monotonic()
                for _ in range(5):
                    with pytest.raises(DatabaseAway):
                        await known.passages(SHOP, "where are the lamps", 1)
                assert time.monotonic() - began < library.AWAY_S, "who asks at once again is told at once"
            finally:
                await asyncio.to_thread(town.server.start)

    at_the_desk(town, model, story)
