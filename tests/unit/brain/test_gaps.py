"""What nobody could answer is grouped, counted, and seen by its own site alone."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import psycopg
import pytest

from brain.gaps import Gaps
from brain.knowledge.offline import Vector
from core.db import Database, DatabaseAway
from core.ids import SiteId
from tests.postgres import Server

LACK, OTHER = SiteId("lack"), SiteId("lack-other")


class Meanings:
    """A direction for each question that it knows."""

    def __init__(self, angles: Mapping[str, float] = {}) -> None:
        self._angles = angles
        self.away = False

    async def vector(self, site: SiteId, text: str) -> tuple[str, Vector] | None:
        if self.away:
            self.away = False
            raise DatabaseAway("restarting")
        if text not in self._angles:
            return None
        angle = np.radians(self._angles[text])
        return "m", np.array([np.cos(angle), np.sin(angle), 0.0], np.float32)


@pytest.fixture
def rows(migrated_postgres: Server) -> Callable[..., list[tuple[Any, ...]]]:
    def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as admin:
            done = admin.execute(query.encode(), values)
            return done.fetchall() if done.description else []

    for site in (LACK, OTHER):
        ask("delete from site where site_id = %s", site)
        ask("insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", site)
    return ask


def count(server: Server, meanings: Meanings, story: Callable[[Gaps], None]) -> None:
    async def run() -> None:
        async with asyncio.timeout(10), Database(server.settings) as database, Gaps(database, meanings) as gaps:
            story(gaps)
            await gaps.all_written()

    asyncio.run(run())


LIST = "select question, times, status, jsonb_array_length(examples) from kb_gap where site_id = %s order by gap_id"


def test_the_same_question_however_written_is_one_gap(migrated_postgres: Server, rows: Callable[..., Any]) -> None:
    def story(gaps: Gaps) -> None:
        for text, language in (("Pizza milta hai?", "hi-Latn"), ("pizza milta hai", "hi-Latn"), ("पिज़्ज़ा मिलता है", "hi")):
            gaps.missed(LACK, "call-1", text, language)  # type: ignore[arg-type]

    count(migrated_postgres, Meanings(), story)
    assert rows(LIST, LACK) == [("Pizza milta hai?", 3, "open", 3)]


def test_what_means_the_same_is_one_gap_and_what_does_not_is_another(migrated_postgres: Server, rows: Callable[..., Any]) -> None:
    angles = {"do you sell pizza": 0.0, "is pizza available": 20.0, "can i bring my dog": 60.0}

    def story(gaps: Gaps) -> None:
        for text in (*angles, "do you sell pizza"):
            gaps.missed(LACK, "c", text, "en")

    count(migrated_postgres, Meanings(angles), story)
    assert rows(LIST, LACK) == [("do you sell pizza", 3, "open", 3), ("can i bring my dog", 1, "open", 1)]


@pytest.mark.parametrize(("status", "after"), [("answered", "open"), ("ignored", "ignored"), ("open", "open")])
def test_an_answered_gap_that_is_asked_again_is_open_again_and_an_ignored_one_stays(
    migrated_postgres: Server, rows: Callable[..., Any], status: str, after: str
) -> None:
    count(migrated_postgres, Meanings(), lambda gaps: gaps.missed(LACK, "c", "pizza", "en"))
    rows("update kb_gap set status = %s where site_id = %s", status, LACK)
    count(migrated_postgres, Meanings(), lambda gaps: gaps.missed(LACK, "c", "pizza", "en"))
    assert rows(LIST, LACK) == [("pizza", 2, after, 2)]


def test_only_the_newest_examples_are_kept(migrated_postgres: Server, rows: Callable[..., Any]) -> None:
    def story(gaps: Gaps) -> None:
        for n in range(8):
            gaps.missed(LACK, f"call-{n}", "pizza", "en")

    count(migrated_postgres, Meanings(), story)
    ((examples,),) = rows("select examples from kb_gap where site_id = %s", LACK)
    assert [example["session_id"] for example in examples] == [f"call-{n}" for n in (7, 6, 5, 4, 3)]


def test_a_gap_belongs_to_its_site(migrated_postgres: Server, rows: Callable[..., Any]) -> None:
    def story(gaps: Gaps) -> None:
        gaps.missed(LACK, "c", "pizza", "en")
        gaps.missed(OTHER, "c", "pizza", "en")

    count(migrated_postgres, Meanings({"pizza": 0}), story)
    assert rows(LIST, LACK) == rows(LIST, OTHER) == [("pizza", 1, "open", 1)]

    async def cross() -> list[tuple[Any, ...]]:
        async with Database(migrated_postgres.settings) as database, database.as_site(OTHER) as seen:
            return await (await seen.execute("select site_id from kb_gap")).fetchall()

    assert asyncio.run(cross()) == [(OTHER,)]


def test_while_the_database_is_away_questions_wait(
    migrated_postgres: Server, rows: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brain.gaps.RETRY_S", 0.01)
    meanings = Meanings()
    meanings.away = True
    count(migrated_postgres, meanings, lambda gaps: gaps.missed(LACK, "c", "pizza", "en"))
    assert rows(LIST, LACK) == [("pizza", 1, "open", 1)]


def test_a_site_that_is_gone_and_words_that_are_none_stop_nobody(migrated_postgres: Server, rows: Callable[..., Any]) -> None:
    def story(gaps: Gaps) -> None:
        for site, text in ((SiteId("gone"), "pizza"), (LACK, "   "), (LACK, "???"), (LACK, "x" * 10_000), (LACK, "pizza")):
            gaps.missed(site, "c", text, "en")

    count(migrated_postgres, Meanings(), story)
    assert [len(question) for question, *_ in rows(LIST, LACK)] == [3, 500, 5]
