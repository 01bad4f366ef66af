"""A site's lexicon through the API: word by word, as a whole, and never another site's."""

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest

from core.db import Database
from core.ids import SiteId
from core.lexicon import MOST_WORDS, Saying
from kb_api import lexicon_rows
from tests.unit.gateway.conftest import Town
from tests.unit.kb_api.conftest import SITE, Asker, Office

PLACE = "/v1/sites/clinic/lexicon"
PATIENCE = 5


@pytest.fixture
def clinic(office: Office) -> Iterator[Office]:
    async def make(ask: Asker) -> None:
        made = [await ask("POST", "/v1/sites", SITE)]
        while made[-1].status_code == 503 and len(made) < PATIENCE:  # small talk is still being prepared: it waited for that
            made.append(await ask("POST", "/v1/sites", SITE))
        assert made[-1].status_code == 201, made[-1].text

    office.tell(make)
    yield office


async def words(ask: Asker, query: str = "") -> list[tuple[str, str, str | None]]:
    listed = await ask("GET", PLACE + query)
    assert listed.status_code == 200, listed.text
    return [(each["word"], each["say"], each["language"]) for each in listed.json()["data"]]


def test_a_word_is_written_said_otherwise_and_forgotten(clinic: Office) -> None:
    async def story(ask: Asker) -> None:
        for word, body in (
            ("Xiaomi", {"say": "शाओमी"}),
            ("XIAOMI", {"say": "श्याओमी"}),
            ("Mi%20TV", {"say": "मी टीवी", "word": "mi tv"}),
        ):
            assert (await ask("PUT", f"{PLACE}/{word}", body)).status_code == 204
        assert (await ask("PUT", f"{PLACE}/xiaomi", {"say": "shao me", "language": "en"})).status_code == 204
        assert await words(ask) == [("mi tv", "मी टीवी", None), ("xiaomi", "श्याओमी", None), ("xiaomi", "shao me", "en")]
        assert (await ask("DELETE", f"{PLACE}/Xiaomi?language=en")).status_code == 204
        assert await words(ask) == [("mi tv", "मी टीवी", None), ("xiaomi", "श्याओमी", None)]
        assert (await ask("DELETE", f"{PLACE}/xiaomi?language=pa")).status_code == 404
        assert [(await ask("DELETE", f"{PLACE}/xiaomi")).status_code for _ in range(2)] == [204, 404]

    clinic.tell(story)


def test_a_list_comes_page_by_page(clinic: Office) -> None:
    async def story(ask: Asker) -> None:
        lines = [{"word": f"brand {n}", "say": "ब्रांड", "language": language} for n in range(4) for language in (None, "en")]
        written = await ask("PUT", PLACE, {"words": lines})
        assert written.json() == {"words": 8, "changed": 8}
        seen, cursor = [], ""
        while cursor is not None:
            page = (await ask("GET", f"{PLACE}?limit=3&cursor={quote(cursor)}")).json()
            seen += [(each["word"], each["language"]) for each in page["data"]]
            cursor = page["next_cursor"]
        assert seen == [(line["word"], line["language"]) for line in lines]

    clinic.tell(story)


def test_a_table_takes_the_place_of_all_that_was_there(clinic: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("PUT", PLACE, {"words": [{"word": "a", "say": "ए"}, {"word": "b", "say": "बी"}]})
        written = await ask("PUT", PLACE, {"table": "A\tए\nC\tसी\n"})
        assert written.json() == {"words": 2, "changed": 2}
        assert await words(ask) == [("a", "ए", None), ("c", "सी", None)]
        assert (await ask("PUT", PLACE, {"words": []})).json() == {"words": 0, "changed": 2}

    clinic.tell(story)


REFUSED: list[tuple[str, str, object, int, str]] = [
    ("PUT", "/x", {}, 422, "missing"),
    ("PUT", "/x", {"say": ""}, 422, "body.say"),
    ("PUT", "/x", {"say": "!!"}, 422, "letters among them"),
    ("PUT", "/x", {"say": "y" * 201}, 422, "body.say"),
    ("PUT", "/x", {"say": "y", "language": "ta"}, 422, "body.language"),
    ("PUT", "/x", {"say": "y", "word": "z"}, 422, "not the one in the path"),
    ("PUT", "/x", {"say": "y", "speed": 2}, 422, "no such field"),
    ("PUT", "/%F0%9F%98%80", {"say": "y"}, 422, "begins with a letter"),
    ("PUT", "/-x", {"say": "y"}, 422, "word"),
    ("PUT", "/" + "x" * 65, {"say": "y"}, 422, "word"),
    ("PUT", "", {}, 422, "one of the two"),
    ("PUT", "", {"words": [], "table": ""}, 422, "one of the two"),
    ("PUT", "", {"words": [{"word": "a", "say": "b"}, {"word": "A", "say": "c"}]}, 422, "is there before"),
    ("PUT", "", {"words": [{"word": "a", "say": "b"}] * (MOST_WORDS + 1)}, 422, "2000"),
    ("PUT", "", {"table": "a\tb\nc"}, 422, "line 2: write the word, a tab"),
    ("DELETE", "/x", None, 404, "no such word"),
]


def test_what_makes_no_sense_is_refused_with_its_place(clinic: Office) -> None:
    async def story(ask: Asker) -> None:
        for method, path, body, status, complaint in REFUSED:
            answer = await ask(method, PLACE + path, body)
            assert answer.status_code == status and complaint in answer.text, answer.text
        assert await words(ask) == []

    clinic.tell(story)


def test_a_full_lexicon_takes_no_more_but_lets_itself_be_changed(clinic: Office) -> None:
    async def story(ask: Asker) -> None:
        table = "".join(f"w{n}\tशब्द\n" for n in range(MOST_WORDS))
        assert (await ask("PUT", PLACE, {"table": table})).json()["words"] == MOST_WORDS
        full = await ask("PUT", f"{PLACE}/one-more", {"say": "एक और"})
        assert full.status_code == 409 and "delete one first" in full.text
        assert (await ask("PUT", f"{PLACE}/w7", {"say": "सात"})).status_code == 204

    clinic.tell(story)


def test_the_same_write_sent_twice_is_done_once(clinic: Office) -> None:
    async def story(ask: Asker) -> None:
        first = await ask("PUT", PLACE, {"table": "a\tए\n"}, idempotency_key="l-1")
        await ask("DELETE", f"{PLACE}/a")
        again = await ask("PUT", PLACE, {"table": "a\tए\n"}, idempotency_key="l-1")
        assert again.json() == first.json() and again.headers["idempotent-replayed"] == "true"
        assert await words(ask) == []
        assert (await ask("PUT", PLACE, {"table": "b\tबी\n"}, idempotency_key="l-1")).status_code == 422

    clinic.tell(story)


def test_no_site_reads_or_writes_another_ones_words(clinic: Office) -> None:
    theirs = "/v1/sites/academy/lexicon"

    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE | {"site_id": "academy"})
        made = [(await ask("POST", f"/v1/sites/{site}/keys", {})).json()["api_key"] for site in ("clinic", "academy")]
        mine, other = map(ask.with_key, made)
        assert (await other("PUT", f"{theirs}/vault", {"say": "तिजोरी"})).status_code == 204
        refused = [
            await mine("GET", theirs),
            await mine("PUT", f"{theirs}/vault", {"say": "x"}),
            await mine("DELETE", f"{theirs}/vault"),
            await mine("PUT", theirs, {"words": []}),
        ]
        assert {answer.status_code for answer in refused} == {401}
        assert (await mine("PUT", PLACE, {"table": "vault\tवॉल्ट\n"})).json() == {"words": 1, "changed": 1}
        assert (await mine("DELETE", f"{PLACE}/vault")).status_code == 204
        left = (await other("GET", theirs)).json()["data"]
        assert [(each["word"], each["say"]) for each in left] == [("vault", "तिजोरी")]

    clinic.tell(story)
    asyncio.run(_fenced(clinic.town))


async def _fenced(town: Town) -> None:
    """The fence stands below the API as well."""
    async with Database(town.settings, wait_s=5) as database:
        seen = {site: await read(database, SiteId(site)) for site in ("clinic", "academy")}
        assert seen == {"clinic": (), "academy": (Saying(word="vault", say="तिजोरी"),)}
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            async with database.as_site(SiteId("clinic")) as rows:
                await lexicon_rows.put(rows, SiteId("academy"), Saying(word="vault", say="x"), "api")


async def read(database: Database, site: SiteId) -> tuple[Saying, ...]:
    """All lines that can be seen as `site`."""
    async with database.as_site(site) as rows:
        found = await (await rows.execute("select word, say from lexicon")).fetchall()
    return tuple(Saying(word=word, say=say) for word, say in found)
