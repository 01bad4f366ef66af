"""By what end-to-end tests say that a sentence was heard: it knows the sentence however it was rendered, and nothing else."""

from collections.abc import Callable

import numpy as np
import pytest

from core.audio import CODECS, Pcm
from core.resample import Resampler
from core.sites import Language
from media_server.tts.espeak import Espeak
from tests.e2e.hearing import SAME, likeness

ESPEAK = Espeak()
GREETING = "नमस्ते, Roshni Electronics में आपका स्वागत है।"
OTHERS: list[tuple[str, Language]] = [
    ("मैं आपकी क्या मदद कर सकता हूँ?", "hi"), ("क्या आप लाइन पर हैं?", "hi"), ("Call करने के लिए धन्यवाद।", "hi"),
    ("This is quite another sentence.", "en"), ("You can return a product within ten days.", "en"),
]  # fmt: skip
DICE = np.random.default_rng(1)


def said(text: str, language: Language = "hi", voice: str = "male") -> Pcm:
    """As the engine says it this time, at 8 kHz."""
    heard: list[Pcm] = []

    def hear(pcm: Pcm) -> bool:
        heard.append(pcm)
        return True

    ESPEAK.speak(text, language, voice, hear)
    return Resampler(ESPEAK.rate, 8000).push(np.concatenate(heard))


def over_the_line(sound: Pcm) -> Pcm:
    """Somewhere in what a caller heard: G.711, and a quiet room before and after."""
    ulaw = CODECS["ulaw"]
    room = DICE.normal(0, 16, sound.size + 8000)
    room[777 : 777 + sound.size] += sound
    return ulaw.decode(ulaw.encode(room.round().astype(np.int16)))


def without(sound: Pcm, begin: int, samples: int) -> Pcm:
    return np.concatenate([sound[:begin], sound[begin + samples :]])


def silenced(sound: Pcm, begin: int, samples: int) -> Pcm:
    return np.concatenate([sound[:begin], np.zeros(samples, np.int16), sound[begin + samples :]])


@pytest.mark.parametrize("voice", ["male", "female"])
def test_a_sentence_is_known_in_any_rendering_by_the_same_voice(voice: str) -> None:
    assert min(likeness(over_the_line(said(GREETING, voice=voice)), said(GREETING, voice=voice)) for _ in range(5)) > 0.95


def test_another_sentence_of_the_same_voice_is_not_it() -> None:
    heard = over_the_line(said(GREETING))
    assert max(likeness(heard, said(text, language)) for text, language in OTHERS) < 0.5


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda sound: silenced(sound, 0, 1600), id="its first 200 ms swallowed"),
        pytest.param(lambda sound: silenced(sound, sound.size - 4000, 4000), id="its end not said"),
        pytest.param(lambda sound: silenced(sound, 8000, 1600), id="a hole of 200 ms"),
        pytest.param(lambda sound: without(sound, 12000, 320), id="40 ms skipped"),
        pytest.param(lambda sound: np.insert(sound, 12000, np.zeros(480, np.int16)), id="60 ms of silence put in"),
        pytest.param(lambda sound: np.roll(sound, sound.size // 2), id="its halves exchanged"),
        pytest.param(lambda sound: sound[::-1], id="backwards"),
        pytest.param(lambda sound: np.interp(np.arange(0, sound.size, 1.04), np.arange(sound.size), sound), id="4 % too fast"),
        pytest.param(lambda sound: np.clip(sound * 20.0, -8000, 8000), id="clipped to a square"),
        pytest.param(lambda sound: sound * (np.arange(sound.size) // 160 % 4 > 0), id="every fourth frame lost"),
        pytest.param(lambda sound: said(GREETING, voice="female"), id="another voice"),
        pytest.param(lambda sound: DICE.integers(-8000, 8000, sound.size), id="noise"),
    ],
)
def test_a_broken_one_is_not_it(harm: Callable[[Pcm], Pcm]) -> None:
    assert likeness(over_the_line(harm(said(GREETING)).astype(np.int16)), said(GREETING)) < SAME


def test_nothing_is_found_in_less_sound_than_it_has() -> None:
    assert likeness(said(GREETING)[:8000], said(GREETING)) == 0.0
    assert likeness(said(GREETING), said(GREETING)[:1000]) == 0.0
