"""eSpeak's phonemes become the symbols that Kokoro's voices learned from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_server.tts.kokoro.phonemes import marked, numbers, portions, symbols


@pytest.mark.parametrize(
    ("espeak", "american", "kokoro"),
    [
        ("bˈɔ^ɪ d^ʒˈʌd^ʒ t^ʃˈɜːt^ʃ", True, "bˈY ʤˈʌʤ ʧˈɜɹʧ"),
        ("təmˈɑːɹo^ʊ ba^ɪ", True, "təmˈɑɹO bI"),
        ("hˈaːzɪɾ bˈoːl", False, "hˈaːzɪɾ bˈoːl"),
        ("ˌaːpkˌaː (^e^n)ˈɔːdə(^h^i) kˈʌl", False, "ˌaːpkˌaː ˈɔːdə kˈʌl"),
        ("(en)ˈɔːdə(hi) kˈʌl", False, "ˈɔːdə kˈʌl"),
        ("bˈʌʔn̩", True, "bˈʌtn"),
        ("bˈɒtl̩", False, "bˈɒtᵊl"),
        ("", True, ""),
    ],
)
def test_one_letter_stands_for_each_sound(espeak: str, american: bool, kokoro: str) -> None:
    assert symbols(espeak, american=american) == kokoro


def test_the_marks_that_a_voice_breathes_by_are_kept() -> None:
    assert marked("नमस्ते, कैसे हैं? ठीक।") == [("नमस्ते", ","), ("कैसे हैं", "?"), ("ठीक", ".")]
    assert marked("haan ji") == [("haan ji", "")]
    assert marked(" ... ") == []


def test_symbols_that_the_model_has_not_are_left_out() -> None:
    assert numbers("aˈ☃b", {"a": 1, "b": 2, "ˈ": 3}) == [1, 3, 2]


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(1, 12))
def test_long_texts_are_cut_between_words_and_nothing_is_lost(ids: list[int], most: int) -> None:
    found = list(portions(ids, 0, most))
    assert [one for portion in found for one in portion] == ids
    assert all(0 < len(portion) <= most for portion in found)


def test_a_cut_is_where_a_word_begins() -> None:
    assert [list(portion) for portion in portions([5, 5, 0, 6, 6, 6], 0, 4)] == [[5, 5], [0, 6, 6, 6]]
