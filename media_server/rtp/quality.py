"""What a line is like, in numbers: interarrival jitter (RFC 3550) and a MOS estimate (ITU-T G.107). ◆"""

from core.rtp import timestamp_ahead

_ROBUSTNESS = 25.1
"""Bpl of G.711 with concealment under random loss, G.113 appendix I; its Ie is 0."""
_PATH_S = 0.100
"""One-way delay that we can't see: trunk, phone, its jitter buffer."""


class Jitter:
    """RFC 3550 section 6.4.1, of the packets that carry sound."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._last: tuple[int, float] | None = None
        self.seconds = 0.0

    def push(self, timestamp: int, arrived: float) -> None:
        if self._last is not None:
            before, then = self._last
            late = arrived - then - timestamp_ahead(timestamp, before) / self._rate
            self.seconds += (min(abs(late), 1.0) - self.seconds) / 16
        self._last = timestamp, arrived

    def resync(self) -> None:
        """The next timestamp has nothing to do with the last."""
        self._last = None


def mos(missing: int, packets: int, jitter_s: float) -> float:
    """Mean opinion score, 1 to 4.41, of `missing` among `packets` and a jitter that a phone has to buffer twice over."""
    loss_percent = 100 * missing / packets if packets else 0.0
    delay_ms = 1000 * (_PATH_S + 2 * jitter_s)
    impairment = 95 * loss_percent / (loss_percent + _ROBUSTNESS)
    delayed = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    rating = min(max(93.2 - impairment - delayed, 0.0), 100.0)
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
