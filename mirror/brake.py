"""The brake: how much of the budget we take, by how Machine A feels. A plain object; time comes in as an argument. ◆

    probes at rest ──> baseline: A's p95 without us        full ── worse ──> half ── worse ──> none
    probes at work ──> p95 now; > 1.3 x baseline: worse     ^── calm for recover_s, doubled ── low <──┘

Probes at rest go on while nothing is taken. So a machine that is slow for reasons of its own gets a new baseline, and we go
on; if it is slow because of us, the first pages show it again and the brake closes again.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    ratio: float = 1.3
    """p95 at work over p95 at rest, above which A is worse for us."""
    floor_s: float = 0.002
    """Less than this more is no harm, whatever the ratio: a probe of 1 ms that takes 1.5."""
    window: int = 40
    """Probes at work that count: five minutes at 0.2 Hz, of which every third is at rest. A p95 above the limit means that
    more than two of them are; three that are need not wait for the other thirty-seven."""
    enough: int = 4
    """Probes at rest below which no baseline is certain; until then `first` is taken."""
    baseline: int = 60
    """Probes at rest that count: a quarter of an hour."""
    settle_s: float = 30.0
    """After a step, so long until the next down: A must first feel what the step did."""
    recover_s: float = 60.0
    """Calm for so long before the next step up."""
    first: float = 0.25
    low: float = 0.125
    """The first step up from none."""


def p95(seconds: Iterable[float]) -> float:
    """Nearest rank; of at least one."""
    ranked = sorted(seconds)
    return ranked[math.ceil(0.95 * len(ranked)) - 1]


@dataclass(slots=True)
class Brake:
    limits: Limits = Limits()
    level: float = 0.25
    """Share of the budget: 0 (take nothing) to 1."""
    why: str = "A's own pace is not known yet"
    _rest: deque[float] = field(init=False)
    _work: deque[float] = field(init=False)
    _moved_at: float = float("-inf")
    down: bool = False
    """The last probe got no answer."""

    def __post_init__(self) -> None:
        self._rest = deque(maxlen=self.limits.baseline)
        self._work = deque(maxlen=self.limits.window)
        self.level = self.limits.first

    @property
    def baseline_s(self) -> float | None:
        """A's p95 without us; None: not known yet."""
        return p95(self._rest) if len(self._rest) >= self.limits.enough else None

    @property
    def current_s(self) -> float | None:
        """A's p95 while we read."""
        return p95(self._work) if len(self._work) >= self.limits.enough else None

    def failed(self, now: float) -> None:
        """A probe got no answer: A is down, or as good as. Nothing is taken until it answers again."""
        self.down = True
        self._move(0.0, now, "A does not answer")

    def probed(self, seconds: float, now: float, *, resting: bool) -> None:
        """A probe took so long. `resting`: nothing of ours was running, nor just had been."""
        if self.down:  # back again: what it could do before is not what it can do just after
            self.down = False
            self._work.clear()
            self._move(0.0, now, "A is back")
        (self._rest if resting or self.level == 0.0 else self._work).append(seconds)
        self._judge(now)

    def _judge(self, now: float) -> None:
        if self._is_worse():
            if now - self._moved_at >= self.limits.settle_s:
                self._move(0.5 if self.level > 0.5 else 0.0, now, "A is slower while we read")
        elif self.baseline_s is not None and self.level < 1.0 and now - self._moved_at >= self.limits.recover_s:
            self._move(min(1.0, max(self.limits.low, 2 * self.level)), now, "")

    def _is_worse(self) -> bool:
        baseline = self.baseline_s
        if baseline is None:
            return False
        limit = max(baseline * self.limits.ratio, baseline + self.limits.floor_s)
        return sum(seconds > limit for seconds in self._work) > self.limits.window // 20

    def _move(self, level: float, now: float, why: str) -> None:
        self.level, self.why, self._moved_at = level, why, now
        self._work.clear()  # what was measured at another level says nothing of this one
