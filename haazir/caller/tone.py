"""A steady tone on a line: told from speech and music in every 20 ms, so that it says who is heard, and since when. ◆"""

from dataclasses import dataclass

import numpy as np

from core.audio import Pcm
from haazir.caller.ears import THRESHOLD
from haazir.caller.wav import RATE

SHARE = 0.9
"""Of a frame's power, from which on it is the tone: G.711 leaves 0.999 of one, a vowel has at most half in one place."""


@dataclass(slots=True)
class Tone:
    """`hz`: a multiple of 50, so that a frame has whole periods."""

    hz: int
    amplitude: int = 8000
    _at: int = 0

    def next(self, samples: int) -> Pcm:
        """The next samples."""
        places = np.arange(self._at, self._at + samples)
        self._at = (self._at + samples) % RATE
        wave: Pcm = (self.amplitude * np.sin(2 * np.pi * self.hz / RATE * places)).astype(np.int16)
        return wave

    def is_in(self, sound: Pcm) -> bool:
        """All through the frame, and hardly anything else with it."""
        signal = sound.astype(np.float64)
        power = float(np.mean(signal**2))
        if power < THRESHOLD**2:
            return False
        turning = np.exp(-2j * np.pi * self.hz / RATE * np.arange(signal.size))
        return 2 * abs(complex(np.mean(signal * turning))) ** 2 / power > SHARE
