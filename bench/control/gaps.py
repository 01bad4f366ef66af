"""Holes in what a caller hears, by the packets as they arrived: while something was broken, and before. ◆"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.audio import FRAME_S
from core.rtp import sequence_ahead
from haazir.caller.ears import Heard


@dataclass(frozen=True, slots=True)
class Stretch:
    longest: float
    """Seconds between two packets."""
    missing: int
    """Numbers that never came."""


@dataclass(frozen=True, slots=True)
class Hole:
    before: Stretch
    """Undisturbed."""
    during: Stretch

    @property
    def seconds(self) -> float:
        """0 if nothing is missing and no pause is a frame longer than the longest undisturbed one."""
        longer = self.during.longest - self.before.longest
        lost = max(0, self.during.missing - self.before.missing) * FRAME_S
        return max(lost, longer if longer >= FRAME_S else 0.0)


def hole(packets: Sequence[Heard], broken_at: float, mended_at: float) -> Hole:
    """The undisturbed stretch is as long, or all there is, and ends where the other begins. At least one packet."""
    begin = max(packets[0].arrival, broken_at - (mended_at - broken_at))
    return Hole(stretch(packets, begin, broken_at), stretch(packets, broken_at, mended_at))


def stretch(packets: Sequence[Heard], begin: float, end: float) -> Stretch:
    """A stretch without two packets is one pause."""
    heard = [packet for packet in packets if begin <= packet.arrival <= end]
    marks = [begin, *(packet.arrival for packet in heard), end]
    steps = [sequence_ahead(later.sequence, earlier.sequence) for earlier, later in pairwise(heard)]
    return Stretch(max(later - earlier for earlier, later in pairwise(marks)), sum(step - 1 for step in steps if step > 1))
