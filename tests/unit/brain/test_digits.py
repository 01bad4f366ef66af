"""Numbers in what a caller said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.digits import number_in


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("12345", "12345", ""),
        ("1 2 3 4 5", "12345", ""),
        ("mera order number 1 2 3 4 5 hai", "12345", "mera order number hai"),
        ("one two three four five", "12345", ""),
        ("ek do teen char paanch", "12345", ""),
        ("double nine ek triple zero", "991000", ""),
        ("twelve thirty four five", "12345", ""),
        ("forty five six seven eight", "45678", ""),
        ("order ४५६७८ kahan hai", "45678", "order kahan hai"),
        ("bata do order 123 45", "12345", "bata do order"),
        ("12, 345", "12345", ""),
    ],
)
def test_a_number_is_found_and_taken_out(text: str, number: str, rest: str) -> None:
    assert number_in(text) == (number, rest)


@pytest.mark.parametrize("text", ["", "bata do", "do saal ki warranty", "ek order hai", "10 din mein", "hello"])
def test_a_word_or_two_is_no_number(text: str) -> None:
    assert number_in(text) == ("", text)


@given(st.text(alphabet="0123456789", min_size=3, max_size=12))
def test_digits_read_out_one_by_one_come_back(number: str) -> None:
    assert number_in(" ".join(number)) == (number, "")
    assert number_in(number) == (number, "")


@given(st.text(max_size=60))
def test_any_text_at_all_is_safe(text: str) -> None:
    number, _ = number_in(text)
    assert number == "" or (number.isdecimal() and number.isascii())
