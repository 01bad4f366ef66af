"""Generations: a new model, a new version of our code, a site grown large; with no downtime and no lost write."""

import asyncio
import json
from collections.abc import Sequence

import numpy as np
import pytest

from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedders
from brain.knowledge.generation import Generation, active, open_for_writing
from brain.knowledge.index import search_passages
from brain.knowledge.library import Library
from brain.knowledge.normal import normalise
from brain.knowledge.write import Passage, digest_of, put_passages
from core.db import Database, Rows
from core.ids import SiteId
from core.sites import Embedding
from kb_api.ingest import rebuild
from kb_api.ingest.rebuild import Rebuild, Wanted, wanted
from kb_api.worker import check_search_settings
from tests.standins.embeddings import embeddings_server
from tests.unit.knowledge.desk import BANK, SHOP, Desk, Town, at_the_desk

ROWS = 3000


def vectors(count: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    made = np.random.default_rng(seed).standard_normal((count, 384)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


async def fill(rows: Rows, site: SiteId, key: str, count: int, seed: int) -> None:
    """A document of so many pieces with made-up vectors."""
    made = "insert into kb_doc (site_id, kind, key, content_sha256) values (%s, 'document', %s, '') returning doc_id"
    row = await (await rows.execute(made, [site, key])).fetchone()
    assert row is not None
    pieces = [
        Passage(f"{key} {n}", "", "en", 0, 1, normalise(f"lamp L-{1000 + n} {key}"), digest_of(f"{key} {n}"), vector)
        for n, vector in enumerate(vectors(count, seed))
    ]
    await put_passages(rows, await open_for_writing(rows, site), row[0], pieces)


async def nearest(database: Database, site: SiteId, vector: Sequence[float]) -> list[str]:
    async with database.as_site(site) as rows:
        found = await search_passages(rows, await active(rows, site), normalise(""), np.array(vector, np.float32))
    return [passage.text for passage in sorted(found, key=lambda passage: -passage.cosine)]


async def generation(database: Database, site: SiteId) -> Generation:
    async with database.as_site(site) as rows:
        return await active(rows, site)


def test_a_site_that_grows_large_gets_a_shelf_and_an_index_of_its_own(
    town: Town, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LARGE", ROWS - 1)

    async def story(desk: Desk) -> None:
        database = desk.database
        async with database.as_site(SHOP) as rows:
            await fill(rows, SHOP, "book", ROWS, 1)
        async with database.as_site(BANK) as rows:
            await fill(rows, BANK, "ledger", 50, 2)
        asked = vectors(20, 1)
        before = [await nearest(database, SHOP, list(vector)) for vector in asked]
        (want,) = [each for each in await wanted(database) if each.site in (SHOP, BANK)]
        assert want == Wanted(SHOP, Embedding(), True)
        assert await Rebuild(database, desk.embedders, SHOP).run(want)
        now = await generation(database, SHOP)
        assert (now.number, now.passages, now.shelf != "small") == (2, ROWS, True)
        assert not [each for each in await wanted(database) if each.site in (SHOP, BANK)]
        table = f"kb_chunk_{now.shelf}"
        assert town.rows(f"select count(*) from {table}") == [(ROWS,)]
        assert town.rows("select count(*) from kb_chunk_small where site_id = 'shop'") == [(0,)]
        fenced = f"select relrowsecurity, relforcerowsecurity from pg_class where relname = '{table}'"
        assert town.rows(fenced) == [(True, True)]
        after = [await nearest(database, SHOP, list(vector)) for vector in asked]
        kept = [len(set(old[:5]) & set(new[:5])) / 5 for old, new in zip(before, after, strict=True)]
        assert np.mean(kept) >= 0.95, "recall@5 against exact search"
        async with database.as_site(SHOP) as rows:
            plan = "explain select chunk_id from kb_chunk where shelf = %s and site_id = 'shop' and generation = 2 "
            plan += "and kind = any('{document}') order by embedding::halfvec(384) <=> %s::halfvec(384) limit 24"
            lines = await (await rows.execute(plan.encode(), [now.shelf, str(asked[0].tolist())])).fetchall()
        assert any("halfvec_idx" in line or "embedding_idx" in line for (line,) in lines), lines
        async with database.as_site(BANK) as rows:  # another site asks the shelf itself
            assert await (await rows.execute(f"select count(*) from {table}".encode())).fetchone() == (0,)
        async with database.as_site(SHOP) as rows:  # and the shelf is written to as any other
            await fill(rows, SHOP, "news", 5, 3)
        assert (await nearest(database, SHOP, list(vectors(1, 3)[0])))[0] == "news 0"
        town.run("delete from site where site_id = 'shop'")
        async with database.as_relay() as rows:
            await rows.execute("select drop_unused_kb_shelves()")
        assert town.rows(f"select to_regclass('{table}')") == [(None,)]

    at_the_desk(town, model, story)


def test_what_is_written_and_deleted_while_the_next_generation_is_built_is_neither_lost_nor_kept(
    town: Town, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LARGE", 10)
    monkeypatch.setattr(rebuild, "COPIED", 40)

    async def story(desk: Desk) -> None:
        database = desk.database
        async with database.as_site(SHOP) as rows:
            await fill(rows, SHOP, "old", 200, 1)
            await fill(rows, SHOP, "doomed", 60, 4)
        rebuilding = Rebuild(database, desk.embedders, SHOP)
        copied, writes = rebuilding._copy, 0

        async def copy_while_others_write(old: Generation, new: Generation, after: int) -> int | None:
            nonlocal writes
            last = await copied(old, new, after)
            if writes < 12:
                writes += 1
                async with database.as_site(SHOP) as rows:
                    await fill(rows, SHOP, f"new{writes}", 3, 10 + writes)
            if writes == 6:
                async with database.as_site(SHOP) as rows:
                    await rows.execute("delete from kb_doc where key = 'doomed'")
            return last

        rebuilding._copy = copy_while_others_write  # type: ignore[method-assign]  # the real one, with company
        assert await rebuilding.run(Wanted(SHOP, Embedding(), True))
        now = await generation(database, SHOP)
        found = town.rows(f"select body from kb_chunk_{now.shelf} order by chunk_id")
        expected = {f"old {n}" for n in range(200)} | {f"new{m} {n}" for m in range(1, 13) for n in range(3)}
        assert {body for (body,) in found} == expected and len(found) == len(expected) == now.passages
        counted = town.rows("select chunks from kb_term where site_id = 'shop' and term = 'lamp'")
        assert counted == [(len(expected),)]

    at_the_desk(town, model, story)


def test_a_writer_at_work_keeps_the_switch_waiting_and_writes_where_it_began(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        database = desk.database
        async with database.as_site(SHOP) as rows:
            await fill(rows, SHOP, "old", 20, 1)
        async with database.as_site(SHOP) as rows:
            await fill(rows, SHOP, "late", 5, 2)  # not committed yet
            assert not await Rebuild(database, desk.embedders, SHOP).run(Wanted(SHOP, Embedding(), False))
        assert (await generation(database, SHOP)).number == 1
        assert await Rebuild(database, desk.embedders, SHOP).run(Wanted(SHOP, Embedding(), False))
        now = await generation(database, SHOP)
        assert (now.number, now.passages) == (2, 25)

    at_the_desk(town, model, story)


def test_another_model_is_built_beside_and_takes_over_in_one_moment(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        async with embeddings_server(48) as server:
            faq = {"questions": {"en": ["is there parking"]}, "answers": {"en": "Behind the house."}}
            assert (await desk.ask("PUT", "/faqs/parking", json=faq)).status_code == 200
            sent = await desk.write("Refunds reach the bank within seven days.", "Refunds")
            await desk.work()
            embedding = {"model": "stand-in", "base_url": server.base_url, "dimensions": 48}
            settings = json.dumps({"embedding": embedding}).replace("'", "''")
            town.run(f"update site set settings = settings || '{settings}' where site_id = 'shop'")
            server.fault = "503"
            (want,) = [each for each in await wanted(desk.database) if each.site == SHOP]
            with pytest.raises(ConnectionError):
                await Rebuild(desk.database, desk.embedders, SHOP).run(want)
            stats = (await desk.ask("GET", "/stats")).json()
            assert stats["building"]["note"] == "the embedding server answered 503" and stats["generation"] == 1
            assert (await desk.find("refunds"))[0]["document_id"] == sent["id"], "the one in use goes on"
            server.fault = None
            assert await Rebuild(desk.database, desk.embedders, SHOP).run(want)
            stats = (await desk.ask("GET", "/stats")).json()
            assert (stats["generation"], stats["building"], stats["chunks"], stats["questions"]) == (2, None, 1, 1)
            assert stats["embedding"]["model"] == "stand-in" and stats["embedding"]["dimensions"] == 48
            assert town.rows("select distinct vector_dims(embedding) from kb_chunk where site_id = 'shop'") == [(48,)]
            assert (await desk.find("is there parking"))[0]["document_id"] == "parking"
            later = await desk.write("Lamps are sold on the first floor.")
            await desk.work()
            assert (await desk.find("lamps first floor"))[0]["document_id"] == later["id"]
            server.fault = "503"
            degraded = await desk.ask("POST", "/search", json={"query": "refunds bank"})
            assert degraded.json()["degraded"] == "the embedding server answered 503"
            assert degraded.json()["results"][0]["document_id"] == sent["id"], "words alone"

    at_the_desk(town, model, story)


def test_an_index_is_made_anew_when_asked_or_when_our_code_has_changed(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        await desk.write("Refunds reach the bank within seven days.", "Refunds")
        await desk.work()
        asked = await desk.ask("POST", "/reindex")
        assert (asked.status_code, asked.json()) == (202, {"status": "asked", "generation": 1})
        for change in ("", "update kb_generation set code_version = 0 where site_id = 'shop'"):
            if change:
                town.run(change, "update kb_chunk set terms = '{old}' where site_id = 'shop'")
            (want,) = [each for each in await wanted(desk.database) if each.site == SHOP]
            assert await Rebuild(desk.database, desk.embedders, SHOP).run(want)
            assert not [each for each in await wanted(desk.database) if each.site == SHOP]
        assert town.rows("select terms @> '{refund}' from kb_chunk where site_id = 'shop'") == [(True,)]
        assert (await generation(desk.database, SHOP)).number == 3

    at_the_desk(town, model, story)


def test_memory_and_database_find_the_same_passages(town: Town, model: MiniLM) -> None:
    texts = {
        "Returns": "Shoes can be returned within ten days. Refunds reach the bank within seven working days.",
        "Delivery": "Parcels leave our warehouse in Pune every evening and arrive within three days. XR-200 ships in two boxes.",
        "Hindi": "दुकान सुबह नौ बजे खुलती है और शाम को छह बजे बंद होती है।",
        "Hinglish": "Agar parcel toota hua mile to do din ke andar humein call karein, hum naya bhej denge.",
    }

    async def story(desk: Desk) -> None:
        for title, text in texts.items():
            await desk.write(text, title)
        await desk.work()
        async with Library(desk.database, Embedders(model), 0.0) as library:
            for question in ("refund kab milega", "parcel toot gaya", "dukaan kab khulti hai", "xr-200 kaise aayega", "zebra"):
                ours = await library.passages(SHOP, question, 4)
                theirs = [each for each in await desk.find(question, 4)]
                assert [(p.document_id, p.text) for p in ours] == [(each["document_id"], each["text"]) for each in theirs]
                for passage, each in zip(ours, theirs, strict=True):
                    assert passage.cosine == pytest.approx(each["cosine"], abs=0.002)
                    assert passage.overlap == pytest.approx(each["overlap"], abs=1e-3)
                    assert passage.score == pytest.approx(each["score"], abs=0.002)
            assert (await library.passages(SHOP, "xr-200", 1))[0].by_id
            assert (await library.passages(SHOP, "refund kab milega", 1))[0].title == "Returns"
            assert await library.passages(BANK, "refund", 3) == []
            await asyncio.to_thread(town.server.stop)
            try:
                assert (await library.passages(SHOP, "shoes return", 1))[0].title == "Returns", "the database is away"
            finally:
                await asyncio.to_thread(town.server.start)

    at_the_desk(town, model, story)


def test_the_search_settings_that_lose_no_rows_are_in_force(town: Town, model: MiniLM) -> None:
    at_the_desk(town, model, lambda desk: check_search_settings(desk.database))
