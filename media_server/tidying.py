"""Memory that calls leave behind, given back while others go on.

Turns and sessions are webs of cycles with sound and echo cancellers in them: Python comes for such only after a hundred
thousand new objects, megabytes late, and glibc keeps the holes. 200 calls, ten at a time, took 35 MB that way. What main
froze is not looked at, so a collection takes about a millisecond; the pacer's ring bridges twenty.
"""

import ctypes
import gc

COLLECT_S = 2.0
TRIM_S = 20.0


class Tidying:
    """`tidy(now)` on every tick; `now` in loop seconds."""

    def __init__(self) -> None:
        self._collected = self._trimmed = 0.0
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        """glibc's; other C libraries have none."""

    def tidy(self, now: float) -> None:
        if now - self._collected >= COLLECT_S:
            self._collected = now
            gc.collect()
        if now - self._trimmed >= TRIM_S:
            self._trimmed = now
            if self._trim is not None:
                self._trim(0)
