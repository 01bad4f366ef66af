"""The embedded voice speaks, in the right language, at a telephone's loudness, and stops when told."""

import logging
from unicodedata import normalize

import numpy as np
import pytest

from core.resample import Pcm, Resampler
from core.sites import Language
from media_server.tts.espeak import Espeak, _started
from media_server.tts.polish import LOUDNESS_DBFS, limited, loudness
from media_server.tts.text.front_end import FrontEnd

ESPEAK = Espeak()
FRONT_END = FrontEnd.load()


def said(text: str, language: Language, voice: str = "") -> Pcm:
    heard: list[Pcm] = []

    def hear(pcm: Pcm) -> bool:
        heard.append(pcm)
        return True

    ESPEAK.speak(text, language, voice, hear)
    return np.concatenate(heard) if heard else np.zeros(0, np.int16)


@pytest.mark.parametrize(
    ("text", "language", "voice"),
    [
        ("आपका order कल तक आ जाएगा", "hi", ""), ("आपका order कल तक आ जाएगा", "hi-Latn", "male"), ("ਤੁਹਾਡਾ ਆਰਡਰ ਆ ਗਿਆ ਹੈ", "pa", ""),
        ("Your order is on its way to you", "en", ""), ("Your order is on its way to you", "en", "en-us+f3"),
    ],
)  # fmt: skip
def test_every_voice_has_the_loudness_of_a_prompt(text: str, language: Language, voice: str) -> None:
    sound = limited(said(text, language, voice), ESPEAK.gain(voice, language))
    assert 1.0 < len(sound) / ESPEAK.rate < 4.0
    assert loudness(Resampler(ESPEAK.rate, 8000).push(sound), 8000) == pytest.approx(LOUDNESS_DBFS, abs=2.5)
    assert np.abs(sound).max() < 32000


def test_it_stops_at_the_next_piece() -> None:
    pieces: list[Pcm] = []

    def hear(pcm: Pcm) -> bool:
        pieces.append(pcm)
        return len(pieces) < 3

    ESPEAK.speak("एक दो तीन चार पाँच छह सात आठ नौ दस " * 5, "hi", "", hear)
    assert len(pieces) == 3
    assert len(said("जी", "hi")) > 1000  # and speaks again


@pytest.mark.parametrize("text", ["", " ", "\0", "😀", "[[", "<speak>", "\ud800", "x" * 2000, "क" * 2000, "़़़", ","])
def test_odd_text_neither_hangs_nor_crashes(text: str) -> None:
    said(text, "hi")
    said(text, "en")


@pytest.mark.parametrize("voice", ["nobody", "hi+nobody", "+", "../../etc", "hi hi", "en-in"])
def test_an_unknown_voice_is_the_default_one_with_a_warning(voice: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert len(said("जी हाँ", "hi", voice)) > 1000
    assert "no such voice" in caplog.text


def test_the_variant_follows_into_the_other_languages() -> None:
    assert not np.array_equal(said("hello there", "en", "male")[:2000], said("hello there", "en", "female")[:2000])


@pytest.mark.parametrize(
    ("written", "language", "heard"),
    [
        ("Aapka order", "hi-Latn", "ˌaːpkˌaː (en)ˈɔːdə"),  # English words by English rules
        ("main nahi hoon", "hi-Latn", "mɛ̃ nˈʌhĩ"),
        ("₹100", "hi-Latn", "ˈeːk sˈɔː ɾˈʊpjˌeː"),
        ("AB12", "en", "ˈeɪ bˈiː wˈɒn tˈuː"),  # the letter, not the article
        ("10 am", "en", "tˈɛn ˈeɪ ˈɛm"),
    ],
)
def test_what_is_heard(written: str, language: Language, heard: str) -> None:
    phonemes = ESPEAK.phonemes(FRONT_END.spoken(written, language), language)
    assert normalize("NFC", heard) in normalize("NFC", phonemes)


def test_it_is_started_once_in_a_process_whoever_wants_it() -> None:
    """Started again it crashed at a long text: with Kokoro, which reads by it, beside it in one process."""
    assert Espeak()._library is Espeak()._library is ESPEAK._library
    assert _started.cache_info().misses == 1
