"""Which language prompt suits a site, and what a caller's words mean."""

import pytest

from core.sites import Language
from core.speech import Word
from media_server.stt.nemo.reading import Reader, prompt_of

NEMOTRON = {"en-US": 0, "hi-IN": 10, "pa-IN": 20, "auto": 101}


@pytest.mark.parametrize(
    ("languages", "prompt"),
    [
        (("hi-Latn", "en"), "auto"),
        (("hi-Latn",), "auto"),
        (("en",), "en-US"),
        (("hi",), "hi-IN"),
        (("pa",), "pa-IN"),
        (("hi", "en"), "auto"),
        (("en", "pa", "hi"), "auto"),
    ],
)
def test_a_site_of_one_language_says_so_and_hinglish_is_left_to_the_model(languages: tuple[Language, ...], prompt: str) -> None:
    assert prompt_of(languages, NEMOTRON) == NEMOTRON[prompt]


def test_a_checkpoint_that_lacks_a_prompt_gets_the_next_best() -> None:
    assert prompt_of(("pa",), {"en-US": 3, "hi-IN": 4}) == 4
    assert prompt_of(("hi-Latn", "en"), {"en-US": 3, "hi-IN": 4}) == 4
    assert prompt_of(("pa",), {"de-DE": 7, "fr-FR": 8}) == 7


def words(text: str, confidence: float = 0.9) -> list[Word]:
    return [Word(text=word, start=0, end=0, confidence=confidence) for word in text.split()]


def test_numbers_become_digits_and_the_language_is_one_of_the_sites() -> None:
    read = Reader(("hi-Latn", "en"))
    assert read(words("where is my order please"), ()) == ("where is my order please", "en")
    assert read(words("mera order number ek do teen char hai"), ()) == ("mera order number 1234 hai", "hi-Latn")
    assert read([], ()) == ("", "hi-Latn")


def test_words_that_are_hardly_believed_do_not_change_the_callers_language() -> None:
    read = Reader(("hi-Latn", "en"))
    assert read(words("where is my order please", 0.3), ())[1] == "en"
    assert read(words("haan ji"), ())[1] == "hi-Latn"
    read(words("where is my order please", 0.9), ())
    assert read(words("haan ji"), ())[1] == "en"
