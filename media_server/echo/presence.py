"""Does this line return our voice at all? Most wired and many mobile ones don't, and then the canceller only does harm: it takes
a caller who interrupts for echo, and measured, swallowed the first 0.6 to 1.2 s of them. ◆

    absent   while we spoke for two seconds, what came was never louder than 33 dB below it: nothing to cancel
    present  it is louder than that and moves as our voice moved a moment before: from then on, for the rest of the call
"""

from collections import deque

import numpy as np

from core.audio import FRAME_MS, Pcm, rms

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
_SPEAKING = 150.0


class EchoPresence:
    """One call, at 16 kHz. `absent` is the verdict."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque([0.0] * (COMPARED + LATEST), maxlen=COMPARED + LATEST)
        self._came: deque[float] = deque([0.0] * COMPARED, maxlen=COMPARED)
        self._silent_frames = 0
        self._found = False

    @property
    def absent(self) -> bool:
        return not self._found and self._silent_frames >= PROOF

    def compare(self, sent: Pcm, came: Pcm) -> None:
        """A frame that leaves, and the one that came meanwhile."""
        self._sent.append(rms(sent))
        self._came.append(level := rms(came))
        loudest = max(list(self._sent)[-LATEST:])
        if self._found or loudest < _SPEAKING:
            return
        if level <= loudest * QUIET:
            self._silent_frames += 1
        elif not self.absent:
            self._silent_frames = 0
        elif self._is_alike():
            self._found = True

    def _is_alike(self) -> bool:
        """Whether what came moved as what we sent did, at any delay."""
        came = np.array(self._came)
        sent = np.lib.stride_tricks.sliding_window_view(np.array(self._sent), COMPARED)
        came = came - came.mean()
        sent = sent - sent.mean(axis=1, keepdims=True)
        scale = np.sqrt((came @ came) * np.einsum("ij,ij->i", sent, sent)) + 1e-9
        return bool(np.max(sent @ came / scale) >= ALIKE)
