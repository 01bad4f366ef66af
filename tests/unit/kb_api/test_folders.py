"""A site as a folder: applied, exported, applied again; what came through the API is left alone."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from brain.folder import SiteFolderError, read_folder
from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedders
from brain.knowledge.generation import open_for_writing
from brain.knowledge.normal import normalise
from brain.knowledge.write import Passage, put_passages
from brain.tools.declaration import Declaration
from core.db import Database
from core.ids import SiteId
from core.lexicon import MOST_WORDS, Saying
from core.settings import Settings
from kb_api import lexicon_rows, site_rows, tool_rows
from kb_api.apply import Applied, apply, digest_of, is_applied, told
from kb_api.export import ExportError, files_of, write
from kb_api.stock import refresh
from tests.postgres import Server
from tests.unit.brain.demo_site import DEMO

SHOP = SiteId("folded")
SITE = """
site_id = "folded"
name = "A shop"
numbers = ["6100"]
languages = ["en"]
tools = ["end_call", "stock_of"]
[hours.week]
mon = ["10:00-19:00"]
[phrases.en]
greeting = "Hello, the shop."
"""
FACTS = """
[parking]
en = "Behind the house."
ask.en = ["where can i park", "is there parking"]
"""
TOOL = """
description = "Tells how many of a product are in stock."
url = "https://shop.example.com/stock/{product}"
[arguments]
type = "object"
required = ["product"]
[arguments.properties.product]
type = "string"
[slots.product.ask]
en = "Which product?"
[utterances]
en = ["how many are in stock"]
[[answers]]
say.en = "{count} are in stock."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shop = tmp_path / "shop"
    for path, text in (
        ("site.toml", SITE),
        ("facts.toml", FACTS),
        ("knowledge/returns.md", "# Returns\n\nTen days, unopened.\n"),
        ("tools/stock_of.toml", TOOL),
    ):
        (shop / path).parent.mkdir(parents=True, exist_ok=True)
        (shop / path).write_text(text)
    return shop


@pytest.fixture
def shop(migrated_postgres: Server, tmp_path: Path, remembering: MiniLM) -> Iterator["Shop"]:
    there = Shop(migrated_postgres, tmp_path / "home", remembering)
    there.run(there.forget)
    yield there
    there.run(there.forget)


class Shop:
    """A database to apply folders to."""

    def __init__(self, server: Server, home: Path, model: MiniLM) -> None:
        self.settings: Settings = msgspec.structs.replace(server.settings, home=home)
        self._server = server
        self._model = model

    def run(self, story: Callable[[Database], Awaitable[None]]) -> None:
        async def opened() -> None:
            async with Database(self._server.settings, wait_s=5) as database:
                await story(database)

        asyncio.run(opened())

    async def forget(self, database: Database) -> None:
        for site in (SHOP, SiteId("demo")):
            async with database.as_site(site) as rows:
                await rows.execute("delete from site where site_id = %s", [site])

    async def apply(self, database: Database, folder: Path) -> Applied:
        return await apply(read_folder(folder), self.settings, database, self._model, digest_of(folder))

    async def export(self, database: Database, to: Path, site: SiteId = SHOP) -> Path:
        async with database.as_site(site) as rows:
            files, _ = await files_of(rows, site)
        write(to, files)
        return to


async def columns(database: Database, query: str, site: SiteId = SHOP) -> list[tuple[object, ...]]:
    async with database.as_site(site) as rows:
        return await (await rows.execute(query.encode())).fetchall()


def test_applying_twice_changes_nothing(shop: Shop, folder: Path) -> None:
    async def story(database: Database) -> None:
        first = await shop.apply(database, folder)
        assert (first.settings, first.tools, first.documents, first.removed) == (1, 1, 1, 0)
        written = await columns(database, "select xmin::text from site union all select xmin::text from kb_doc")
        second = await shop.apply(database, folder)
        assert second == Applied(0, 0, first.added_or_changed) and told(second).startswith("nothing has changed")
        assert await columns(database, "select xmin::text from site union all select xmin::text from kb_doc") == written

    shop.run(story)


def test_exporting_and_applying_again_changes_nothing(shop: Shop, folder: Path, tmp_path: Path) -> None:
    async def story(database: Database) -> None:
        first = await shop.apply(database, folder)
        copy = await shop.export(database, tmp_path / "copy")
        assert {str(path.relative_to(copy)) for path in copy.rglob("*.*")} == {
            "site.toml", "facts.toml", "knowledge/returns.md", "tools/stock_of.toml",
        }  # fmt: skip
        assert await shop.apply(database, copy) == Applied(0, 0, first.added_or_changed)
        again = await shop.export(database, tmp_path / "again")
        assert digest_of(copy) == digest_of(again)
        await shop.forget(database)
        afresh = await shop.apply(database, copy)  # into an empty database: the same site
        assert (afresh.added_or_changed, afresh.tools, afresh.documents) == (first.added_or_changed, 1, 1)
        assert digest_of(await shop.export(database, tmp_path / "afresh")) == digest_of(copy)

    shop.run(story)


async def add_by_api(database: Database, model: MiniLM) -> None:
    """A page read from the web, and a tool that says something of null."""
    text = "Open daily.\n\nParking is free behind the house."
    said = {
        "name": "by_api",
        "description": "x",
        "url": "https://a.in/x",
        "answers": [{"when": {"state": None}, "say": {"en": "No."}}, {"say": {"en": "Yes."}}],
        "utterances": {"en": ["what is x"]},
    }
    async with database.as_site(SHOP) as rows:
        added = await rows.execute(
            "insert into kb_doc (site_id, kind, key, title, url, content_sha256, origin) "
            "values ('folded', 'document', 'page-1', 'Visit us', 'https://a.in/visit', 'raw', 'api') returning doc_id"
        )
        row = await added.fetchone()
        assert row is not None
        await rows.execute(
            "insert into kb_document (site_id, doc_id, source, revision, status) values ('folded', %s, 'url', 'r', 'ready')", row
        )
        generation = await open_for_writing(rows, SHOP)
        pieces = [("", text[:20], 0, 20), ("Getting here", text[13:], 13, len(text))]
        vector = np.zeros(384, np.float32)
        made = [Passage(body, under, "en", at, end, normalise(body), b"x", vector) for under, body, at, end in pieces]
        await put_passages(rows, generation, row[0], made)
        site = await site_rows.read(rows, SHOP)
        assert site is not None
        await tool_rows.put(rows, site, [msgspec.convert(said, Declaration)], Embedders(model), "api")


def test_what_came_through_the_api_is_exported_and_applied_as_it_was(
    shop: Shop, folder: Path, tmp_path: Path, model: MiniLM
) -> None:
    async def story(database: Database) -> None:
        first = await shop.apply(database, folder)
        await add_by_api(database, model)
        copy = await shop.export(database, tmp_path / "copy")
        assert {path.name for path in (copy / "tools").iterdir()} == {"stock_of.toml", "by_api.json"}
        text = (copy / "knowledge" / "page-1.md").read_text()
        assert text == "Open daily.\n\nParking\n\n## Getting here\n\n is free behind the house.\n"
        again = await shop.apply(database, copy)
        assert again == Applied(0, 0, first.added_or_changed + 1)  # with the way to ask for its tool
        assert await columns(database, "select origin from kb_doc where key = 'page-1'") == [("api",)]
        await shop.forget(database)
        await shop.apply(database, copy)  # elsewhere
        assert await columns(database, "select title, url from kb_doc where key = 'page-1'") == [
            ("Visit us", "https://a.in/visit")
        ]
        assert digest_of(await shop.export(database, tmp_path / "afresh")) == digest_of(copy)

    shop.run(story)


def test_a_folders_words_are_said_its_way_and_those_of_the_api_stay(shop: Shop, folder: Path, tmp_path: Path) -> None:
    lexicon = folder / "lexicon.tsv"
    lexicon.write_text("# brands\nXiaomi\tशाओमी\nroute\troot\ten\n")

    async def story(database: Database) -> None:
        first = await shop.apply(database, folder)
        assert first.sayings == 2 and "2 words of the lexicon changed" in told(first)
        async with database.as_site(SHOP) as rows:
            await lexicon_rows.put(rows, SHOP, Saying(word="haazir", say="हाज़िर"), "api")
        copy = await shop.export(database, tmp_path / "copy")
        assert (copy / "lexicon.tsv").read_text() == "haazir\tहाज़िर\nroute\troot\ten\nxiaomi\tशाओमी\n"
        assert (await shop.apply(database, copy)).sayings == 0
        lexicon.write_text("Xiaomi\tश्याओमी\n")
        assert not await is_applied(database, SHOP, digest_of(folder))
        assert (await shop.apply(database, folder)).sayings == 2
        query = "select word, say, origin from lexicon order by 1"
        assert await columns(database, query) == [("haazir", "हाज़िर", "api"), ("xiaomi", "श्याओमी", "folder")]

    shop.run(story)


def test_a_folders_words_and_those_of_the_api_are_no_more_than_a_site_may_have(shop: Shop, folder: Path, tmp_path: Path) -> None:
    lexicon = folder / "lexicon.tsv"
    lexicon.write_text("Xiaomi\tशाओमी\nroute\troot\ten\n")
    of_api = (
        "insert into lexicon (site_id, word, language, say, origin) "
        f"select %s, 'word ' || n, '', 'शब्द', 'api' from generate_series(1, {MOST_WORDS - 2}) n"
    )

    async def story(database: Database) -> None:
        await shop.apply(database, folder)
        async with database.as_site(SHOP) as rows:
            await rows.execute(of_api, [SHOP])
        lexicon.write_text("Oppo\tओप्पो\nVivo\tवीवो\nword 7\tसात\n")
        assert (await shop.apply(database, folder)).sayings == 5, "two come, two go, one is the folder's now"
        await shop.apply(database, await shop.export(database, tmp_path / "copy"))
        lexicon.write_text("Oppo\tओप्पो\nVivo\tवीवो\nword 7\tसात\nMi TV\tमी टीवी\n")
        with pytest.raises(SiteFolderError, match=r"lexicon\.tsv: 4 lines and 1997 others that came .* may have 2000"):
            await shop.apply(database, folder)
        assert await columns(database, "select count(*) from lexicon") == [(MOST_WORDS,)]

    shop.run(story)


def test_the_demo_survives_a_round_trip(shop: Shop, tmp_path: Path) -> None:
    async def story(database: Database) -> None:
        first = await shop.apply(database, DEMO)
        copy = await shop.export(database, tmp_path / "demo", SiteId("demo"))
        assert read_folder(copy).site == read_folder(DEMO).site
        assert await shop.apply(database, copy) == Applied(0, 0, first.added_or_changed)

    shop.run(story)


def test_what_the_folder_has_no_more_is_gone_and_what_the_api_made_stays(shop: Shop, folder: Path) -> None:
    async def story(database: Database) -> None:
        await shop.apply(database, folder)
        async with database.as_site(SHOP) as rows:
            await rows.execute("insert into site_tool (site_id, name, declaration) values ('folded', 'by_api', '{}')")
            await rows.execute("update site set tools = tools || '[\"by_api\"]' where site_id = 'folded'")
            await rows.execute(
                "insert into kb_doc (site_id, kind, key, content_sha256, origin) values ('folded', 'fact', 'faq_1', 'x', 'api')"
            )
        for path in ("facts.toml", "knowledge/returns.md", "tools/stock_of.toml"):
            (folder / path).unlink()
        (folder / "site.toml").write_text(SITE.replace(', "stock_of"', ""))
        applied = await shop.apply(database, folder)
        assert (applied.settings, applied.removed, applied.tools, applied.documents) == (1, 2, 1, 1)
        assert await columns(database, "select name from site_tool") == [("by_api",)]
        ((tools,),) = await columns(database, "select tools from site")
        assert tools == ["end_call", "by_api"], "what came through the API may still be used"
        assert await columns(database, "select key from kb_doc where kind <> 'action'") == [("faq_1",)]
        assert not list(shop.settings.uploads_dir.rglob("raw"))

    shop.run(story)


def test_a_tool_that_the_folder_has_and_does_not_allow_is_told(shop: Shop, folder: Path) -> None:
    async def story(database: Database) -> None:
        (folder / "site.toml").write_text(SITE.replace(', "stock_of"', ""))
        applied = await shop.apply(database, folder)
        assert told(applied).endswith(
            "1 document changed, for kb-worker to read; not in `tools` of site.toml, so never used: stock_of"
        )

    shop.run(story)


def test_an_upgrade_brings_every_sites_small_talk_up_to_date(shop: Shop, folder: Path, remembering: MiniLM) -> None:
    async def story(database: Database) -> None:
        await shop.apply(database, folder)
        async with database.as_site(SHOP) as rows:  # as an older version of our code left it
            await rows.execute("update kb_doc set content_sha256 = 'old' where key = 'greeting'")
            await rows.execute("delete from kb_doc where key = 'thanks'")
            await rows.execute("update kb_doc set key = 'gone' where key = 'elsewhere'")
        await refresh(database, Embedders(remembering))
        keys = {str(key) for (key,) in await columns(database, "select key from kb_doc where kind = 'action'")}
        assert {"greeting", "thanks", "elsewhere", "stock_of"} <= keys and "gone" not in keys
        assert await shop.apply(database, folder) == Applied(0, 0, len(read_folder(folder).docs))

    shop.run(story)


def test_a_changed_document_is_read_again_and_another_is_not(shop: Shop, folder: Path) -> None:
    async def story(database: Database) -> None:
        (folder / "knowledge" / "warranty.md").write_text("One year.")
        await shop.apply(database, folder)
        before = dict(await columns(database, "select key, revision from kb_document join kb_doc using (site_id, doc_id)"))
        (folder / "knowledge" / "warranty.md").write_text("Two years.")
        assert (await shop.apply(database, folder)).documents == 1
        after = dict(await columns(database, "select key, revision from kb_document join kb_doc using (site_id, doc_id)"))
        assert before["returns"] == after["returns"] and before["warranty"] != after["warranty"]
        queued = shop.settings.uploads_dir / SHOP / "warranty" / str(after["warranty"]) / "raw"
        assert queued.read_text() == "Two years."

    shop.run(story)


def test_a_folder_that_fails_leaves_the_site_as_it_was(shop: Shop, folder: Path) -> None:
    async def story(database: Database) -> None:
        await shop.apply(database, folder)
        thief = folder.parent / "thief"
        (thief / "knowledge").mkdir(parents=True)
        (thief / "site.toml").write_text('site_id = "demo"\nname = "Thief"\nnumbers = ["6100"]\n')
        (thief / "knowledge" / "x.md").write_text("x")
        with pytest.raises(SiteFolderError, match="6100 belongs to another site"):
            await shop.apply(database, thief)
        assert await columns(database, "select * from site", SiteId("demo")) == []
        assert not (shop.settings.uploads_dir / "demo").exists()

    shop.run(story)


def test_scenarios_go_where_the_brain_looks_for_them(shop: Shop, folder: Path) -> None:
    scenario = folder / "tools" / "greet.py"
    scenario.write_text(
        "from brain.tools.scenario import tool\n\n\n@tool(utterances={'en': ('say hello to me',)})\n"
        'async def say_hello() -> str:\n    "Says hello."\n    return "Hello."\n'
    )
    (folder / "site.toml").write_text(SITE.replace('"end_call"', '"say_hello"'))
    copied = shop.settings.scenarios_dir / SHOP / "greet.py"

    async def story(database: Database) -> None:
        assert (await shop.apply(database, folder)).tools == 2
        assert copied.read_text() == scenario.read_text()
        exported = await shop.export(database, folder.parent / "copy")
        assert (exported / "tools" / "greet.py").read_text() == scenario.read_text()
        scenario.unlink()
        (folder / "site.toml").write_text(SITE)
        await shop.apply(database, folder)
        assert not copied.exists()
        assert await columns(database, "select name from site_tool") == [("stock_of",)]

    shop.run(story)


def test_up_applies_the_demo_only_when_its_files_are_others(shop: Shop, folder: Path) -> None:
    async def story(database: Database) -> None:
        assert not await is_applied(database, SHOP, digest_of(folder))
        await shop.apply(database, folder)
        os.utime(folder / "site.toml", (time.time(), 0))  # a new checkout has new times
        assert await is_applied(database, SHOP, digest_of(folder))
        (folder / "facts.toml").write_text(FACTS.replace("Behind", "Before"))
        assert not await is_applied(database, SHOP, digest_of(folder))

    shop.run(story)


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("site.toml", "name = 'x'", r"site\.toml: site_id: is missing"),
        ("site.toml", SITE.replace('"end_call"', '"fly"'), r"site\.toml: tools: no tool 'fly'.*tools/fly\.toml"),
        ("site.toml", "site_id =\n", r"site\.toml.*line 1"),
        ("facts.toml", "[a]\nen = ''\nask.en = ['x']", r"facts\.toml: \[a\] has an empty text"),
        ("facts.toml", "['a b']\nen = 'x'\nask.en = ['x']", r"\[a b\] is no key"),
        ("knowledge/two words.md", "x", r"two words\.md.*rename"),
        ("tools/stock_of.toml", TOOL.replace("https://", "http://127.0.0.1/"), r"stock_of\.toml: url"),
        ("tools/stock_of.toml", TOOL.replace("url", "uri"), r"stock_of\.toml: .*uri"),
        ("tools/other.py", "import nothing_of_the_kind", r"other\.py: ModuleNotFoundError"),
        ("lexicon.tsv", "xiaomi शाओमी", r"lexicon\.tsv: line 1: write the word, a tab"),
        ("tools/end_call.toml", TOOL, r"end_call\.toml: name: is one of our own"),
    ],
)
def test_what_makes_no_sense_is_refused_with_file_place_and_remedy(folder: Path, file: str, text: str, complaint: str) -> None:
    (folder / file).write_text(text)
    with pytest.raises(SiteFolderError, match=complaint):
        read_folder(folder)


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="not empty"):
        write(tmp_path, {"site.toml": ""})
