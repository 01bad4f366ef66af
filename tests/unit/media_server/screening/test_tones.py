"""Beeps are told from all else that sounds on a line; what exchanges say with tones comes as tones."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio import FRAME, RATE, Pcm
from core.resample import Resampler
from media_server.screening.tones import Tone, Tones

Floats = npt.NDArray[np.float64]


def sine(*hz: float, seconds: float, level: float = 3000) -> Floats:
    """At 8 kHz, as a telephone has it."""
    time = np.arange(round(seconds * 8000)) / 8000
    lines: Floats = np.sin(2 * np.pi * np.outer(hz, time)).mean(axis=0) * level
    return lines


def quiet(seconds: float) -> Floats:
    return np.zeros(round(seconds * 8000))


def noise(seconds: float, level: float, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(0, level, round(seconds * 8000))


def heard(*parts: Floats, noise_level: float = 20) -> list[Tone]:
    sound = np.concatenate([*parts, quiet(0.5)])
    sound = sound + noise(sound.size / 8000, noise_level)[: sound.size]
    pcm: Pcm = Resampler(8000, RATE).push(np.rint(sound).astype(np.int16))
    tones = Tones()
    found = [tones.push(start, pcm[start : start + FRAME]) for start in range(0, pcm.size - FRAME + 1, FRAME)]
    return [tone for tone in found if tone is not None]


@settings(max_examples=60)
@given(hz=st.floats(400, 2100), seconds=st.floats(0.1, 1.0), level=st.floats(600, 12000), seed=st.integers(0, 9))
def test_a_beep_is_heard_whatever_its_pitch_length_and_loudness(hz: float, seconds: float, level: float, seed: int) -> None:
    (beep,) = heard(quiet(0.3), sine(hz, seconds=seconds, level=level), quiet(0.1), noise_level=level / 60)
    assert beep.beep and abs(beep.hz - hz) < 0.03 * hz
    assert abs((beep.end - beep.start) / RATE - seconds) < 0.06 and abs(beep.start / RATE - 0.3) < 0.05


def test_a_beep_is_told_of_160_ms_after_its_end() -> None:
    sound = np.rint(np.concatenate([sine(1000, seconds=0.4), quiet(1.0)])).astype(np.int16)
    pcm, tones = Resampler(8000, RATE).push(sound), Tones()
    told = [start for start in range(0, pcm.size - FRAME + 1, FRAME) if tones.push(start, pcm[start : start + FRAME])]
    assert len(told) == 1 and 0.55 < told[0] / RATE < 0.65


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(noise(2.0, 3000), id="noise"),
        pytest.param(quiet(2.0), id="silence"),
        pytest.param(sine(50, 100, 150, seconds=2.0), id="hum"),
        pytest.param(sine(500, 1000, 1500, 2500, seconds=0.5), id="a vowel on one note"),
        pytest.param(sine(1000, seconds=3.0), id="a fax"),
        pytest.param(sine(697, 1209, seconds=0.2), id="a key"),
        pytest.param(sine(480, 620, seconds=0.5), id="busy"),
        pytest.param(np.concatenate([noise(0.03, 4000), quiet(0.3)] * 4), id="clicks"),
        pytest.param(
            np.concatenate([sine(hz, seconds=0.15) for hz in (440, 494, 523, 587, 659)] + [noise(0.5, 800)]), id="a tune"
        ),
        pytest.param(sine(2500, seconds=0.4), id="too high"),
        pytest.param(sine(1000, seconds=0.05), id="too short"),
    ],
)
def test_no_other_sound_is_a_beep(sound: Floats) -> None:
    assert not [tone for tone in heard(quiet(0.2), sound) if tone.beep]


def test_a_voice_that_glides_is_no_beep() -> None:
    time = np.arange(4000) / 8000
    glide: Floats = 3000 * np.sin(2 * np.pi * (400 * time + 150 * time**2))
    assert not heard(quiet(0.2), glide)


def test_busy_and_ringing_come_as_tones_with_their_rhythm() -> None:
    busy = heard(*[sine(480, 620, seconds=0.5), quiet(0.5)] * 3)
    assert len(busy) == 3 and {tone.lines for tone in busy} == {2}
    ringing = heard(*[sine(400, seconds=0.4), quiet(0.2), sine(400, seconds=0.4), quiet(2.0)] * 2)
    gaps = [round((after.start - before.end) / RATE, 1) for before, after in pairwise(ringing)]
    assert gaps == [0.2, 2.0, 0.2]


def test_a_tone_that_something_else_follows_is_told_of_by_nobody() -> None:
    assert not heard(sine(1000, seconds=0.4), noise(1.0, 2000))
