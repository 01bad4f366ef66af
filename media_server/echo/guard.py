"""The second guard against our own echo: what is quieter than our echo could be, while we speak, is not the caller.

The canceller leaves a remainder, more where a mobile codec distorted the echo, most in the first second of a call.
"""

from collections import deque

from core.audio import FRAME, FRAME_MS, Pcm, rms

WINDOW_MS = 600
"""How long an echo takes at most, phone and network: our loudest frame of this time counts."""
MARGIN = 10 ** (-27 / 20)
"""A remainder of our sound is at least 27 dB below it. A caller who interrupts is not: people raise their voice."""


class EchoGuard:
    """One call, at 16 kHz."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque([0.0], maxlen=WINDOW_MS // FRAME_MS)

    def render(self, sent: Pcm) -> None:
        """Sound that leaves now, of any length."""
        for begin in range(0, sent.size, FRAME):
            self._levels.append(rms(sent[begin : begin + FRAME]))

    def is_echo(self, came: Pcm) -> bool:
        """Whether this, after the canceller, could be what is left of our own voice."""
        loudest = max(self._levels)
        return loudest > 0 and rms(came) < loudest * MARGIN
