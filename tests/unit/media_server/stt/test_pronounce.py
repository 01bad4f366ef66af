"""Words in the phones of the English model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_server.stt.pronounce import MOST_VARIANTS, pronunciations, read_dictionary

PHONES = frozenset("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split())
ENGLISH = {"order": ["AO R D ER"], "where": ["W EH R"], "main": ["M EY N"], "three": ["TH R IY"]}
HINDI = {"main": ["M EH N"], "hai": ["HH EH"]}


@pytest.mark.parametrize(
    ("word", "sound"),
    [
        ("kahan", "K AH HH AH N"),
        ("mera", "M EY R AA"),
        ("batao", "B AH T AA OW"),
        ("chhoot", "CH UW T"),
        ("achchha", "AH CH AA"),
        ("kitni", "K IH T N IY"),
        ("jodhpuri", "JH OW D P UH R IY"),
    ],
)
def test_romanised_hindi_is_read_by_rule(word: str, sound: str) -> None:
    assert pronunciations(word, {}, {})[0] == sound


def test_english_words_sound_indian_too() -> None:
    assert pronunciations("order", ENGLISH, HINDI) == ("AO R D ER", "AO R D AH R")
    assert "V EH R" in pronunciations("where", ENGLISH, HINDI)
    assert "T R IY" in pronunciations("three", ENGLISH, HINDI)


def test_a_word_of_both_languages_has_both_sounds() -> None:
    assert {"M EH N", "M EY N"} <= set(pronunciations("main", ENGLISH, HINDI))


def test_the_long_a_of_hindi_may_be_heard_further_back() -> None:
    assert "M EY R AO" in pronunciations("mera", {}, {})


def test_acronyms_and_single_letters_are_spelled() -> None:
    assert pronunciations("upi", {}, {}) == ("Y UW P IY AY",)
    assert pronunciations("c", {}, {}) == ("S IY",)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_every_word_of_latin_letters_has_a_sound_the_model_knows(word: str) -> None:
    sounds = pronunciations(word, ENGLISH, HINDI)
    assert 1 <= len(sounds) <= MOST_VARIANTS
    assert all(set(sound.split()) <= PHONES and sound for sound in sounds)


def test_only_wanted_words_of_a_dictionary_are_kept() -> None:
    lines = ["where W EH R", "where(2) HH W EH R", "whereas W EH R AE Z"]
    assert read_dictionary(lines, {"where"}) == {"where": ["W EH R", "HH W EH R"]}
