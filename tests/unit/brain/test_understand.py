"""What a turn is, before any knowledge is asked."""

import pytest

from brain.turn import Asked, Memory
from brain.understand import Meaning, No, Number, Unclear, Words, Yes, understand

EXPECTS_YES_NO = Memory("hi-Latn", expects="yes_no", offered_person=True)
EXPECTS_DIGITS = Memory("hi-Latn", expects="digits")
FRESH = Memory("hi-Latn")


def meaning(text: str, memory: Memory = FRESH, confidence: float = 0.9) -> Meaning:
    return understand(Asked(text, "hi-Latn", confidence), memory, 0.45)


@pytest.mark.parametrize("text", ["haan", "Haan ji.", "ji haan", "yes please", "ok", "हाँ", "ਹਾਂ ਜੀ", "haan jod dijiye", "bilkul"])
def test_a_yes_is_a_yes_in_every_language(text: str) -> None:
    assert meaning(text, EXPECTS_YES_NO) == Yes()


@pytest.mark.parametrize("text", ["nahin", "no thanks", "ji nahin", "नहीं", "nahi chahiye", "no thank you"])
def test_a_no_is_a_no(text: str) -> None:
    assert meaning(text, EXPECTS_YES_NO) == No()


def test_a_question_that_begins_with_yes_is_a_question() -> None:
    assert meaning("haan refund kab aayega", EXPECTS_YES_NO) == Words("haan refund kab aayega")
    assert meaning("refund nahin mila", EXPECTS_YES_NO) == Words("refund nahin mila")


def test_yes_means_nothing_special_if_nothing_was_asked() -> None:
    assert meaning("haan") == Words("haan")


def test_a_number_that_was_asked_for_may_have_words_around_it() -> None:
    assert meaning("haan mera number 1 2 3 4 5 hai", EXPECTS_DIGITS) == Number("12345")
    assert meaning("refund kab aayega", EXPECTS_DIGITS) == Words("refund kab aayega")


def test_a_number_unasked_goes_with_its_words() -> None:
    assert meaning("order 12345 kahan hai") == Words("order kahan hai", "12345")
    assert meaning("12345") == Number("12345")


def test_what_is_not_believed_is_unclear() -> None:
    assert meaning("mera order kahan hai", confidence=0.2) == Unclear()
    assert meaning("   ") == Unclear()


def test_keys_are_believed_whatever_the_confidence() -> None:
    assert understand(Asked("1 2 3 4 5", "hi-Latn", 0.0, "keypad"), EXPECTS_DIGITS, 0.45) == Number("12345")
    assert understand(Asked("*#", "hi-Latn", 1.0, "keypad"), EXPECTS_DIGITS, 0.45) == Unclear()
