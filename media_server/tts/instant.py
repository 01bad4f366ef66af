"""An engine that costs nothing: the bench measures the pipeline with it, and tests hear its sound at once.

Its sound is a hum with the rhythm of syllables, as long as the text would take to say; the first sample is loud already.
"""

from collections.abc import Callable

import numpy as np

from core.resample import Pcm
from core.sites import Language

SECONDS_PER_CHARACTER = 0.06
SHORTEST_S, LONGEST_S = 0.4, 8.0
PIECE = 1600
"""Samples given at a time."""


class Instant:
    """The sound of a text depends on its length only."""

    name = "instant"
    rate = 16000

    def __init__(self) -> None:
        time = np.arange(round(LONGEST_S * self.rate)) / self.rate
        voice = sum(np.cos(2 * np.pi * 120 * harmonic * time) / harmonic for harmonic in range(1, 12))
        syllables = 0.35 + 0.65 * np.cos(np.pi * 4 * time) ** 2
        self._hum = np.rint(5000 * voice * syllables).astype(np.int16)

    def gain(self, voice: str, language: Language) -> float:
        return 1.0

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        seconds = min(max(len(text) * SECONDS_PER_CHARACTER, SHORTEST_S), LONGEST_S)
        end = round(seconds * self.rate)
        for at in range(0, end, PIECE):
            if not hear(self._hum[at : min(at + PIECE, end)]):
                return
