"""Sound keeps its length, its pitch and its silence when its rate changes, however it is cut into chunks."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.resample import Pcm, Resampler

RATES = (8000, 16000, 22050, 24000, 44100, 48000)
PAIRS = list(permutations(RATES, 2))


def tone(rate: int, hertz: float, seconds: float = 0.5, level: float = 10000) -> Pcm:
    return np.rint(level * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def rms(sound: NDArray[np.generic]) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


@settings(max_examples=60)
@given(st.sampled_from(PAIRS), st.lists(st.integers(0, 900), max_size=12), st.integers(0, 2**32 - 1))
def test_any_chunking_gives_the_same_samples(pair: tuple[int, int], cuts: list[int], seed: int) -> None:
    sound = np.random.default_rng(seed).integers(-32768, 32767, sum(cuts), dtype=np.int16)
    whole = Resampler(*pair)
    expected = np.concatenate([whole.push(sound), whole.flush()])
    pieces = Resampler(*pair)
    edges = np.cumsum([0, *cuts])
    heard = [pieces.push(sound[a:b]) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate([*heard, pieces.flush()]), expected)


@settings(max_examples=60)
@given(st.sampled_from(PAIRS), st.lists(st.integers(0, 5000), max_size=8))
def test_the_count_is_exact_after_every_push(pair: tuple[int, int], cuts: list[int]) -> None:
    rate_in, rate_out = pair
    resampler = Resampler(*pair)
    pushed = came = 0
    for count in cuts:
        pushed += count
        came += len(resampler.push(np.zeros(count, np.int16)))
        assert came == -(-pushed * rate_out // rate_in)


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_a_tone_in_the_passband_keeps_its_level_and_comes_late_by_the_stated_delay(rate_in: int, rate_out: int) -> None:
    resampler = Resampler(rate_in, rate_out)
    assert resampler.delay_s <= 0.003
    hertz = 0.7 * min(rate_in, rate_out) / 2
    heard = np.concatenate([resampler.push(tone(rate_in, hertz)), resampler.flush()])
    times = np.arange(len(heard)) / rate_out - resampler.delay_s
    middle = slice(len(heard) // 4, 3 * len(heard) // 4)
    expected = 10000 * np.sin(2 * np.pi * hertz * times)
    assert rms(heard[middle] - expected[middle]) < 10000 * 10 ** (-60 / 20)


@pytest.mark.parametrize(("rate_in", "rate_out"), [pair for pair in PAIRS if pair[0] > pair[1]])
@pytest.mark.parametrize("above", [1.0, 1.06])
def test_a_tone_the_lower_rate_cannot_hold_is_70_db_down(rate_in: int, rate_out: int, above: float) -> None:
    hertz = above * rate_out / 2
    if hertz > 0.98 * rate_in / 2:
        pytest.skip("the rate that comes in cannot hold it either")
    heard = Resampler(rate_in, rate_out).push(tone(rate_in, hertz, level=32000))
    assert rms(heard[rate_out // 20 :]) <= max(32000 / np.sqrt(2) * 10 ** (-70 / 20), 1.0)


@pytest.mark.parametrize(("rate_in", "rate_out"), [(8000, 16000), (8000, 48000), (16000, 48000), (22050, 48000)])
def test_going_up_leaves_no_image_of_the_sound(rate_in: int, rate_out: int) -> None:
    heard = Resampler(rate_in, rate_out).push(tone(rate_in, 0.7 * rate_in / 2))[rate_out // 20 :]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    beyond = np.fft.rfftfreq(len(heard), 1 / rate_out) > rate_in / 2
    assert spectrum[beyond].max() < spectrum.max() * 10 ** (-70 / 20)


def test_full_scale_does_not_wrap() -> None:
    square = np.where(tone(16000, 400) >= 0, 32767, -32768).astype(np.int16)
    heard = Resampler(16000, 8000).push(square)
    assert heard.max() == 32767 and heard.min() == -32768  # the overshoot is clipped
    assert rms(heard) > 30000


def test_the_same_rate_passes_untouched_and_is_a_copy() -> None:
    sound = tone(8000, 440)
    resampler = Resampler(8000, 8000)
    heard = resampler.push(sound)
    assert np.array_equal(heard, sound) and not np.shares_memory(heard, sound)
    assert len(resampler.flush()) == 0 and resampler.delay_s == 0


def test_nothing_in_gives_nothing_out_and_silence_stays_silent() -> None:
    resampler = Resampler(44100, 8000)
    assert len(resampler.push(np.zeros(0, np.int16))) == 0
    assert not resampler.push(np.zeros(44100, np.int16)).any()


def test_after_a_flush_the_next_stream_hears_nothing_of_the_last() -> None:
    resampler = Resampler(22050, 8000)
    resampler.push(tone(22050, 440)[:1001])
    resampler.flush()
    assert np.array_equal(resampler.push(tone(22050, 700)), Resampler(22050, 8000).push(tone(22050, 700)))


def test_a_long_push_is_the_same_as_many_short_ones() -> None:
    sound = tone(8000, 300, seconds=3)
    long = Resampler(8000, 44100).push(sound)
    short = Resampler(8000, 44100)
    assert np.array_equal(long, np.concatenate([short.push(sound[at : at + 160]) for at in range(0, len(sound), 160)]))


@pytest.mark.parametrize("rates", [(0, 8000), (8000, -1)])
def test_a_rate_that_cannot_be_is_refused(rates: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no sound"):
        Resampler(*rates)
