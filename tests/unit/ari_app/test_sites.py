"""Whose number was dialled, with a database that answers, changes, is away, or hangs."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable

import pytest

from ari_app import sites as module
from ari_app.call.routing import CannotTell, Found, NobodyHas
from ari_app.sites import Sites
from core.db import DatabaseAway
from core.ids import SiteId
from core.sites import Phrases, Site

PHRASES = Phrases(greeting="", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")


def named(name: str) -> Site:
    return Site(site_id=SiteId("demo"), name=name, phrases={"en": PHRASES}, languages=("en",))


class Table:
    """What the database would say."""

    def __init__(self, site: Site | None) -> None:
        self.says: Site | Exception | None = site
        self.hangs = False
        self.asked = 0

    async def look_up(self, number: str) -> Site | None:
        self.asked += 1
        if self.hangs:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0.2)  # as psycopg does: it waits for the server to hear of it
                raise
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Skipping(selectors.SelectSelector):
    """Waits for nothing: the clock goes on instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits, and no timer is set"
        self.now += timeout
        return super().select(0)


class Unhurried(asyncio.SelectorEventLoop):
    """Its time passes by timers alone, not by how slow the machine is."""

    def __init__(self) -> None:
        self._clock = Skipping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def story(told: Callable[[Table], Awaitable[None]], site: Site | None = None) -> None:
    with asyncio.Runner(loop_factory=Unhurried) as runner:
        runner.run(_run(told, Table(site or named("one"))))


async def _run(told: Callable[[Table], Awaitable[None]], table: Table) -> None:
    await told(table)


def test_a_fresh_answer_is_not_asked_for_again() -> None:
    async def told(table: Table) -> None:
        sites = Sites(table.look_up, cache_s=60)
        assert await sites.find("1000") == await sites.find("1000") == Found(named("one"))
        assert table.asked == 1

    story(told)


def test_a_change_is_live_once_the_answer_is_old() -> None:
    async def told(table: Table) -> None:
        sites = Sites(table.look_up, cache_s=0)
        await sites.find("1000")
        table.says = named("two")
        assert await sites.find("1000") == Found(named("two"))

    story(told)


def test_while_the_database_is_away_the_last_known_site_answers() -> None:
    async def told(table: Table) -> None:
        sites = Sites(table.look_up, cache_s=0)
        await sites.find("1000")
        table.says = DatabaseAway("restarting")
        assert await sites.find("1000") == Found(named("one"))
        assert await sites.find("2000") == CannotTell()

    story(told)


def test_a_number_taken_away_is_nobodys_even_if_it_was_known() -> None:
    async def told(table: Table) -> None:
        sites = Sites(table.look_up, cache_s=0)
        await sites.find("1000")
        table.says = None
        assert await sites.find("1000") == NobodyHas()
        table.says = DatabaseAway("restarting")
        assert await sites.find("1000") == CannotTell()

    story(told)


def test_a_database_that_hangs_holds_no_caller_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_UP_LIMIT_S", 0.02)

    async def told(table: Table) -> None:
        sites = Sites(table.look_up, cache_s=0)
        await sites.find("1000")
        table.hangs = True
        began = asyncio.get_running_loop().time()
        assert await sites.find("1000") == Found(named("one"))
        assert asyncio.get_running_loop().time() - began < 0.15

    story(told)
