"""Was it really heard? A sentence found in what came over the line, by how its loudness moves in 24 bands.

Not wave by wave: eSpeak never says a sentence twice with the same wave. The pitch of `male` wanders: two renderings of the
greeting were alike by 0.35 to 0.84 where they left the engine, and one with its halves exchanged passed like a whole one.
"""

import numpy as np
from numpy.typing import NDArray

from core.audio import Pcm

SAME = 0.85
"""Likeness from which it is the same sentence, whole and in order. Over the line right ones had 0.96 and more; one syllable
swallowed 0.23, a slip of 40 ms 0.70, another sentence 0.36 at most."""

_HOP, _SIZE = 80, 256
"""10 and 32 ms at 8 kHz."""
_BANDS = np.unique(np.geomspace(6, 110, 25).round().astype(int))
"""Edges, in lines of the spectrum: 190 Hz to 3.4 kHz, where a telephone hears."""
_DEPTH_DB = 45
"""Below the loudest: what is softer is noise."""
_PIECE = 500 // 10
"""Hops that must be alike: half a second, so that a long sentence does not outvote a hole in it."""
_UNEVEN = 2
"""Hops by which a half second may be early or late: two renderings of one sentence differed by up to 32 ms in length."""


def likeness(heard: Pcm, expected: Pcm) -> float:
    """Of the least alike half second of `expected`, where all of it fits `heard` best: 1 is the same sound, 0 any other."""
    if heard.size < expected.size or expected.size < _SIZE + _PIECE * _HOP:
        return 0.0
    where, wanted = _spectrogram(heard), _spectrogram(expected)
    wanted = wanted - wanted.mean(axis=0)

    def fit(begin: int, piece: slice) -> float:
        """Of this piece of `expected`, if all of it began here."""
        place = where[begin : begin + len(wanted)]
        return _correlation((place - place.mean(axis=0))[piece], wanted[piece])

    last = len(where) - len(wanted)
    best = max(range(last + 1), key=lambda begin: fit(begin, slice(None)))
    around = range(max(0, best - _UNEVEN), min(last, best + _UNEVEN) + 1)
    pieces = (slice(begin, begin + _PIECE) for begin in range(0, len(wanted) - _PIECE + 1, _PIECE // 2))
    return min(max(fit(begin, piece) for begin in around) for piece in pieces)


def level_dbfs(sound: Pcm) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound.astype(np.float64) ** 2) + 1e-9) / 32768))


def _spectrogram(sound: Pcm) -> NDArray[np.float64]:
    """Decibels by moment and band."""
    frames = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), _SIZE)[::_HOP] * np.hanning(_SIZE)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    decibels = 10 * np.log10(np.add.reduceat(power, _BANDS, axis=1)[:, :-1] + 1e-9)
    heard: NDArray[np.float64] = np.maximum(decibels, decibels.max() - _DEPTH_DB)
    return heard


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.sum(one * other) / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-9))
