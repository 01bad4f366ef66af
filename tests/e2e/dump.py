"""What baresip hears, while it hears it: its module sndfile writes each call's sound into a wave file of its own.

The header is wrong until the call is over, so what follows it is read as it grows, and stamped with the time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time

import numpy as np

from core.audio import Pcm
from haazir.caller.wav import RATE

_HEADER = 44
_LOUD = 184
"""-45 dBFS."""
_GAP_S = 0.1
"""Without a packet: from then on silence, not the next sound."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What had come since the last look."""

    arrival: float
    """Of its last sample: time.time()."""
    stream: Path
    sound: Pcm

    @property
    def seconds(self) -> float:
        return self.sound.size / RATE

    @property
    def loud(self) -> bool:
        return bool(np.abs(self.sound.astype(np.int32)).max() > _LOUD)


class Dump:
    """Everything that came in, of all calls of one phone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self._chunks: list[Chunk] = []

    def look(self) -> bool:
        """Read what is new; was anything? To be called all the time."""
        now, before = time(), len(self._chunks)
        for path in self._folder.glob("dump-*-dec.wav"):
            begin, size = self._read.get(path, _HEADER), path.stat().st_size
            if size < begin:  # a second stream in the same second: baresip overwrites the first one's file
                begin = _HEADER
            if size - begin > 1:
                with path.open("rb") as file:
                    file.seek(begin)
                    data = file.read((size - begin) // 2 * 2)
                self._read[path] = begin + len(data)
                self._chunks.append(Chunk(now, path, np.frombuffer(data, "<i2")))
        return len(self._chunks) > before

    def heard(self, since: float) -> Pcm:
        """What was late and came all at once is at its place, as in a phone that waits for it."""
        parts: list[Pcm] = []
        until: float | None = None
        chunks = [chunk for chunk in self._chunks if chunk.arrival >= since]
        for chunk, end in zip(chunks, _due(chunks), strict=True):
            missing = end - chunk.seconds - until if until is not None else 0.0
            if missing > _GAP_S:
                parts.append(np.zeros(round(missing * RATE), np.int16))
                until = end
            parts.append(chunk.sound)
            until = end if until is None else until + chunk.seconds
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def first_sound_after(self, moment: float) -> float | None:
        return next((chunk.arrival for chunk in self._chunks if chunk.arrival >= moment and chunk.loud), None)

    def last_sound_after(self, moment: float) -> float | None:
        last = next((chunk.arrival for chunk in reversed(self._chunks) if chunk.loud), 0.0)
        return last if last >= moment else None


def _due(chunks: Sequence[Chunk]) -> list[float]:
    """When each ended where it was made: none came before that, so a stream that catches up tells how late it has been.

    For minutes at most: a sender whose clock is fast by 1 % hides 0.6 s of silence in each.
    """
    samples: Counter[Path] = Counter()
    least: dict[Path, float] = {}
    """Stream -> the shortest way that any sample after these had."""
    due = []
    for chunk in reversed(chunks):
        way = chunk.arrival + samples[chunk.stream] / RATE
        least[chunk.stream] = min(way, least.get(chunk.stream, way))
        due.append(least[chunk.stream] - samples[chunk.stream] / RATE)
        samples[chunk.stream] += chunk.sound.size
    return due[::-1]
