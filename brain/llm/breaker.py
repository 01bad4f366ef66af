"""Stays away from a neighbour that fails: open after `FAILURES` in a row, one probe after a rest, closed when it works. ◆

        fails FAILURES times            rest is over                 works
closed ─────────────────────> resting ──────────────> one probe ──────────> closed
                                  ^────────── fails ──────┘

No clock here: `now` is loop seconds.
"""

FAILURES = 4
REST_S = 10.0
LONGEST_REST_S = 120.0
"""Also the longest that a Retry-After is believed."""


class Breaker:
    """`if not breaker.allows(now): …`, then exactly one of worked, failed and dropped."""

    def __init__(self) -> None:
        self._failures = 0
        self._rest_until = 0.0
        self._probing = False

    def allows(self, now: float) -> bool:
        """Whether to ask at all. After a rest one may ask, until it is known how that went."""
        if now < self._rest_until or self._probing:
            return False
        self._probing = self._failures >= FAILURES
        return True

    def worked(self) -> None:
        self._failures, self._probing = 0, False

    def failed(self, now: float, rest_s: float = 0.0) -> None:
        """`rest_s`: how long the other side wants to be left alone; 0: it did not say."""
        self._failures += 1
        self._probing = False
        if rest_s or self._failures >= FAILURES:
            self._rest_until = max(self._rest_until, now + min(rest_s or REST_S, LONGEST_REST_S))

    def dropped(self) -> None:
        """Nobody wanted the answer any more: nothing is known of the neighbour."""
        self._probing = False
