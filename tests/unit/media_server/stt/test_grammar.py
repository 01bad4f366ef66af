"""The graph of words: it must accept every phrase and nothing else."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_server.stt.grammar import FEWEST_DIGITS, Grammar, bare_number, build, plain_text, words_of

WORDS = st.sampled_from("mera order kahan hai where is my refund".split())
PHRASES = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=20)


def accepts(grammar: Grammar, words: list[str]) -> bool:
    arcs = defaultdict(list)
    for arc in grammar.arcs:
        arcs[arc.source, arc.word].append(arc.target)

    def silent(states: set[int]) -> set[int]:
        while more := {after for state in states for after in arcs[state, None]} - states:
            states |= more
        return states

    here = silent({grammar.start})
    for word in words:
        here = silent({after for state in here for after in arcs[state, word]})
    return grammar.end in here


@given(PHRASES, st.lists(WORDS, max_size=5))
def test_what_is_a_phrase_is_accepted_and_what_is_none_is_not(phrases: list[str], others: list[str]) -> None:
    grammar = build(phrases)
    assert all(accepts(grammar, phrase.split()) for phrase in phrases)
    assert accepts(grammar, others) == (" ".join(others) in phrases)


@given(PHRASES)
def test_openers_and_closers_may_come_once(phrases: list[str]) -> None:
    grammar = build(phrases, openers=["hello"], closers=["please"])
    for phrase in phrases:
        assert accepts(grammar, phrase.split())
        assert accepts(grammar, ["hello", *phrase.split(), "please"])
        assert not accepts(grammar, ["hello", "hello", *phrase.split()])
        assert not accepts(grammar, [*phrase.split(), "please", "please"])


@given(PHRASES)
def test_the_start_has_no_arc_without_a_sound_which_pocketsphinx_cannot_bear(phrases: list[str]) -> None:
    grammar = build(phrases, openers=["hello"], closers=["please"])
    assert all(arc.word is not None for arc in grammar.arcs if arc.source == grammar.start)


def test_phrases_share_their_beginnings_and_their_ends() -> None:
    few = build(["mera order kahan hai", "mera refund kahan hai"])
    assert sum(arc.word == "hai" for arc in few.arcs) == 1


def test_a_number_slot_takes_english_or_hindi_digits_not_both() -> None:
    grammar = build(["order number {digits} hai"])
    assert accepts(grammar, ["order", "number", "#ek", "#do", "#teen", "hai"])
    assert accepts(grammar, ["order", "number", "#one", "#two", "#double", "#three", "hai"])
    assert not accepts(grammar, ["order", "number", "#one", "#do", "#three", "hai"])
    assert not accepts(grammar, ["order", "number", "hai"])


def test_a_bare_number_has_at_least_three_words() -> None:
    grammar = bare_number()
    assert accepts(grammar, ["#nine"] * FEWEST_DIGITS) and accepts(grammar, ["#nau"] * 12)
    assert not accepts(grammar, ["#nine"] * (FEWEST_DIGITS - 1))


def test_a_phrase_that_is_only_a_number_is_left_to_the_search_for_numbers() -> None:
    with pytest.raises(ValueError, match="no phrases"):
        build(["{digits}", "...", "नमस्ते"])


def test_text_keeps_number_words_outside_of_slots() -> None:
    assert plain_text("ek saal ki warranty".split()) == "ek saal ki warranty"
    assert plain_text(["order", "number", "#one", "#double", "#two", "hai"]) == "order number 122 hai"
    assert plain_text([]) == ""


def test_phrases_are_read_as_latin_words() -> None:
    assert words_of("Where's my order {digits}?") == ["where's", "my", "order", "{digits}"]


def test_a_name_in_a_phrase_stands_for_all_its_phrases() -> None:
    named = {"{day}": ["kal", "next monday"], "{time}": ["eleven", "gyarah baje"]}
    grammar = build(["{day}", "{day} {time}", "mehta"], named=named)
    for said in ("kal", "next monday", "kal gyarah baje", "next monday eleven", "mehta"):
        assert accepts(grammar, said.split())
    for said in ("eleven", "next", "kal mehta", "mehta kal"):
        assert not accepts(grammar, said.split())
