"""Wave files of any rate become telephone sound; what is no wave file says so."""

import wave
from pathlib import Path

import numpy as np
import pytest

from haazir.caller import wav


def sine(hertz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.rint(10000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_a_tone_keeps_its_pitch_and_level_at_any_rate(rate: int, tmp_path: Path) -> None:
    wav.write(tmp_path / "tone.wav", sine(1000, rate), rate=rate)
    heard = wav.read(tmp_path / "tone.wav")
    assert heard.size == 8000
    middle = heard[1000:7000].astype(float)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(7071, rel=0.02)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 8000 / 6000 == pytest.approx(1000, abs=2)


def test_what_a_telephone_can_t_carry_is_filtered_not_folded() -> None:
    folded = wav.resample(sine(5000, 16000), 16000, 8000)
    assert np.abs(folded[1000:7000]).max() < 50


def test_stereo_is_mixed_and_eight_bits_are_widened(tmp_path: Path) -> None:
    wav.write(tmp_path / "two.wav", np.full(800, 1000, np.int16), np.full(800, 3000, np.int16))
    assert (wav.read(tmp_path / "two.wav") == 2000).all()
    left, right = wav.read_channels(tmp_path / "two.wav")[0]
    assert (left[0], right[0]) == (1000, 3000)
    with wave.open(str(tmp_path / "eight.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128, 192] * 80))
    assert set(wav.read(tmp_path / "eight.wav").tolist()) == {0, 64 * 256}


def test_what_can_t_be_spoken_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    wav.write(tmp_path / "empty.wav", np.zeros(0, np.int16))
    for name, reason in (("none.wav", "no such file"), ("text.wav", "not a PCM wave file"), ("empty.wav", "no sound in it")):
        with pytest.raises(wav.WavError, match=reason):
            wav.read(tmp_path / name)
