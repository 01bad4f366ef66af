"""Wave files in and out as a telephone needs them: mono, 8 kHz, 16 bit."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio import Pcm

RATE = 8000
_TAPS = 48
"""Input samples on each side of an output sample that shape it: -70 dB beyond the new band."""


class WavError(ValueError):
    """The file is not a wave file that can be spoken; the message says why."""


def read(path: Path, rate: int = RATE) -> Pcm:
    """A wave file of any rate and any number of channels, as one channel at `rate`. WavError if it can't be."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, source, data = file.getnchannels(), file.getsampwidth(), file.getframerate(), file.readframes(-1)
    except FileNotFoundError:
        raise WavError(f"{path}: no such file") from None
    except (wave.Error, EOFError, OSError) as error:
        raise WavError(f"{path}: not a PCM wave file ({error}); convert it with: sox FILE -e signed -b 16 OUT.wav") from error
    if width == 2:
        samples = np.frombuffer(data, dtype="<i2").astype(np.float64)
    elif width == 1:  # 8-bit waves are unsigned
        samples = (np.frombuffer(data, dtype=np.uint8).astype(np.float64) - 128) * 256
    else:
        raise WavError(f"{path}: {8 * width}-bit samples; 8 or 16 are understood")
    if samples.size < channels:
        raise WavError(f"{path}: no sound in it")
    return resample(samples[: samples.size // channels * channels].reshape(-1, channels).mean(axis=1), source, rate)


def read_channels(path: Path) -> tuple[list[Pcm], int]:
    """The channels of a 16-bit wave file as they are, and its rate."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise WavError(f"{path}: not 16-bit")
        samples = np.frombuffer(file.readframes(-1), dtype="<i2").reshape(-1, file.getnchannels())
        return [samples[:, channel].copy() for channel in range(samples.shape[1])], file.getframerate()


def write(path: Path, *channels: Pcm, rate: int = RATE) -> None:
    """One file, its channels padded to the longest."""
    length = max(channel.size for channel in channels)
    padded = [np.pad(channel, (0, length - channel.size)) for channel in channels]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(padded, axis=1).astype("<i2").tobytes())


def resample(samples: NDArray[np.float64] | Pcm, source: int, rate: int) -> Pcm:
    """A whole recording at another rate (windowed sinc; for files, where delay does not matter)."""
    signal = samples.astype(np.float64)
    if source != rate:
        cutoff = 0.92 * min(1.0, rate / source)
        reach = int(np.ceil(_TAPS / cutoff))
        positions = np.arange(int(signal.size * rate / source)) * (source / rate)
        nearest = positions.astype(np.int64)
        padded = np.pad(signal, reach)
        output = np.zeros(positions.size)
        for tap in range(1 - reach, reach + 1):
            distance = nearest + tap - positions
            window = np.cos(np.pi * distance / (2 * reach)) ** 2
            output += padded[nearest + tap + reach] * np.sinc(distance * cutoff) * cutoff * window
        signal = output
    return np.clip(np.rint(signal), -32768, 32767).astype(np.int16)
