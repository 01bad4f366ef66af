"""A site's folder into the database, and out of it again by search: on a real PostgreSQL."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brain.folder import SiteFolder, SiteFolderError, read_folder
from brain.knowledge.embed import MiniLM
from brain.knowledge.generation import active
from brain.knowledge.index import facts_of, search, site_row
from brain.knowledge.library import Library, NoSuchSite
from brain.knowledge.normal import normalise
from brain.knowledge.snapshot import Snapshot
from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.keys import key_mac
from kb_api.apply import Applied, apply
from tests.postgres import Server
from tests.unit.brain.demo_site import DEMO, questions

SHOP = SiteId("applied")

SITE = """
site_id = "applied"
name = "A shop"
numbers = ["6001"]
languages = ["en"]
tools = ["end_call"]
[phrases.en]
greeting = "Hello."
hold = ["One moment."]
reminder = "Hello?"
again = "Again?"
apology = "Sorry."
goodbye = "Bye."
transfer = "One moment."
"""
FACTS = """
[parking]
en = "Behind the house."
ask.en = ["where can i park", "is there parking"]
[returns]
en = "Ten days."
ask.en = ["can i return it", "what is the return policy", "model XR-200 return"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "facts.toml").write_text(FACTS)
    return tmp_path


def run(server: Server, story: Callable[[Database], Coroutine[Any, Any, None]]) -> None:
    async def opened() -> None:
        async with Database(server.settings, wait_s=5.0) as database:
            await story(database)

    asyncio.run(opened())


async def load(folder: Path, server: Server, database: Database, model: MiniLM) -> Applied:
    return await apply(read_folder(folder), server.settings, database, model)


async def version(database: Database, site: SiteId = SHOP) -> int:
    async with database.as_site(site) as rows:
        row = await site_row(rows, site)
    assert row is not None
    return row.version


def test_only_what_changed_is_made_again(migrated_postgres: Server, folder: Path, model: MiniLM) -> None:
    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        before = await version(database)
        assert await load(folder, migrated_postgres, database, model) == Applied(0, 0, len(read_folder(folder).docs))
        assert await version(database) == before
        (folder / "facts.toml").write_text(FACTS.replace("Ten days.", "Twelve days."))
        changed = await load(folder, migrated_postgres, database, model)
        assert (changed.added_or_changed, changed.removed) == (1, 0)
        (folder / "facts.toml").write_text(FACTS.split("[returns]")[0])
        assert (await load(folder, migrated_postgres, database, model)).removed == 1
        assert await version(database) == before + 2

    run(migrated_postgres, story)


def test_numbers_are_the_folders_and_nobody_elses(migrated_postgres: Server, folder: Path, model: MiniLM) -> None:
    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        (folder / "site.toml").write_text(SITE.replace('"6001"', '"6002", "6003"'))
        await load(folder, migrated_postgres, database, model)
        async with database.as_relay() as rows:
            found = await (await rows.execute("select number from site_number where site_id = %s order by 1", [SHOP])).fetchall()
        assert found == [("6002",), ("6003",)]
        (folder / "site.toml").write_text(SITE.replace('site_id = "applied"', 'site_id = "thief"').replace("6001", "6002"))
        with pytest.raises(SiteFolderError, match="number 6002 belongs to another site"):
            await load(folder, migrated_postgres, database, model)

    run(migrated_postgres, story)


def test_the_key_that_up_made_opens_the_site(
    migrated_postgres: Server, folder: Path, model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        async with database.as_relay() as rows:
            found = await (await rows.execute("select mac from api_key where site_id = %s", [SHOP])).fetchone()
        assert found is not None and bytes(found[0]) == key_mac("pepper", "hz_key")

    monkeypatch.setenv("HAAZIR_SECRET_API_KEY_APPLIED", "hz_key")
    monkeypatch.setenv("HAAZIR_SECRET_KEY_PEPPER", "pepper")
    run(migrated_postgres, story)


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("site.toml", "site_id = ", r"site\.toml"),
        ("site.toml", SITE.replace("max", "x").replace('"end_call"', '"rm_rf"'), "no tool 'rm_rf'"),
        ("site.toml", SITE.replace('languages = ["en"]', 'languages = ["xx"]'), "languages"),
        ("site.toml", SITE.replace("numbers", "number"), "number: there is no such setting"),
        ("facts.toml", "[parking]\nen = 'x'\n", r"no \[parking\.ask\]"),
        ("facts.toml", "[parking]\nask.en = ['x']\n", "has no answer"),
        ("facts.toml", "[parking]\nxx = 'x'\nask.en = ['x']\n", "languages are"),
        ("facts.toml", "parking = 5\n", "nobody could ask"),
        ("facts.toml", "[parking]\nen = 'x'\nask.en = 'where'\n", "parking"),
    ],
)
def test_a_folder_that_makes_no_sense_is_refused_with_its_place(folder: Path, file: str, text: str, complaint: str) -> None:
    (folder / file).write_text(text)
    with pytest.raises(SiteFolderError, match=complaint):
        read_folder(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteFolderError, match=r"site\.toml"):
        read_folder(tmp_path)


def test_the_database_and_its_copy_in_memory_find_the_same(migrated_postgres: Server, demo: SiteFolder, model: MiniLM) -> None:
    asked = [normalise(question) for _, question in questions("held_out")[::3]]
    vectors = model.embed([normal.english for normal in asked])

    async def story(database: Database) -> None:
        await apply(demo, migrated_postgres.settings, database, model)
        async with database.as_site(demo.site.site_id) as rows:
            generation = await active(rows, demo.site.site_id)
            found = await facts_of(rows, generation)
            assert found is not None
            snapshot = Snapshot(*found)
            for normal, vector in zip(asked, vectors, strict=True):
                ours = {c.entry.doc_id: c for c in snapshot.search(normal, vector)}
                theirs = {c.entry.doc_id: c for c in await search(rows, generation, normal, vector)}
                assert len(ours.keys() ^ theirs.keys()) <= 2, "half precision may swap the last of the nearest"
                for doc_id in ours.keys() & theirs.keys():
                    one, other = ours[doc_id], theirs[doc_id]
                    assert (one.cosine, one.centre) == pytest.approx((other.cosine, other.centre), abs=0.002)
                    assert one.coverage == pytest.approx(other.coverage)
                    same = [(c.entry, c.words, c.asks_for, c.by_id, c.asked_as) for c in (one, other)]
                    assert same[0] == same[1]

    run(migrated_postgres, story)


def test_an_id_is_found_by_sql_whatever_else_is_said(migrated_postgres: Server, folder: Path, model: MiniLM) -> None:
    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        asked = normalise("kuch bhi xr-200 ke baare mein")
        async with database.as_site(SHOP) as rows:
            found = await search(rows, await active(rows, SHOP), asked, model.embed([asked.english])[0])
        assert {candidate.entry.key for candidate in found if candidate.by_id} == {"returns"}

    run(migrated_postgres, story)


def test_the_recogniser_gets_the_sites_phrases(migrated_postgres: Server, demo: SiteFolder, model: MiniLM) -> None:
    async def story(database: Database) -> None:
        await apply(demo, migrated_postgres.settings, database, model)
        async with database.as_site(demo.site.site_id) as rows:
            phrases = [text for (text,) in await (await rows.execute("select stt_phrases('demo')")).fetchall()]
        assert len(phrases) > 500 and len(set(phrases)) == len(phrases)
        assert {"mera order kahan hai", "order number {digits}", "{digits}", "haan ji", "refund kab tak milega"} <= set(phrases)
        assert all(set(text) <= set("abcdefghijklmnopqrstuvwxyz {}'") for text in phrases)

    run(migrated_postgres, story)


def test_a_site_is_found_by_its_number_as_it_was_written(migrated_postgres: Server, demo: SiteFolder, model: MiniLM) -> None:
    async def story(database: Database) -> None:
        await apply(demo, migrated_postgres.settings, database, model)
        async with database.as_relay() as rows:
            row = await (await rows.execute("select site_by_number('1000')")).fetchone()
        assert row is not None and msgspec.convert(row[0], type(demo.site)) == demo.site

    run(migrated_postgres, story)


async def told_of_parking(library: Library, answer: str) -> None:
    """Until the library tells it: a turn waits 50 ms for news at most, on a busy machine a later turn has it."""
    for _ in range(500):
        match = await library.find(SHOP, "is there parking")
        if match is not None and match.entry.answers == {"en": answer}:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"five seconds later it is still {match}")


def test_a_site_made_anew_under_an_old_id_knows_nothing_of_the_old_one(
    migrated_postgres: Server, folder: Path, model: MiniLM
) -> None:
    """Both were changed as often: their versions are the same."""

    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        async with Library(database, model, fresh_s=0.0) as library:
            assert await library.find(SHOP, "is there parking") is not None
            async with database.as_site(SHOP) as rows:
                await rows.execute("delete from kb_generation where site_id = %s", [SHOP])
                await rows.execute("call forget_site(%s)", [SHOP])
            (folder / "facts.toml").write_text(FACTS.replace("Behind", "In front of"))
            await load(folder, migrated_postgres, database, model)
            await told_of_parking(library, "In front of the house.")

    run(migrated_postgres, story)


def test_the_library_sees_a_change_and_outlives_the_database(migrated_postgres: Server, folder: Path, model: MiniLM) -> None:
    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        async with Library(database, model, fresh_s=0.0) as library:
            with pytest.raises(NoSuchSite):
                await library.site(SiteId("nobody"))
            await library.preload()
            match = await library.find(SHOP, "is there parking")
            assert match is not None and match.entry.answers == {"en": "Behind the house."}
            (folder / "facts.toml").write_text(FACTS.replace("Behind", "In front of"))
            await load(folder, migrated_postgres, database, model)
            await told_of_parking(library, "In front of the house.")
            await asyncio.to_thread(migrated_postgres.stop)
            try:
                match = await library.find(SHOP, "where may i park my car")
                assert match is not None and match.entry.key == "parking"
            finally:
                await asyncio.to_thread(migrated_postgres.start)

    run(migrated_postgres, story)


def test_a_site_that_cannot_be_read_leaves_all_others_their_answers(
    migrated_postgres: Server, folder: Path, model: MiniLM, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(database: Database) -> None:
        await load(folder, migrated_postgres, database, model)
        async with database.as_site(SiteId("unread")) as rows:
            values = "values ('unread', '', '{}', '')"
            await rows.execute(f"insert into site (site_id, name, settings, embedding_model) {values}".encode())
        async with Library(database, model, fresh_s=0.0) as library:
            loaded = [site.site_id for site in await library.preload()]
        async with database.as_site(SiteId("unread")) as rows:
            await rows.execute("delete from site where site_id = 'unread'")
        assert SHOP in loaded and "unread" not in loaded
        assert "unread" in [getattr(told, "site", None) for told in caplog.records]

    run(migrated_postgres, story)


def test_a_library_that_never_saw_the_site_says_so(migrated_postgres: Server, model: MiniLM, tmp_path: Path) -> None:
    async def story() -> None:
        nowhere = type(migrated_postgres.settings)(home=tmp_path)
        async with Database(nowhere, wait_s=0.1) as database, Library(database, model, 5.0) as library:
            with pytest.raises(DatabaseAway):
                await library.find(SHOP, "anything")

    asyncio.run(story())


def test_the_demo_folder_names_only_what_exists() -> None:
    demo = read_folder(DEMO)
    keys = [doc.key for doc in demo.docs]
    assert len(keys) == len(set(keys)) and sum(doc.kind == "fact" for doc in demo.docs) >= 40
    for doc in demo.docs:
        if doc.kind == "fact":
            assert {"hi-Latn", "en"} <= set(doc.answers) and all(len(texts) >= 3 for texts in doc.ask.values())
    assert json.loads(msgspec.json.encode(demo.site))["numbers"] == ["1000"]
