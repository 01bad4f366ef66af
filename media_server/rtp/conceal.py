"""Sound in the place of lost packets, after ITU-T G.711 appendix I: the last pitch period again and again, fading out. ◆

Without the appendix's 3.75 ms of delay: nothing is held back to smooth the start of a gap, only its end is overlap-added.
"""

from collections import deque

import numpy as np
import numpy.typing as npt

from core.audio import Pcm

Sound = npt.NDArray[np.float32]

FULL_S = 0.010
"""Sounds at full level so long…"""
MUTE_S = 0.060
"""…and is silent from here on: longer inventions sound like a machine gun, and a recogniser hears words in them."""
JOIN_S = 0.004
"""Overlap with the true sound when it is back; 0.4 ms more for each ms of gap, up to…"""
JOIN_MAX_S = 0.014
_PITCH_S = 0.005, 0.015
"""Periods looked for: 200 to 66 Hz. Higher voices are found at a multiple."""
_MATCH_S = 0.020


class Concealer:
    """One stream at `rate` samples a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._shortest, self._longest = (int(seconds * rate) for seconds in _PITCH_S)
        self._match = int(_MATCH_S * rate)
        self._recent: deque[Pcm] = deque()
        self._recent_samples = 0
        self._gap = 0
        """Samples invented since the last true one."""
        self._cycle: Sound = np.zeros(1, np.float32)

    def heard(self, pcm: Pcm) -> Pcm:
        """True sound: the same, its head joined to what was invented before it."""
        if self._gap and pcm.size:
            pcm = self._join(pcm)
        self._recent.append(pcm)
        self._recent_samples += pcm.size
        while self._recent_samples - self._recent[0].size >= self._match + self._longest:
            self._recent_samples -= self._recent.popleft().size
        return pcm

    def conceal(self, samples: int) -> Pcm:
        """Sound for a gap, or for its next part."""
        begin, self._gap = self._gap, self._gap + samples
        if begin == 0:
            self._cycle = self._last_period()
        if begin >= MUTE_S * self._rate:
            return np.zeros(samples, np.int16)
        at = np.arange(begin, begin + samples)
        gain = np.clip((MUTE_S - at / self._rate) / (MUTE_S - FULL_S), 0, 1)
        return (self._cycle[at % self._cycle.size] * gain).astype(np.int16)

    def silence(self) -> None:
        """The sender fell silent: nothing to join to, nothing to repeat."""
        self._recent.clear()
        self._recent_samples = self._gap = 0

    def _join(self, pcm: Pcm) -> Pcm:
        overlap = min(pcm.size, int(min(JOIN_S + 0.4 * self._gap / self._rate, JOIN_MAX_S) * self._rate))
        invented = self.conceal(overlap)
        self._gap = 0
        rise = (np.arange(overlap, dtype=np.float32) + 0.5) / max(overlap, 1)
        joined = pcm.copy()
        joined[:overlap] = invented + (pcm[:overlap] - invented.astype(np.float32)) * rise
        return joined

    def _last_period(self) -> Sound:
        if self._recent_samples < self._match + self._longest:
            return np.zeros(1, np.float32)
        past = np.concatenate(self._recent).astype(np.float32)
        period = self._period(past)
        quarter = period // 4
        cycle = past[-period:].copy()
        fall = np.linspace(1, 0, quarter, dtype=np.float32)
        cycle[-quarter:] = fall * cycle[-quarter:] + (1 - fall) * past[-period - quarter : -period]  # its end leads to its start
        return cycle

    def _period(self, past: Sound) -> int:
        """The lag at which the last 20 ms resemble best what came before, by normalised correlation."""
        pattern = past[-self._match :]
        before = past[-self._match - self._longest : -self._shortest]
        likeness = np.correlate(before, pattern)  # index 0 is the longest lag
        total = np.concatenate(([0.0], np.cumsum(before.astype(np.float64) ** 2)))
        energy = total[self._match :] - total[: -self._match]
        return self._longest - int(np.argmax(likeness / np.sqrt(energy + 1)))
