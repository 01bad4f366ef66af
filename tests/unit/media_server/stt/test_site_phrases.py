"""What a site's callers may say: fresh when a call opens, kept when the database is away."""

import asyncio

import pytest

from core.db import DatabaseAway
from core.ids import SiteId
from media_server.stt import site_phrases
from media_server.stt.site_phrases import SitePhrases

SITE = SiteId("demo")


class Knowledge:
    def __init__(self) -> None:
        self.phrases: tuple[str, ...] = ("where is my order",)
        self.away = False
        self.hangs = False
        self.asked = 0

    async def read(self, site: SiteId) -> tuple[str, ...]:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise DatabaseAway("restarting")
        return self.phrases

    async def sites(self) -> list[SiteId]:
        if self.away:
            raise DatabaseAway("restarting")
        return [SITE]


def test_changed_phrases_are_there_when_the_old_ones_are_stale() -> None:
    async def story() -> None:
        knowledge = Knowledge()
        phrases = SitePhrases(knowledge.read, knowledge.sites, fresh_s=0)
        assert await phrases.of(SITE) == ("where is my order",)
        knowledge.phrases = ("where is my refund",)
        assert await phrases.of(SITE) == ("where is my refund",)

    asyncio.run(story())


def test_calls_that_come_together_ask_once() -> None:
    async def story() -> None:
        knowledge = Knowledge()
        phrases = SitePhrases(knowledge.read, knowledge.sites, fresh_s=60)
        await asyncio.gather(*(phrases.of(SITE) for _ in range(15)))
        assert knowledge.asked == 1
        await asyncio.gather(*(phrases.now(SITE) for _ in range(15)))
        assert knowledge.asked == 3, "the first one's look, and one for all who came meanwhile"

    asyncio.run(story())


def test_a_call_hears_what_was_written_since_the_site_was_last_looked_at() -> None:
    async def story() -> None:
        knowledge = Knowledge()
        phrases = SitePhrases(knowledge.read, knowledge.sites, fresh_s=60)
        await phrases.of(SITE)
        knowledge.phrases = ("what is the consultation fee",)
        assert await phrases.of(SITE) == ("where is my order",)
        assert await phrases.now(SITE) == ("what is the consultation fee",)
        assert await phrases.of(SITE) == ("what is the consultation fee",)

    asyncio.run(story())


def test_a_database_that_is_away_is_not_asked_for_every_call() -> None:
    async def story() -> None:
        knowledge = Knowledge()
        phrases = SitePhrases(knowledge.read, knowledge.sites, fresh_s=60)
        knowledge.away = True
        for _ in range(15):
            assert await phrases.now(SITE) == ()
        assert knowledge.asked == 1

    asyncio.run(story())


def test_without_a_database_the_last_phrases_stay() -> None:
    async def story() -> None:
        knowledge = Knowledge()
        phrases = SitePhrases(knowledge.read, knowledge.sites, fresh_s=0)
        known = await phrases.of(SITE), await phrases.sites()
        knowledge.away = True
        assert (await phrases.of(SITE), await phrases.sites()) == known
        assert await phrases.of(SiteId("never-seen")) == ()

    asyncio.run(story())


def test_a_database_that_hangs_holds_up_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_phrases, "READ_LIMIT_S", 0.01)

    async def story() -> None:
        knowledge = Knowledge()
        phrases = SitePhrases(knowledge.read, knowledge.sites, fresh_s=0)
        known = await phrases.of(SITE)
        knowledge.hangs = True
        assert await phrases.of(SITE) == known

    asyncio.run(story())
