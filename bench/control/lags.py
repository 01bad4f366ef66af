"""A histogram of /metrics between two looks: what came in between, and its percentiles. ◆"""

import re
from dataclasses import dataclass

_BUCKET = r'^{name}_bucket\{{le="([^"]+)"\}} (\S+)$'


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts[n]`: how many were at most `limits[n]`, and more than the limit before. The last limit is infinite."""

    limits: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def read(cls, metrics: str, name: str) -> "Histogram":
        """Of Prometheus' text; without labels."""
        found = [(float(limit), int(float(count))) for limit, count in re.findall(_BUCKET.format(name=name), metrics, re.M)]
        sums = [count for _, count in found]
        return cls(tuple(limit for limit, _ in found), tuple(b - a for a, b in zip([0, *sums], sums, strict=False)))

    def since(self, before: "Histogram") -> "Histogram":
        return Histogram(self.limits, tuple(now - then for now, then in zip(self.counts, before.counts, strict=True)))

    @property
    def total(self) -> int:
        return sum(self.counts)

    def quantile(self, share: float) -> float:
        """As Prometheus estimates it: evenly within its bucket. Of the last one, where it begins; of none, 0."""
        wanted, below, lower = share * self.total, 0, 0.0
        for limit, count in zip(self.limits, self.counts, strict=True):
            if count and below + count >= wanted:
                return lower if limit == float("inf") else lower + (limit - lower) * (wanted - below) / count
            below, lower = below + count, limit
        return 0.0

    def above(self, limit: float) -> int:
        """How many were more than `limit`, one of the limits."""
        return sum(count for highest, count in zip(self.limits, self.counts, strict=True) if highest > limit)
