"""Takes our own voice out of what comes back: WebRTC's AEC3, which finds the delay of the path by itself (up to about 0.5 s).

It is the dearest step of a call and no good to a line that returns nothing (presence.py): there it rests. Then the sound is
only delayed, as AEC3 delays what it has nothing to take from (measured: the same samples to -30 dB), and the change between the
two is not heard. It does not rest while we are silent: after that it let the first syllable of an echo through.
"""

import numpy as np
from pywebrtc_audio import EchoCanceller as Aec3

from core.audio import RATE, Pcm
from media_server.echo.presence import EchoPresence

HALF = RATE // 100
"""AEC3 works in steps of 10 ms."""
LEAD_MAX = 6 * HALF
"""Reference that waits for its echo at most. More means that we send faster than they do: the clocks drift."""
DELAY = 128
"""Samples by which what comes out is later than what went in."""

NOTHING: Pcm = np.zeros(0, np.int16)


class EchoCanceller:
    """One call, at 16 kHz. Give it all that was sent, and all that came, as it happens."""

    def __init__(self) -> None:
        self._aec = Aec3(sample_rate=RATE)
        self._presence = EchoPresence()
        self._reference: Pcm = np.zeros(0, np.int16)
        self._resting = False
        self._before: Pcm = np.zeros(2 * HALF, np.int16)
        """What came last: the sound in the delay, or in AEC3's."""
        self.plain: Pcm = NOTHING
        """What the last capture would have been with nothing taken out."""

    @property
    def waiting(self) -> int:
        """Samples of reference that have not met what came."""
        return self._reference.size

    @property
    def line_returns(self) -> bool:
        """Whether our voice may come back on this line."""
        return not self._presence.absent

    @property
    def resting(self) -> bool:
        """Nothing was taken out of the last sound."""
        return self._resting

    def render(self, sent: Pcm) -> None:
        """Sound that leaves now, of any length; silence too."""
        self._reference = np.concatenate((self._reference, sent))[-LEAD_MAX:]

    def capture(self, came: Pcm) -> Pcm:
        """Sound that came now, of any length: as much, without our echo."""
        size = came.size
        if not size:
            return came
        sent, self._reference = self._reference[:size], self._reference[size:]
        self._presence.compare(sent, came)
        before = self._before
        self._before = np.concatenate((before, came))[size:]
        self.plain = np.concatenate((before[-DELAY:], came))[:size]
        rested, self._resting = self._resting, self._presence.theirs
        if self._resting:
            return self.plain
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
        self._presence = EchoPresence()
        self._reference = self._reference[:0]
