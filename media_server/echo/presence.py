"""Does this line return our voice at all? Most wired and many mobile ones don't, and then the canceller only does harm: it takes
a caller who interrupts for echo, and measured, swallowed the first 0.6 to 1.2 s of them, over the greeting all of them. ◆

    absent   while we spoke for two seconds, what came was never louder than 33 dB below it: nothing to cancel
    theirs   nothing is known yet, and what comes is loud and no copy of what we sent: somebody talks into our first words
    present  it is a copy, or moves as our voice moved a moment before: from then on, for the rest of the call
"""

from collections import deque

import numpy as np

from core.audio import FRAME_MS, RATE, Pcm, rms

LATEST = 600 // FRAME_MS
"""Frames that an echo takes at most."""
PROOF = 2000 // FRAME_MS
"""Frames of our voice without an echo after which there is none…"""
QUIET = 10 ** (-33 / 20)
"""…if all that came then was softer than this beside the loudest that could have come back."""
COMPARED = 1000 // FRAME_MS
"""Frames of what came that are compared with what we sent before."""
ALIKE = 0.92
"""Correlation of the two loudnesses from which the one is the other's echo. Of 118 interruptions by other voices 0 to 3 had it,
of 36 echoes all, after 0.4 s at most."""
LOOKED_AT = RATE * 160 // 1000
"""Samples of what came that are held against all that could have come back…"""
LOUD = 10 ** (-20 / 20)
"""…if they are this loud beside it."""
LOOKS = 3
"""Such looks, two frames apart, make a verdict."""
COPY = 0.5
"""Mean correlation of the samples from which they are ours. Of 1861 looks at echoes (30 to 450 ms, four reflections, G.711) the
least had 0.55, the median 0.8; of 1534 at eSpeak callers over greetings the median had 0.22 and 19 of 20 less than 0.42."""
_SPEAKING = 150.0


class EchoPresence:
    """One call, at 16 kHz."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque([0.0] * (COMPARED + LATEST), maxlen=COMPARED + LATEST)
        self._came: deque[float] = deque([0.0] * COMPARED, maxlen=COMPARED)
        self._silent_frames = 0
        self._found = False
        self._theirs = False
        self._sound_sent = np.zeros(LOOKED_AT + RATE * LATEST * FRAME_MS // 1000, np.int16)
        self._sound_came = np.zeros(LOOKED_AT, np.int16)
        self._looks: list[float] = []
        self._frames = 0

    @property
    def absent(self) -> bool:
        """Proven."""
        return not self._found and self._silent_frames >= PROOF

    @property
    def theirs(self) -> bool:
        """What comes is the caller, as far as anybody can know by now."""
        return not self._found and (self._theirs or self.absent)

    def compare(self, sent: Pcm, came: Pcm) -> None:
        """A frame that leaves, and the one that came meanwhile."""
        self._sent.append(rms(sent))
        self._came.append(level := rms(came))
        loudest = max(list(self._sent)[-LATEST:])
        if self._found:
            return
        if not self.absent:
            self._look(sent, came, loudest)
        if loudest < _SPEAKING:
            return
        if level <= loudest * QUIET:
            self._silent_frames += 1
        elif not self.absent:
            self._silent_frames = 0
        elif self._is_alike():
            self._found = True

    def _look(self, sent: Pcm, came: Pcm, loudest: float) -> None:
        """Whether what came lately is a copy of what we sent. Half a millisecond, and only until something is known."""
        self._sound_sent = np.concatenate((self._sound_sent, sent))[-self._sound_sent.size :]
        self._sound_came = np.concatenate((self._sound_came, came))[-LOOKED_AT:]
        self._frames += 1
        if loudest < _SPEAKING or rms(self._sound_came) < loudest * LOUD:
            self._looks = []
        elif self._frames % 2:
            self._looks = [*self._looks, _likeness(self._sound_came, self._sound_sent)][-LOOKS:]
            if len(self._looks) == LOOKS:
                self._found = sum(self._looks) / LOOKS >= COPY
                self._theirs = not self._found

    def _is_alike(self) -> bool:
        """Whether what came moved as what we sent did, at any delay."""
        came = np.array(self._came)
        sent = np.lib.stride_tricks.sliding_window_view(np.array(self._sent), COMPARED)
        came = came - came.mean()
        sent = sent - sent.mean(axis=1, keepdims=True)
        scale = np.sqrt((came @ came) * np.einsum("ij,ij->i", sent, sent)) + 1e-9
        return bool(np.max(sent @ came / scale) >= ALIKE)


def _likeness(came: Pcm, sent: Pcm) -> float:
    """The best correlation of `came` with any stretch of `sent`, 0 to 1."""
    short, long = came.astype(np.float64), sent.astype(np.float64)
    size = 1 << (long.size - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)[: long.size - short.size + 1]
    power = np.concatenate(([0.0], np.cumsum(long * long)))
    power = power[short.size :] - power[: -short.size]
    power += 0.01 * power.max() + 1.0  # a stretch of silence is like nothing
    return float(np.max(np.abs(products) / np.sqrt(power * (short @ short + 1.0))))
