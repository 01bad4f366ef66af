"""What scores mean at a site: fitted from questions whose meaning is known, stored per model, heeded by every turn."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.calibration import Calibrations, outcomes, read, report, store
from brain.elsewhere import ELSEWHERE
from brain.knowledge.match import Entry, Match
from brain.odds import AS_THEY_ARE, Odds, fitted
from core.db import Database
from core.ids import SiteId
from tests.postgres import Server

SITE = SiteId("odds")


def made(odds: Odds, count: int = 3000) -> list[tuple[float, bool]]:
    dice = random.Random(7)
    scores = [dice.uniform(0.02, 0.98) for _ in range(count)]
    return [(score, dice.random() < odds.of(score)) for score in scores]


@pytest.mark.parametrize("odds", [Odds(1.0, 0.0), Odds(0.5, -0.5), Odds(2.0, 1.0)])
def test_the_fit_finds_what_made_the_data(odds: Odds) -> None:
    found = fitted(made(odds))
    assert (found.slope, found.shift) == pytest.approx((odds.slope, odds.shift), abs=0.15)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_a_surer_match_stays_surer_whatever_it_was_fitted_on(found: list[tuple[float, bool]], one: float, other: float) -> None:
    odds = fitted(found)
    low, high = sorted((one, other))
    assert 0 <= odds.of(low) <= odds.of(high) <= 1


def test_a_few_questions_that_were_all_right_claim_nothing() -> None:
    assert fitted([(0.5, True)] * 20) == AS_THEY_ARE and fitted([]) == AS_THEY_ARE
    assert AS_THEY_ARE.of(0.7) == pytest.approx(0.7)


@dataclass
class Finder:
    async def find(self, site: SiteId, text: str) -> Match | None:
        entry, score = {"a": ("x", 0.9), "b": ("x", 0.4), "c": (ELSEWHERE, 0.9), "d": ("x", 1.0)}.get(text, ("", 0.0))
        return Match(Entry(1, "fact", entry, {}), score, exact=text == "d") if entry else None


def test_what_was_right_and_what_was_not() -> None:
    asked = [("x", "a"), ("y", "b"), ("-", "c"), ("x", "d"), ("x", "nothing")]
    found = asyncio.run(outcomes(Finder(), SITE, asked))
    assert found == [(0.9, True), (0.4, False)]
    assert "before: told 1, wrongly 0" in report(found, AS_THEY_ARE, 0.7)


def test_a_file_of_questions_is_read_and_a_bad_line_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.tsv"
    path.write_text("# a comment\nset\tx\tkya hai\n\nset\t-\tpizza\n")
    assert read(path) == [("x", "kya hai"), ("-", "pizza")]
    path.write_text("x kya hai\n")
    with pytest.raises(ValueError, match="not 3"):
        read(path)


def test_it_is_kept_per_site_and_model_and_survives_the_database(
    migrated_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as admin:
        admin.execute("delete from site where site_id = 'odds'")
        admin.execute("insert into site (site_id, name, settings, embedding_model) values ('odds', '', '{}', '')")

    async def story() -> None:
        async with Database(migrated_postgres.settings, wait_s=5.0) as database:
            monkeypatch.setattr("brain.calibration.WAIT_S", 5.0)
            calibrations = Calibrations(database)
            await store(database, SITE, "m", Odds(0.5, -0.25), 40)
            assert await calibrations.of(SITE, "m") == Odds(0.5, -0.25)
            assert await calibrations.of(SITE, "other model") == AS_THEY_ARE
            assert await calibrations.of(SiteId("other"), "m") == AS_THEY_ARE
            await store(database, SITE, "m", Odds(2.0, 0.0), 50)
            assert await calibrations.of(SITE, "m") == Odds(0.5, -0.25), "looked at every half minute"
            monkeypatch.setattr("brain.calibration.FRESH_S", 0.0)
            assert await calibrations.of(SITE, "m") == Odds(2.0, 0.0)
        assert await calibrations.of(SITE, "m") == Odds(2.0, 0.0), "the database is closed: it is what it was"

    asyncio.run(story())
