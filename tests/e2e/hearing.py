"""Was it really heard? Known sound found in what came over the line, by correlation."""

import numpy as np

from core.audio import Pcm

SAME = 0.4
"""Likeness from which it is the same sentence: right ones had 0.57 to 0.76 over the line, other ones of the same voice 0.13."""


def likeness(heard: Pcm, expected: Pcm) -> float:
    """The best normalised correlation of `expected` with any stretch of `heard`: 1 is the same wave."""
    if heard.size < expected.size or not expected.size:
        return 0.0
    length = 1 << (heard.size + expected.size).bit_length()
    signal, wanted = heard.astype(np.float64), expected.astype(np.float64)
    spectrum = np.fft.rfft(signal, length) * np.conj(np.fft.rfft(wanted, length))
    products = np.fft.irfft(spectrum, length)[: heard.size - expected.size + 1]
    energy = np.concatenate([[0.0], np.cumsum(signal**2)])
    local = energy[expected.size :] - energy[: -expected.size]
    scale = np.sqrt(np.maximum(local, 1.0) * np.sum(wanted**2))
    return float((np.abs(products) / scale).max())


def level_dbfs(sound: Pcm) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound.astype(np.float64) ** 2) + 1e-9) / 32768))
