"""Whose window is heard next, how many together, and how often a caller who still speaks is listened to. ◆

flushes, the longest wait first ──┐
callers who still speak ──────────┼── choose ──> windows of like length, one batch
recordings ───────────────────────┘  (only when nobody above has work)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.audio import RATE

SHORT = 2 * RATE
"""Windows shorter than this are alike, whatever their lengths: a batch pads them all to its longest."""
OFTEN = RATE // 2
"""Samples of new sound after which a caller who speaks is heard again, at the quickest."""
SELDOM = 3 * RATE
"""Past this it isn't worth it: the caller will have paused before."""
SHARE = 1 / 3
"""Of the model's time that may go to callers who still speak; the rest is for those who have paused."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call with sound that has not been heard."""

    samples: int
    """Of the window that it would be."""
    unheard: int
    """Samples that are new in it."""
    asked: int | None
    """Since when its words are waited for, in the order of all calls' flushes; None: the caller still speaks."""


def choose(waiting: Sequence[Waiting], most: int, often: int | None) -> list[int]:
    """Places in `waiting` of those to hear together, `most` of them. `often`: samples, from `Pace`; None: no guesses now."""
    asked = sorted((one.asked, place) for place, one in enumerate(waiting) if one.asked is not None)
    if asked:
        places = [place for _, place in asked]
    elif often is not None:
        due = [(-one.unheard, place) for place, one in enumerate(waiting) if one.unheard >= often]
        places = [place for _, place in sorted(due)]
    else:
        places = []
    return [place for place in places if _alike(waiting[place].samples, waiting[places[0]].samples)][:most]


def _alike(samples: int, other: int) -> bool:
    return max(samples, other) <= max(SHORT, 2 * min(samples, other))


class Pace:
    """How long the model takes, and so how often it may be asked."""

    def __init__(self) -> None:
        self._batch_s = 0.0

    def took(self, seconds: float) -> None:
        """One batch."""
        self._batch_s = seconds if not self._batch_s else 0.8 * self._batch_s + 0.2 * seconds

    @property
    def batch_s(self) -> float:
        """Seconds that a batch takes."""
        return self._batch_s

    def often(self, speaking: int, most: int) -> int | None:
        """New samples after which each of `speaking` callers may be heard again; None: they can't all be, this often."""
        rounds = -(-speaking // most)
        samples = max(OFTEN, int(self._batch_s * rounds / SHARE * RATE))
        return samples if samples <= SELDOM else None
