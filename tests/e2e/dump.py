"""What baresip hears, while it hears it: its module sndfile writes each call's sound into a wave file of its own.

The header is wrong until the call is over, so what follows it is read as it grows, and stamped with the time.
"""

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


class Dump:
    """Everything that came in, of all calls of one phone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self._chunks: list[tuple[float, Pcm]] = []
        """Each with the moment of its last sample."""

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
                self._chunks.append((now, np.frombuffer(data, "<i2")))
        return len(self._chunks) > before

    def heard(self, since: float) -> Pcm:
        parts: list[Pcm] = []
        until: float | None = None
        for moment, sound in [chunk for chunk in self._chunks if chunk[0] >= since]:
            missing = moment - sound.size / RATE - until if until is not None else 0.0
            if missing > _GAP_S:
                parts.append(np.zeros(round(missing * RATE), np.int16))
                until = moment
            parts.append(sound)
            until = moment if until is None else until + sound.size / RATE
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def first_sound_after(self, moment: float) -> float | None:
        return next((at for at, sound in self._chunks if at >= moment and np.abs(sound.astype(np.int32)).max() > _LOUD), None)

    def last_sound_after(self, moment: float) -> float | None:
        loud = (at for at, sound in reversed(self._chunks) if np.abs(sound.astype(np.int32)).max() > _LOUD)
        last = next(loud, 0.0)
        return last if last >= moment else None
