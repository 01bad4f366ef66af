"""From candidates to one answer or none."""

from hypothesis import given
from hypothesis import strategies as st

from brain.knowledge.match import Candidate, Entry, best_match, known, overlap, weight

REFUND = Entry(1, "fact", "refund", {})
RETURN = Entry(2, "fact", "return", {})


def test_nothing_near_is_nothing_known() -> None:
    assert best_match([]) is None
    assert not known(None)
    assert not known(best_match([Candidate(REFUND, 1, cosine=0.3, overlap=0.0)]))


def test_an_id_that_one_entry_has_decides() -> None:
    match = best_match([Candidate(REFUND, 1, 0.95, 0.9), Candidate(RETURN, 2, 0.1, 0.0, by_id=True)])
    assert match is not None and match.entry is RETURN and match.exact


def test_an_id_that_two_entries_have_does_not() -> None:
    match = best_match([Candidate(REFUND, 1, 0.95, 0.9, by_id=True), Candidate(RETURN, 2, 0.1, 0.0, by_id=True)])
    assert match is not None and match.entry is REFUND and not match.exact


def test_two_that_are_equally_near_are_doubtful() -> None:
    alone = best_match([Candidate(REFUND, 1, 0.7, 0.6), Candidate(RETURN, 2, 0.3, 0.1)])
    beside = best_match([Candidate(REFUND, 1, 0.7, 0.6), Candidate(RETURN, 2, 0.69, 0.6)])
    assert alone is not None and beside is not None
    assert alone.score > beside.score and known(alone) and not known(beside)


def test_both_rankings_count() -> None:
    match = best_match([Candidate(REFUND, 1, 0.60, 0.0), Candidate(RETURN, 2, 0.59, 0.9)])
    assert match is not None and match.entry is RETURN


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    assert weight(0, 400) > weight(1, 400) > weight(100, 400) > 0


bags = st.dictionaries(st.sampled_from("abcdefgh"), st.just(1.0), max_size=6)


@given(bags, bags)
def test_overlap_is_a_share(one: dict[str, float], other: dict[str, float]) -> None:
    assert 0 <= overlap(one, other) <= 1
    assert overlap(one, one) == (1.0 if one else 0.0)
    assert overlap(one, other) == overlap(other, one)


candidates = st.lists(
    st.builds(Candidate, st.sampled_from([REFUND, RETURN]), st.integers(0, 9), st.floats(-1, 1), st.floats(0, 1)), min_size=1
)


@given(candidates)
def test_a_score_is_a_probability(pool: list[Candidate]) -> None:
    match = best_match(pool)
    assert match is not None and 0 <= match.score <= 1
