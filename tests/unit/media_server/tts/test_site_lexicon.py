"""A site's own words: over a sentence as wholes, in whatever case; fresh when a call opens, kept when the database is away."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.lexicon import Saying, Tongue, parse
from core.sites import Language
from media_server.tts import site_lexicon
from media_server.tts.site_lexicon import SiteLexicons, read_lexicon
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.site_words import SiteLexicon
from tests.postgres import Server

SITE = SiteId("demo")
FRONT_END = FrontEnd.load()
OURS = SiteLexicon(
    parse(
        "Xiaomi\tशाओमी\nMi\tएम आई\nMi TV\tमी टीवी\nroute\troot\ten\nroute\tरूट\nC++\tसी प्लस प्लस\n"
        "दवा\tदवाई\n24seven\tTwenty Four Seven\n"
    )
)


@pytest.mark.parametrize(
    ("text", "tongue", "said"),
    [
        ("XIAOMI ka phone", "hi", "शाओमी ka phone"),
        ("xiaomis, myxiaomi", "hi", "xiaomis, myxiaomi"),
        ("Mi TV ya Mi?", "hi", "मी टीवी ya एम आई?"),
        ("Mi TVs", "hi", "एम आई TVs"),
        ("the route is long", "en", "the root is long"),
        ("yeh route lamba hai", "hi", "yeh रूट lamba hai"),
        ("C++ class, C+", "hi", "सी प्लस प्लस class, C+"),
        ("दवा लीजिए, दवाएँ नहीं", "hi", "दवाई लीजिए, दवाएँ नहीं"),
        (
            "help@xiaomi.in, www.xiaomi.com, xiaomi.com/x, a/xiaomi_1",
            "hi",
            "help@xiaomi.in, www.xiaomi.com, xiaomi.com/x, a/xiaomi_1",
        ),
        ("(xiaomi). Xiaomi-wala", "hi", "(शाओमी). शाओमी-wala"),
        ("", "pa", ""),
    ],
)
def test_a_word_is_replaced_as_a_whole(text: str, tongue: Tongue, said: str) -> None:
    assert OURS.over(text, tongue) == said


@given(st.text(), st.sampled_from(["hi", "pa", "en"]))
def test_no_lexicon_changes_nothing(text: str, tongue: Tongue) -> None:
    assert SiteLexicon(()).over(text, tongue) == text


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("hi-Latn", "Xiaomi ka 5G phone ₹9,999 ka hai.", "शाओमी का पाँच जी phone नौ हज़ार नौ सौ निन्यानवे रुपये का है."),
        ("hi-Latn", "24Seven par aaiye.", "Twenty Four Seven पर आइए."),
        ("en", "The route to Xiaomi is long.", "The root to शाओमी is long."),
        ("hi-Latn", "The Xiaomi you want is not here, 5 are.", "The शाओमी you want is not here, five are."),
    ],
)
def test_a_sites_words_come_before_everything_else(language: Language, text: str, said: str) -> None:
    assert FRONT_END.spoken(text, language, lexicon=OURS) == said


def test_the_same_lines_have_the_same_version_and_others_another() -> None:
    lines = parse("a\tए\nb\tबी\n")
    assert SiteLexicon(lines).version == SiteLexicon(reversed(lines)).version
    assert len({SiteLexicon(parse(table)).version for table in ("", "a\tए\n", "a\tआ\n", "a\tए\ten\n")}) == 4


def test_a_large_lexicon_takes_no_long_time() -> None:
    large = SiteLexicon(Saying(word=f"brand {number}", say="ब्रांड") for number in range(2000))
    begun = time.process_time()
    for _ in range(100):
        large.over("Aapka brand 1999 aur brand x ka order kal shaam tak deliver ho jayega", "hi")
    assert (time.process_time() - begun) / 100 < 0.01


class Rows:
    """What the database has."""

    def __init__(self) -> None:
        self.sayings = parse("Xiaomi\tशाओमी\n")
        self.asked = 0
        self.away = self.hangs = False

    async def read(self, site: SiteId) -> tuple[Saying, ...]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise DatabaseAway("restarting")
        return self.sayings


def test_a_change_is_heard_by_the_next_call() -> None:
    async def story() -> None:
        rows = Rows()
        lexicons = SiteLexicons(rows.read, fresh_s=60)
        before = await lexicons.now(SITE)
        assert before.over("Xiaomi", "hi") == "शाओमी"
        assert await lexicons.now(SITE) is before, "the same lines are the same lexicon"
        rows.sayings = parse("Xiaomi\tश्याओमी\n")
        after = await lexicons.now(SITE)
        assert after.over("Xiaomi", "hi") == "श्याओमी" and after.version != before.version

    asyncio.run(story())


def test_calls_that_come_together_ask_twice_at_most() -> None:
    async def story() -> None:
        rows = Rows()
        lexicons = SiteLexicons(rows.read, fresh_s=60)
        await asyncio.gather(*(lexicons.now(SITE) for _ in range(15)))
        assert rows.asked <= 2
        assert await lexicons.now(SiteId("")) is site_lexicon.NOBODYS and rows.asked <= 2

    asyncio.run(story())


@pytest.mark.parametrize("trouble", ["away", "hangs"])
def test_a_database_that_is_away_leaves_the_last_lexicon(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_lexicon, "READ_LIMIT_S", 0.02)

    async def story() -> None:
        rows = Rows()
        lexicons = SiteLexicons(rows.read, fresh_s=60)
        known = await lexicons.now(SITE)
        setattr(rows, trouble, True)
        assert [await lexicons.now(SITE) for _ in range(15)] == [known] * 15
        assert rows.asked == 2, "it is not asked for every call"
        assert await lexicons.now(SiteId("other")) is site_lexicon.NOBODYS

    asyncio.run(story())


def test_a_database_that_is_back_is_asked_again() -> None:
    async def story() -> None:
        rows = Rows()
        rows.away = True
        lexicons = SiteLexicons(rows.read, fresh_s=0)
        assert await lexicons.now(SITE) is site_lexicon.NOBODYS
        rows.away = False
        assert (await lexicons.now(SITE)).over("Xiaomi", "hi") == "शाओमी"

    asyncio.run(story())


def test_only_the_sites_own_lines_are_read(migrated_postgres: Server) -> None:
    async def story() -> None:
        async with Database(migrated_postgres.settings, wait_s=5) as database:
            for site in ("lex-a", "lex-b"):
                async with database.as_site(SiteId(site)) as rows:
                    await rows.execute(
                        "insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", [site]
                    )
                    await rows.execute(
                        "insert into lexicon (site_id, word, say, origin) values (%s, 'x', %s, 'api')", [site, site]
                    )
            assert await read_lexicon(database, SiteId("lex-a")) == (Saying(word="x", say="lex-a"),)
            for site in ("lex-a", "lex-b"):
                async with database.as_site(SiteId(site)) as rows:
                    await rows.execute("delete from site where site_id = %s", [site])

    asyncio.run(story())
