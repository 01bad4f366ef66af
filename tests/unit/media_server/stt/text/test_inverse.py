"""Numbers as callers say them become the digits they mean, and nothing else changes."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.number_words import HALVES, MORE, POINT, TIMES, VALUES
from core.script import sounded
from core.sites import LANGUAGES, Language
from core.tongue import ENGLISH_WORDS, HINDI_WORDS
from media_server.stt.phrases import CONVERSATION
from media_server.stt.text.inverse import inverse
from media_server.tts.text.numbers import cardinal, digits
from media_server.tts.text.tongues import ENGLISH, HINDI, PUNJABI, Tongue

TABLE = [
    line.split("\t")
    for line in (Path(__file__).parent / "spoken_numbers.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
TONGUES: dict[Language, Tongue] = {"en": ENGLISH, "hi": HINDI, "pa": PUNJABI}


@pytest.mark.parametrize(("heard", "language", "written"), TABLE, ids=[row[0] for row in TABLE])
def test_what_callers_say_is_written_in_figures(heard: str, language: Language, written: str) -> None:
    assert inverse(heard.split(), language) == (heard if written == "=" else written)


def test_the_table_holds_what_it_promises() -> None:
    assert len(TABLE) >= 150


@given(st.integers(10, 10**9 - 1), st.sampled_from(sorted(TONGUES)))
def test_every_number_that_our_own_voice_says_is_heard_again(number: int, language: Language) -> None:
    words = f"{cardinal(number, TONGUES[language])} rupees".split()
    assert inverse(words, language) == f"{number} rupees"


@given(st.text("0123456789", min_size=3, max_size=12), st.sampled_from(sorted(TONGUES)))
def test_digits_read_out_one_by_one_are_one_number(read_out: str, language: Language) -> None:
    assert inverse(digits(read_out, TONGUES[language]).split(), language) == read_out


@given(st.text("ABCDEFGHJKLMNOPQRSTUVWXYZ", min_size=2, max_size=4), st.text("123456789", min_size=3, max_size=6))
def test_letters_and_digits_are_one_id(letters: str, figures: str) -> None:
    said = [*letters, *digits(figures, ENGLISH).split()]
    assert inverse(said, "en").replace(" ", "") == letters + figures


PLAIN = sorted(
    word
    for word in HINDI_WORDS | ENGLISH_WORDS
    if sounded(word) not in {*VALUES, *TIMES, *MORE, *HALVES, *POINT} and len(word) > 1
)


@given(st.lists(st.sampled_from(PLAIN), max_size=12), st.sampled_from(LANGUAGES))
def test_words_that_are_no_numbers_stay_as_they_are(words: list[str], language: Language) -> None:
    assert inverse(words, language) == " ".join(words)


@pytest.mark.parametrize("phrase", [phrase for phrase in CONVERSATION if "{" not in phrase])
def test_what_callers_of_any_site_say_stays_as_it_is(phrase: str) -> None:
    assert inverse(phrase.split(), "hi-Latn") == phrase


@given(st.lists(st.text(min_size=1).filter(lambda word: word == "".join(word.split())), max_size=8), st.sampled_from(LANGUAGES))
def test_no_text_is_too_strange(words: list[str], language: Language) -> None:
    assert inverse(words, language).count("\n") == 0


def test_a_long_sentence_takes_as_much_work_for_each_word_as_a_short_one() -> None:
    """Who never pauses has thousands of words in one sentence, and they are written anew whenever one more is heard."""
    said = "mera order number od one two paanch hai aur mujhe kal subah tak chahiye please do hazaar rupaye".split()

    def work(times: int) -> int:
        done = 0

        def look(frame: FrameType, event: str, _: object) -> Any:
            nonlocal done
            frame.f_trace_opcodes = True
            done += event == "opcode"
            return look

        before = sys.gettrace()
        sys.settrace(look)
        try:
            inverse(said * times, "hi-Latn")
        finally:
            sys.settrace(before)
        return done

    work(1)  # words are looked up once
    assert work(24) < 4.5 * work(6)
