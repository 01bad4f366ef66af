"""Where somebody speaks in a recording: stretches of sound between pauses, by loudness alone. ◆

For a message after the beep, which is one voice and silence. What a recogniser is given at once should be a sentence.
"""

from collections.abc import Iterator

import numpy as np

from core.resample import Pcm

RATE = 8000
FRAME = 160
"""Samples: 20 ms."""
LOUD = 32768 * 10 ** (-45 / 20)
"""-45 dBFS, RMS of a frame: speech over any line, and no line's own noise."""
PAUSE = 35
"""Frames of silence that part two stretches: 0.7 s, longer than between words."""
SHORTEST = 5
"""Loud frames: less is a click."""
AROUND = 10
"""Frames kept before and after: consonants begin quietly."""


def stretches(sound: Pcm) -> Iterator[Pcm]:
    frames = len(sound) // FRAME
    loud = np.flatnonzero(np.sqrt(np.mean(sound[: frames * FRAME].reshape(-1, FRAME).astype(np.float32) ** 2, axis=1)) > LOUD)
    for part in np.split(loud, np.flatnonzero(np.diff(loud) > PAUSE) + 1):
        if len(part) >= SHORTEST:
            yield sound[max(0, int(part[0]) - AROUND) * FRAME : (int(part[-1]) + 1 + AROUND) * FRAME]
