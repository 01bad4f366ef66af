"""Is somebody still at work? Told by a value that they change and we look at, on no clock but our own. ◆

    pulse = look(pulse, seen, now)          silence(pulse, now) -> seconds

Evidence with a hole in it counts for nothing: when we slept, or what we look through was away, the silence begins anew.
So a stopped machine that goes on, or an Asterisk that comes back, is never taken for the death of somebody else.
"""

from dataclasses import dataclass, replace

HOLE_S = 1.5
"""Longest time between two looks that still counts as having watched. Looks are 0.25 to 0.5 s apart."""


@dataclass(frozen=True, slots=True)
class Pulse:
    seen: str | None = None
    """As last looked at; None: it could not be seen."""
    since: float = 0.0
    """How long we have watched it stay the same."""
    looked: float = 0.0


def look(pulse: Pulse, seen: str | None, now: float) -> Pulse:
    """`seen` None: nobody answered who could tell."""
    if seen is None or seen != pulse.seen or now - pulse.looked > HOLE_S:
        return Pulse(seen, since=now, looked=now)
    return replace(pulse, looked=now)


def silence(pulse: Pulse, now: float) -> float:
    """Seconds without a beat, as far as we can swear to it."""
    return 0.0 if pulse.seen is None or now - pulse.looked > HOLE_S else now - pulse.since
