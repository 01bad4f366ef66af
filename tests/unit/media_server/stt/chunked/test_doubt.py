"""Silence, a click, a hum of direct current, music with invented words: nothing comes of them."""

import numpy as np
import pytest

from core.audio import RATE, Pcm
from media_server.stt.chunked.doubt import audible, believed, without_loops
from media_server.stt.chunked.words import Heard, Word, confidence_of, folded


def words(text: str, confidence: float = 0.9) -> tuple[Word, ...]:
    return tuple(Word(word, n * 8000, n * 8000 + 6000, confidence) for n, word in enumerate(text.split()))


def click() -> Pcm:
    pcm = np.zeros(RATE, np.int16)
    pcm[5000:5040] = 30000
    return pcm


def hiss() -> Pcm:
    return np.random.default_rng(1).normal(0, 20, RATE).astype(np.int16)


@pytest.mark.parametrize(
    "pcm",
    [np.zeros(0, np.int16), np.zeros(RATE, np.int16), np.full(RATE, 9000, np.int16), click(), hiss()],
    ids=["nothing", "silence", "direct current", "a click", "a quiet line"],
)
def test_what_has_no_speech_is_not_even_asked(pcm: Pcm) -> None:
    assert not audible(pcm)


def test_a_soft_voice_is_heard_and_so_is_one_on_a_line_whose_zero_is_off() -> None:
    voice = (200 * np.sin(np.arange(RATE * 2 // 5) / 10)).astype(np.int16)
    assert audible(voice) and audible((voice + 8000).astype(np.int16))


def test_words_in_silence_are_not_believed_unless_the_model_is_sure_of_them() -> None:
    assert believed(Heard(words("thank you for watching", 0.3), silence=0.9), 3 * RATE).words == ()
    assert believed(Heard(words("thank you", 0.9), silence=0.9), 3 * RATE).text == "thank you"
    assert believed(Heard(words("thank you", 0.3), silence=0.1), 3 * RATE).text == "thank you"


def test_wild_guesses_and_words_faster_than_speech_are_not_believed() -> None:
    assert believed(Heard(words("kya kahan", 0.1)), 3 * RATE).words == ()
    assert believed(Heard(words(" ".join(f"w{n}" for n in range(30)))), RATE).words == ()


def test_a_model_in_a_loop_is_cut_short() -> None:
    assert believed(Heard(words("mera order kahan hai " + "subscribe to the channel " * 20)), 30 * RATE).text == (
        "mera order kahan hai subscribe to the channel"
    )
    assert without_loops(words("la " * 60))[0].text == "la" and len(without_loops(words("la " * 60))) == 1


@pytest.mark.parametrize("said", ["haan haan haan", "zero zero zero zero", "nahi nahi nahi chahiye", "double nine double nine"])
def test_what_people_repeat_stays(said: str) -> None:
    assert " ".join(word.text for word in without_loops(words(said))) == said


def test_confidence_counts_longer_words_more_and_folding_keeps_a_scripts_marks() -> None:
    assert confidence_of((Word("a", 0, 1, 0.0), Word("bcd", 1, 2, 1.0))) == 0.75
    assert confidence_of(()) == 0.0
    assert folded("Haan,") == folded("haan") and folded("की") != folded("क")
