"""Takes our own voice out of what comes back: WebRTC's AEC3, which finds the delay of the path by itself (up to about 0.5 s)."""

import numpy as np
from pywebrtc_audio import EchoCanceller as Aec3

from core.audio import RATE, Pcm

HALF = RATE // 100
"""AEC3 works in steps of 10 ms."""
LEAD_MAX = 6 * HALF
"""Reference that waits for its echo at most. More means that we send faster than they do: the clocks drift."""
DELAY_S = 0.008
"""What comes out is so much later than what went in."""


class EchoCanceller:
    """One call, at 16 kHz. Give it all that was sent, and all that came, as it happens."""

    def __init__(self) -> None:
        self._aec = Aec3(sample_rate=RATE)
        self._reference: Pcm = np.zeros(0, np.int16)

    @property
    def waiting(self) -> int:
        """Samples of reference that have not met what came."""
        return self._reference.size

    def render(self, sent: Pcm) -> None:
        """Sound that leaves now, of any length; silence too."""
        self._reference = np.concatenate((self._reference, sent))[-LEAD_MAX:]

    def capture(self, came: Pcm) -> Pcm:
        """Sound that came now, of any length: as much, without our echo."""
        size = came.size
        if not size:
            return came
        padded = -(-size // HALF) * HALF
        near, far = np.zeros(padded, np.int16), np.zeros(padded, np.int16)
        near[:size] = came
        known = min(size, self._reference.size)
        far[:known] = self._reference[:known]
        self._reference = self._reference[known:]
        clean: Pcm = self._aec.process(near, far)
        return clean[:size]

    def reset(self) -> None:
        """The path has changed (another phone, a transfer): learn it anew."""
        self._aec.reset()
        self._reference = self._reference[:0]
