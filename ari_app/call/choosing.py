"""Which media server gets a call: the emptiest of the healthy. ◆

Nobody sticks to one: a call is opened where there is most room just then, and stays there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    load: int
    """Calls it has."""
    capacity: int
    healthy: bool
    """It answered a moment ago, lacks nothing and takes new calls."""

    @property
    def fullness(self) -> float:
        return self.load / max(1, self.capacity)


def choose(candidates: Iterable[Candidate], tried: Collection[str] = ()) -> str | None:
    """None: all have been tried. With no healthy one left the others are asked all the same: each knows best how it is."""
    left = [candidate for candidate in candidates if candidate.name not in tried]
    fit = [candidate for candidate in left if candidate.healthy and candidate.load < candidate.capacity]
    best = min(fit or left, key=lambda candidate: candidate.fullness, default=None)
    return None if best is None else best.name
