"""Numbers read out: the ways Indians say them, and the digits they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_server.stt.numbers import ENGLISH_VALUES, HINDI_VALUES, digits_of, is_number


@pytest.mark.parametrize(
    ("spoken", "digits"),
    [
        ("one two three four five", "12345"),
        ("ek do teen chaar paanch", "12345"),
        ("double nine ek do", "9912"),
        ("triple zero saat", "0007"),
        ("twelve thirty four five", "12345"),
        ("ikkis pachpan", "2155"),
        ("do hazaar paanch sau", "2500"),
        ("one thousand two hundred thirty four", "1234"),
        ("ek sau", "100"),
        ("sau", "100"),
        ("five thousand six", "5006"),
        ("twenty twenty five", "2025"),
        ("double", ""),
        ("", ""),
    ],
)
def test_spoken_numbers_become_digits(spoken: str, digits: str) -> None:
    assert digits_of(spoken.split()) == digits


def test_words_that_are_no_numbers_are_left_out() -> None:
    assert digits_of("mera order one do hai".split()) == "12"


def test_there_is_a_hindi_word_for_every_number_below_a_hundred() -> None:
    assert sorted(set(HINDI_VALUES.values()) | {60}) == sorted({*range(100)} | {60})


@given(st.lists(st.sampled_from([word for word, value in (ENGLISH_VALUES | HINDI_VALUES).items() if value < 10]), max_size=14))
def test_digit_by_digit_nothing_is_lost_or_added(words: list[str]) -> None:
    assert digits_of(words) == "".join(str((ENGLISH_VALUES | HINDI_VALUES)[word]) for word in words)


@given(st.lists(st.text(max_size=8)))
def test_whatever_comes_the_result_is_digits(words: list[str]) -> None:
    assert all(sign in "0123456789" for sign in digits_of(words))
    assert not is_number("order")
