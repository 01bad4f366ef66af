"""Search in the copy: large ones by their index, words weighed by how common they are, ids first, and nobody else's rows."""

import asyncio
from collections.abc import Iterator

import numpy as np
import psycopg
import pytest

from brain.knowledge.normal import normalise
from brain.knowledge.passages import fused
from brain.knowledge.source import Question
from core.db import Database
from core.ids import SiteId
from mirror.copied import FRESH_S, Copied
from mirror.shelf import LARGE
from tests.postgres import Server
from tests.standins.machine_a import words
from tests.standins.machine_a.database import MachineADatabase, running_database
from tests.unit.mirror.story import EAGER, Ours, eager, ours


@pytest.fixture(scope="module")
def large() -> Iterator[MachineADatabase]:
    with running_database(LARGE) as database:
        yield database


def test_a_large_copy_is_indexed_and_finds_what_looking_through_all_would(
    migrated_postgres: Server, large: MachineADatabase
) -> None:
    async def story(we: Ours) -> None:
        await we.configure(eager(large))
        async with we.pulling():
            state = await we.until(lambda state: state.sweep is not None, 90)
        assert state.rows >= LARGE
        async with we.database.as_site(we.id) as rows:
            found = await (await rows.execute("select indexed, copy_id from mirror_copy")).fetchone()
            assert found is not None and found[0] is True
            await rows.execute("set local enable_seqscan = off")  # at this size the planner may do as well without
            plan = await (
                await rows.execute(
                    f"explain select row_id from mirror_row where copy_id = {found[1]} "
                    f"order by embedding::halfvec(256) <=> '[{','.join(['0.1'] * 256)}]' limit 5".encode()
                )
            ).fetchall()
            assert any("_nearest" in line for (line,) in plan)
        for in_memory in (0, 10_000):
            assert (await we.ask("what does gift wrapping cost", in_memory=in_memory))[0].title == "Gift wrapping"
        texts = [
            body for (body,) in large.run("select body from articles where headline like 'Item%' order by article_id limit 200")
        ]
        vectors = np.stack([words.embed(text) for text in texts])
        hits = 0
        for wanted in range(0, 200, 10):
            best = texts[int(np.argmax(vectors @ words.embed(texts[wanted])))]
            hits += any(passage.text == best for passage in await we.ask(texts[wanted], in_memory=0))
        assert hits >= 19, "recall@5 of 20 questions"

    ours(migrated_postgres, "large", story)


def test_a_number_that_one_row_has_comes_before_all_else(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    machine_a.write("Model list", "The almirah AL-7731 has three doors and a mirror.")

    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
        for in_memory in (0, 10_000):
            found = await we.ask("gift wrapping parcels to Ladakh al-7731 please", in_memory=in_memory)
            assert "AL-7731" in found[0].text and found[0].by_id and found[0].score == 1.0

    ours(migrated_postgres, "numbered", story)


def test_no_other_site_sees_a_copy_not_even_by_its_number(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        await we.configure({**machine_a.origin(), "budget": EAGER})
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
        async with we.database.as_site(we.id) as rows:
            found = await (await rows.execute("select copy_id from mirror_copy")).fetchone()
        assert found is not None
        async with Database(migrated_postgres.settings) as database, database.as_site(SiteId("somebody")) as rows:
            for query in (
                "select count(*) from mirror_row",
                f"select count(*) from mirror_row_{found[0]}",
                "select count(*) from mirror_copy",
                "select count(*) from knowledge_source",
                f"select count(*) from mirror_common({found[0]})",
                f"select count(*) from mirror_rows_with({found[0]}, array['parcel', 'travel'], '{{}}')",
            ):
                assert await (await rows.execute(query.encode())).fetchone() == (0,)
        with pytest.raises(psycopg.errors.NoDataFound):
            async with Database(migrated_postgres.settings) as database, database.as_site(SiteId("somebody")) as rows:
                await (await rows.execute("select settle_mirror(%s, false)", [found[0]])).fetchone()

    ours(migrated_postgres, "private", story)


def test_a_copy_that_was_seen_once_answers_while_the_database_is_away(
    migrated_postgres: Server, machine_a: MachineADatabase
) -> None:
    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
        asked = "parcels to Ladakh"
        copied, question = Copied(we.database), Question(normalise(asked), words.embed(asked), we.site.embedding)
        assert "Blue Falcon" in fused(await copied.candidates(we.site, question), 1)[0].text
        await asyncio.to_thread(migrated_postgres.stop)
        try:
            await asyncio.sleep(FRESH_S)  # it is looked at again, in vain
            for _ in range(3):
                assert "Blue Falcon" in fused(await copied.candidates(we.site, question), 1)[0].text
        finally:
            await asyncio.to_thread(migrated_postgres.start)
        await copied.close()

    ours(migrated_postgres, "outliving", story)
