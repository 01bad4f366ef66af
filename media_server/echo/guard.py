"""The second guard against our own echo: what is quieter than our echo could be, while we speak, is not the caller. ◆

The canceller leaves a remainder, more where a mobile codec distorted the echo, and nearly everything until it knows the path.
"""

from collections import deque

from core.audio import FRAME, FRAME_MS, Pcm, rms

WINDOW_MS = 600
"""How long an echo takes at most, phone and network: our loudest frame of this time counts."""
LEARNING_MS = 1500
"""Of our voice, until the canceller knows the path: measured, it lets a syllable through 0.7 s into the first sentence."""
LEARNING_MARGIN = 10 ** (-9 / 20)
"""Until then an echo is at least 9 dB below what we sent…"""
MARGIN = 10 ** (-18 / 20)
"""…then 18: what the canceller leaves while the delay moves. A caller who interrupts is louder: people raise their voice…"""
NO_ECHO_MARGIN = 10 ** (-27 / 20)
"""…and 27 on a line that is known to return nothing."""
_SPEAKING = 150.0
"""RMS above which a frame of ours teaches the canceller something."""


class EchoGuard:
    """One call, at 16 kHz."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque([0.0], maxlen=WINDOW_MS // FRAME_MS)
        self._learned = 0

    def render(self, sent: Pcm) -> None:
        """Sound that leaves now, of any length."""
        for begin in range(0, sent.size, FRAME):
            level = rms(sent[begin : begin + FRAME])
            self._levels.append(level)
            self._learned += level > _SPEAKING

    def is_echo(self, came: Pcm, *, line_returns: bool = True, theirs: bool = False) -> bool:
        """Whether this, after the canceller, could be what is left of our own voice. `line_returns`: it returns any of it;
        `theirs`: what came lately was somebody else's, so that an echo, if there is one, is a soft one."""
        loudest = max(self._levels)
        if not line_returns:
            margin = NO_ECHO_MARGIN
        elif theirs or self._learned * FRAME_MS >= LEARNING_MS:
            margin = MARGIN
        else:
            margin = LEARNING_MARGIN
        return loudest > 0 and rms(came) < loudest * margin

    def reset(self) -> None:
        """The canceller learns anew."""
        self._learned = 0
