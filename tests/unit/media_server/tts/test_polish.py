"""An engine's sound, made fit for a telephone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resample import Pcm
from media_server.tts.polish import CEILING, KNEE, SILENCE, Polish, limited, loudness


def tone(rate: int, seconds: float, level: float = 8000) -> Pcm:
    return np.rint(level * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)).astype(np.int16)


def silence(rate: int, seconds: float) -> Pcm:
    return np.zeros(round(rate * seconds), np.int16)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("chunk", [100, 441, 22050])
def test_silence_around_speech_is_trimmed_and_within_it_kept(rate: int, chunk: int) -> None:
    made = np.concatenate([silence(22050, 0.2), tone(22050, 0.5), silence(22050, 0.3), tone(22050, 0.4), silence(22050, 0.7)])
    polish = Polish(22050, rate, 1.0)
    pieces = [polish.push(made[at : at + chunk]) for at in range(0, len(made), chunk)]
    heard = np.concatenate([*pieces, polish.finish()])
    assert len(heard) / rate == pytest.approx(0.5 + 0.3 + 0.4, abs=0.006)
    loud = np.flatnonzero(np.abs(heard) >= SILENCE)
    assert loud[0] < 0.004 * rate  # the resampler's delay
    assert loud[-1] == len(heard) - 1


def test_the_first_loud_chunk_comes_out_at_once() -> None:
    polish = Polish(22050, 8000, 1.0)
    assert len(polish.push(silence(22050, 0.1))) == 0
    assert len(polish.push(tone(22050, 0.02))) > 0.015 * 8000


def test_no_sound_at_all_stays_nothing() -> None:
    polish = Polish(22050, 8000, 2.0)
    assert len(polish.push(silence(22050, 1.0))) == 0
    assert len(polish.finish()) == 0


@given(st.integers(-32768, 32767), st.floats(0, 20))
def test_the_limiter_never_wraps_nor_clips(sample: int, gain: float) -> None:
    out = int(limited(np.array([sample], np.int16), gain)[0])
    assert abs(out) <= CEILING + 1
    assert out * sample >= 0
    if abs(sample * gain) < KNEE:
        assert out == pytest.approx(sample * gain, abs=1)


def test_loudness_is_that_of_the_speech_not_of_the_pauses() -> None:
    voice = tone(8000, 1.0, level=32767 / 10)
    assert loudness(voice, 8000) == pytest.approx(-23.0, abs=0.1)
    assert loudness(np.concatenate([voice, silence(8000, 3.0)]), 8000) == pytest.approx(-23.0, abs=0.1)
    assert loudness(silence(8000, 1.0), 8000) == float("-inf")
    assert loudness(silence(8000, 0.0), 8000) == float("-inf")
