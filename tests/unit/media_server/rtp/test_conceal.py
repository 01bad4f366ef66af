"""media_server.rtp.conceal: gaps sound like what was there, for a moment."""

import itertools

import numpy as np
import pytest

from core.audio import rms
from media_server.rtp.conceal import Concealer


def tone(hertz, rate, seconds=1.0):
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("hertz", [70, 120, 200, 310])
def test_a_periodic_sound_goes_on_in_phase(rate, hertz):
    true = tone(hertz, rate)
    concealer = Concealer(rate)
    concealer.heard(true[: rate // 2])
    invented = concealer.conceal(rate // 100)
    error = invented - true[rate // 2 : rate // 2 + rate // 100].astype(int)
    assert np.sqrt(np.mean(error**2.0)) < 0.25 * rms(true)


def test_it_fades_and_is_silent_after_60_ms():
    concealer = Concealer(8000)
    concealer.heard(tone(200, 8000))
    levels = [rms(concealer.conceal(80)) for _ in range(8)]
    assert levels[0] > 5000 and levels[6:] == [0, 0]
    assert all(before >= after for before, after in itertools.pairwise(levels))


def test_the_true_sound_is_joined_without_a_click():
    concealer = Concealer(8000)
    wave = tone(200, 8000)
    concealer.heard(wave[:1600])
    gap = concealer.conceal(160)
    back = concealer.heard(wave[1777:2097])  # out of phase
    steps = np.abs(np.diff(np.concatenate([gap, back]).astype(int)))
    assert steps.max() < 2 * np.abs(np.diff(wave.astype(int))).max()
    assert np.array_equal(back[120:], wave[1777 + 120 : 2097])


def test_with_too_little_heard_nothing_is_invented():
    concealer = Concealer(8000)
    concealer.heard(tone(200, 8000, 0.02))
    assert not concealer.conceal(160).any()


def test_after_silence_nothing_is_repeated():
    concealer = Concealer(8000)
    concealer.heard(tone(200, 8000))
    concealer.silence()
    assert not concealer.conceal(160).any()


@pytest.mark.parametrize("samples", [0, 1, 7, 160, 5000])
def test_any_length_is_filled(samples):
    concealer = Concealer(8000)
    concealer.heard(tone(200, 8000))
    assert concealer.conceal(samples).shape == (samples,)
    assert concealer.heard(np.zeros(samples, np.int16)).shape == (samples,)
