"""Takes our own voice out of what comes back: WebRTC's AEC3, which finds the delay of the path by itself (up to about 0.5 s).

It is the dearest step of a call, so it rests while there is nothing that could echo. Then the sound is only delayed, as AEC3
delays what it has nothing to take from (measured: the same samples to -30 dB), and the change between the two is not heard.
"""

import numpy as np
from pywebrtc_audio import EchoCanceller as Aec3

from core.audio import RATE, Pcm

HALF = RATE // 100
"""AEC3 works in steps of 10 ms."""
LEAD_MAX = 6 * HALF
"""Reference that waits for its echo at most. More means that we send faster than they do: the clocks drift."""
DELAY = 128
"""Samples by which what comes out is later than what went in."""
REST_AFTER = int(0.8 * RATE)
"""Samples of silence of ours after which no echo can come: the path's longest delay, and the room's."""

NOTHING: Pcm = np.zeros(0, np.int16)


class EchoCanceller:
    """One call, at 16 kHz. Give it all that was sent, and all that came, as it happens."""

    def __init__(self) -> None:
        self._aec = Aec3(sample_rate=RATE)
        self._reference: Pcm = np.zeros(0, np.int16)
        self._silent = 0
        """Samples that came since our last sound."""
        self._before: Pcm = np.zeros(2 * HALF, np.int16)
        """What came last: the sound in the delay, or in AEC3's."""

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
        sent, self._reference = self._reference[:size], self._reference[size:]
        rested = self._silent >= REST_AFTER
        self._silent = 0 if sent.any() else self._silent + size
        before = self._before
        self._before = np.concatenate((before, came))[size:]
        if self._silent >= REST_AFTER:
            return np.concatenate((before[-DELAY:], came))[:size]
        if rested:
            self._cancel(before, NOTHING)  # what AEC3 has still inside is from before its rest
        return self._cancel(came, sent)

    def _cancel(self, came: Pcm, sent: Pcm) -> Pcm:
        padded = -(-came.size // HALF) * HALF
        near, far = np.zeros(padded, np.int16), np.zeros(padded, np.int16)
        near[: came.size], far[: sent.size] = came, sent
        clean: Pcm = self._aec.process(near, far)
        return clean[: came.size]

    def reset(self) -> None:
        """The path has changed (another phone, a transfer): learn it anew."""
        self._aec.reset()
        self._reference = self._reference[:0]
