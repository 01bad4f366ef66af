"""From candidates to one answer, a question back, or none."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.knowledge.match import Candidate, Entry, Match, asks_for, best_match, coverage, known, verdict, weight

REFUND = Entry(1, "fact", "refund", {})
RETURN = Entry(2, "fact", "return", {})
NEAR = Candidate(REFUND, cosine=0.8, centre=0.7, coverage=1.0, asks_for=1, words=frozenset({"refund"}))
FAR = Candidate(RETURN, cosine=0.3, centre=0.2)


def test_nothing_near_is_nothing_known() -> None:
    assert best_match([]) is None
    assert not known(None)
    assert verdict(best_match([FAR])) == "unknown"


def test_what_is_near_in_meaning_and_words_is_told() -> None:
    match = best_match([FAR, NEAR])
    assert match is not None and match.entry is REFUND and verdict(match) == "tell" and match.words == {"refund"}


def test_an_id_that_one_entry_has_decides() -> None:
    match = best_match([NEAR, replace(FAR, by_id=True)])
    assert match is not None and match.entry is RETURN and match.exact


def test_an_id_that_two_entries_have_does_not() -> None:
    match = best_match([replace(NEAR, by_id=True), replace(FAR, by_id=True)])
    assert match is not None and match.entry is REFUND and not match.exact


def test_two_that_are_equally_near_are_doubtful() -> None:
    alone, beside = best_match([NEAR, FAR]), best_match([NEAR, replace(NEAR, entry=RETURN)])
    assert alone is not None and beside is not None
    assert alone.score > beside.score and known(alone) and verdict(beside) == "confirm"


PLAIN = replace(NEAR, entry=RETURN, coverage=0.8, asks_for=0)


@pytest.mark.parametrize(
    "better",
    [
        replace(PLAIN, cosine=0.85),
        replace(PLAIN, centre=0.75),
        replace(PLAIN, coverage=1.0),
        replace(PLAIN, asks_for=1),
    ],
)
def test_every_figure_counts(better: Candidate) -> None:
    match = best_match([replace(PLAIN, entry=REFUND), better])
    assert match is not None and match.entry is RETURN


@pytest.mark.parametrize(
    ("score", "meant"), [(0.9, "tell"), (0.6, "tell"), (0.59, "confirm"), (0.3, "confirm"), (0.29, "unknown")]
)
def test_between_telling_and_not_knowing_is_asking_back(score: float, meant: str) -> None:
    assert verdict(Match(REFUND, score), tell=0.6, confirm=0.3) == meant


def test_a_site_may_do_without_asking_back() -> None:
    assert verdict(Match(REFUND, 0.59), tell=0.6, confirm=0.6) == "unknown"


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    assert weight(0, 400) > weight(1, 400) > weight(100, 400) > 0


def test_a_word_counts_as_it_is_as_it_sounds_and_as_it_is_meant() -> None:
    terms = {"refund", "~rfnd", "=time"}
    assert coverage({"refund": 1.0}, terms, frozenset()) == coverage({"refand": 1.0}, terms, frozenset()) == 1.0
    assert coverage({"timing": 1.0}, terms, frozenset()) == coverage({"bank": 1.0}, terms, {"bank"}) == 0.6
    assert coverage({"refund": 1.0, "pizza": 3.0}, terms, frozenset()) == 0.25


def test_what_kind_of_thing_is_asked_for() -> None:
    assert asks_for({"?when", "refund"}, {"?when", "?where"}) == 1
    assert asks_for({"?when"}, {"?where"}) == -1
    assert asks_for({"refund"}, {"?where"}) == 0


shares = st.floats(0, 1)
candidates = st.lists(
    st.builds(Candidate, st.sampled_from([REFUND, RETURN]), st.floats(-1, 1), st.floats(-1, 1), shares, st.integers(-1, 1)),
    min_size=1,
)


@given(candidates)
def test_a_score_is_a_probability(pool: list[Candidate]) -> None:
    match = best_match(pool)
    assert match is not None and 0 <= match.score <= 1
