"""A recogniser that hears a script: every word is a level of its own, and a word that a window cuts is heard wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.audio import RATE, Pcm
from media_server.stt.chunked.words import Ask, Heard, Word

LOWEST = 1000
"""Amplitude of word 0; each next one is 7 more."""


def sound_of(script: Sequence[tuple[int, int]]) -> Pcm:
    """`script`: samples of silence before each word, and of the word. Word n has the amplitude LOWEST + 7 n."""
    pieces = [np.zeros(0, np.int16)]
    for number, (silence, length) in enumerate(script):
        level = LOWEST + 7 * number
        pieces += [np.zeros(silence, np.int16), np.where(np.arange(length) % 2, level, -level).astype(np.int16)]
    return np.concatenate(pieces)


@dataclass
class Scripted:
    """FullContext over such sound. It hears a word of which three fifths are there, something else if less is."""

    script: Sequence[tuple[int, int]]
    longest: int = 15 * RATE
    batch: int = 8
    name: str = "scripted"
    jitter: int = 0
    """Samples by which its times are off, back and forth."""
    batches: list[int] = field(default_factory=list)
    """Windows in each call."""

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        self.batches.append(len(asks))
        assert all(ask.pcm.size <= self.longest for ask in asks)
        return [Heard(self._words(ask.pcm), tag="en") for ask in asks]

    def _words(self, pcm: Pcm) -> tuple[Word, ...]:
        levels = np.abs(pcm.astype(np.int32))
        edges = np.flatnonzero(np.diff(levels)) + 1
        words = []
        for start, end in zip([0, *edges], [*edges, levels.size], strict=True):
            if end == start or levels[start] < LOWEST:
                continue
            number = int(levels[start] - LOWEST) // 7
            whole = self.script[number][1]
            if end - start < whole // 5:
                continue
            text = f"w{number}" if end - start >= whole * 3 // 5 else "~"
            off = self.jitter if number % 2 else -self.jitter
            words.append(Word(text, max(0, int(start) + off), min(pcm.size, int(end) + off), 0.9))
        return tuple(words)
