"""How much we may ask of a neighbour: a token bucket, and a share of requests that may be retries. ◆"""


class Bucket:
    """`rate` requests a second on average, `burst` at once. `now` in seconds of one clock."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.brake = 1.0
        """Share of the rate that may be used: 0.5 halves it, 0 closes it."""
        self._burst = burst
        self._tokens = burst
        self._at: float | None = None

    def take(self, now: float) -> float:
        """0.0: go, a token was taken. Else the seconds until there may be one; none was taken."""
        speed = self.rate * self.brake
        if self._at is not None:
            self._tokens = min(self._burst * min(1.0, self.brake), self._tokens + (now - self._at) * speed)
        self._at = now
        if self._tokens >= 1 and self.brake > 0:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / speed if speed > 0 else float("inf")


class Retries:
    """Retries of all doors together: a tenth of the requests, so that an ill neighbour is not asked twice by everybody.

    Without such a share retries keep an overload alive (Bronson et al., Metastable Failures, HotOS 2021).
    """

    SHARE = 0.1
    RESERVE = 10.0

    def __init__(self) -> None:
        self._credit = self.RESERVE

    def asked(self) -> None:
        """A first attempt was made."""
        self._credit = min(self.RESERVE, self._credit + self.SHARE)

    def take(self) -> bool:
        """Whether one more retry may be made."""
        if self._credit < 1:
            return False
        self._credit -= 1
        return True
