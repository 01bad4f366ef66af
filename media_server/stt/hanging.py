"""Whether the thread that owns a model comes back from it. A device that hangs never lets it, and the process must end.

busy_s ──Watch──> `late` after a third of the time (/readyz), `hung` after all of it (EngineLost)
"""

import asyncio
from collections.abc import Callable

HANGS_S = 30.0
"""Work of a model that has not returned after so long never will; a machine that is so slow can hear no calls with it either."""
STOPS_S = 1.0
"""Longest work that is waited for when an engine is to stop."""


class Watch:
    """`what`: the work, in words. `busy_s`: for how long it has been under way."""

    def __init__(self, what: str, busy_s: Callable[[], float], hangs_s: float = HANGS_S) -> None:
        self._what, self._busy_s, self._hangs_s = what, busy_s, hangs_s

    @property
    def late(self) -> str | None:
        """In words, if it has taken suspiciously long."""
        return self._words(busy_s) if (busy_s := self._busy_s()) > self._hangs_s / 3 else None

    async def hung(self) -> str:
        """Returns once it will never come back, and says so."""
        while True:
            await asyncio.sleep(self._hangs_s / 10)
            if (busy_s := self._busy_s()) > self._hangs_s:
                return self._words(busy_s)

    def _words(self, busy_s: float) -> str:
        return f"{self._what} of the model has not returned for {busy_s:.0f} s"
