"""What every pacer is asked for and what it tells of a line; the histogram of how late packets leave. ◆"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.audio import Codec

RING = 25
"""Payloads that may wait in a line: half a second that Python can be late by; processors of virtual machines are away for 0.2 s
now and then. They cost no delay: sound goes out with the next packet, and what waits is taken back when it is not wanted."""
BUCKETS = 48
_FIRST_BUCKET_NS = 10_000


class PacerError(OSError):
    """The pacer can't be compiled, loaded or started, or has no line left."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a line has done since it was opened, in packets."""

    sent: int
    voiced: int
    """Of them, payloads that were pushed; the rest was noise."""
    noise: int
    errors: int
    """Refused by the kernel: nobody listens there, mostly."""
    skipped: int
    """Periods lost to stalls of the machine."""
    last: float
    """When the last was sent, on time.monotonic()'s clock."""
    queued: int
    talking: bool
    """The last was voiced."""


class Pacer(Protocol):
    """What both kinds do."""

    def open(self, fd: int, codec: Codec, noise: bytes) -> int: ...
    def close(self, line: int) -> None: ...
    def push(self, line: int, payload: bytes) -> bool: ...
    def drop(self, line: int, keep: int = 0) -> int: ...
    def look(self, line: int) -> Look: ...
    def p99_ms(self, line: int | None = None) -> float: ...
    def stop(self) -> None: ...


def bucket_edges_ms() -> list[float]:
    """Upper edges of the histogram's buckets; the last holds everything above too."""
    edges = [_FIRST_BUCKET_NS]
    while len(edges) < BUCKETS:
        edges.append(edges[-1] + edges[-1] // 4)
    return [edge / 1e6 for edge in edges]


def p99_ms(histogram: Sequence[int]) -> float:
    """Upper edge of the bucket that holds the 99th percentile; 0 of nothing."""
    wanted, seen = sum(histogram) * 0.99, 0
    for edge, count in zip(bucket_edges_ms(), histogram, strict=True):
        seen += count
        if seen and seen >= wanted:
            return edge
    return 0.0
