"""A site's table of words: read line by line, refused with the line, written as it is read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lexicon import LONGEST_SAYING, LONGEST_WORD, MOST_WORDS, LexiconError, Saying, as_compared, parse, saying, table


def test_a_table_has_words_what_to_say_and_perhaps_a_language() -> None:
    text = "\ufeff# our brands\nXiaomi\tशाओमी\n\n  Mi  TV \t मी टीवी\t\nroute\troot\ten\r\nroute\tरूट\thi\n"
    assert parse(text) == (
        Saying(word="xiaomi", say="शाओमी"),
        Saying(word="mi tv", say="मी टीवी"),
        Saying(word="route", say="root", language="en"),
        Saying(word="route", say="रूट", language="hi"),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Xiaomi शाओमी", "line 1: write the word, a tab"),
        ("ok\tओके\nXiaomi\t", "line 2: write the word, a tab"),
        ("a\tb\ten\tmore", "line 1: write the word, a tab"),
        ("a\tb\tta", "line 1: language 'ta': there are hi, pa, en"),
        ("a\tb\nA\tc", "line 2: 'a' is there before"),
        ("/etc\tb", "line 1: '/etc': a word begins with a letter"),
        ("😀\tsmile", "line 1: '😀': a word begins with a letter"),
        ("x" * (LONGEST_WORD + 1) + "\tb", "line 1: 'x+': a word begins with a letter"),
        ("a\t" + "b" * (LONGEST_SAYING + 1), "line 1: 'a': what is said has"),
        ("a\t…!", "line 1: 'a': what is said has"),
        ("".join(f"w{n}\tb\n" for n in range(MOST_WORDS + 1)), f"there are {MOST_WORDS + 1} lines"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(text: str, complaint: str) -> None:
    with pytest.raises(LexiconError, match=complaint):
        parse(text)


def test_two_spellings_of_one_word_are_one_word() -> None:
    assert as_compared(" ज़ारा ") == as_compared("\u095bारा")  # a letter of its own, and one with a dot added
    assert as_compared("Mi\u200d TV") == "mi tv"


@given(st.lists(st.tuples(st.text(max_size=70), st.text(max_size=210), st.sampled_from([None, "hi", "pa", "en"]))))
def test_whatever_can_be_in_a_lexicon_survives_its_table(lines: list[tuple[str, str, None]]) -> None:
    kept = {}
    for word, say, language in lines:
        try:
            made = saying(word, say, language)
        except LexiconError as error:
            assert re.search("begins with|what is said", str(error))
        else:
            kept[made.word, made.language] = made
    assert set(parse(table(kept.values()))) == set(kept.values())
