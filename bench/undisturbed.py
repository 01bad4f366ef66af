"""Is Machine A as quick with us as without? Rounds of both, interleaved, and one verdict with its uncertainty. ◆

without 15 without 60 without 0 without …      each "with" is compared with the two "without" beside it: drift cancels
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MARGIN = 0.02
"""Fixed before anything was measured (the issue's "must"): p95 with us is at most 2 % above p95 without."""
RESAMPLES = 500
SURE = 0.9
"""Two-sided: "within" and "beyond" are each wrong at most once in twenty."""

WITHOUT = "without us"

Floats = NDArray[np.float64]
P95s = Callable[[Sequence[float]], Floats]


@dataclass(frozen=True, slots=True)
class Phase:
    """Some seconds under one arm."""

    arm: str
    seconds: Sequence[float]
    """What each of A's own users waited."""


@dataclass(frozen=True, slots=True)
class Quickness:
    p50_ms: float
    p95_ms: float
    p99_ms: float
    requests: int


@dataclass(frozen=True, slots=True)
class Compared:
    arm: str
    change: float
    """Of p95, with us against without: 0.01 is one per cent more."""
    low: float
    high: float
    verdict: str
    """within, beyond, or undecided: then the machine's own noise is larger than the margin."""


def quickness(phases: Sequence[Phase], arm: str) -> Quickness:
    waits = np.concatenate([np.array(phase.seconds) for phase in phases if phase.arm == arm]) * 1000
    p50, p95, p99 = (float(value) for value in np.percentile(waits, [50, 95, 99]))
    return Quickness(p50, p95, p99, len(waits))


def compared(phases: Sequence[Phase], arm: str, *, seed: int = 1) -> Compared:
    """`arm` against the phases without us beside each of its own. At least one phase, and one beside it.

    Both what can vary is drawn again: the requests of a phase, and which phases there were; on a machine that is itself
    unsteady the interval is as wide as that.
    """
    chance = np.random.default_rng(seed)
    pairs = [
        (at, near)
        for at, phase in enumerate(phases)
        for near in (at - 1, at + 1)
        if phase.arm == arm and 0 <= near < len(phases) and phases[near].arm == WITHOUT
    ]
    found = float(np.median(_changes(phases, pairs, lambda seconds: np.percentile(seconds, [95]))))
    drawn = _changes(phases, pairs, lambda seconds: _drawn_p95s(np.array(seconds), chance))
    chosen = chance.integers(len(pairs), size=drawn.shape)
    medians = np.median(np.take_along_axis(drawn, chosen, axis=0), axis=0)
    low, high = (float(value) for value in np.quantile(medians, [(1 - SURE) / 2, (1 + SURE) / 2]))
    verdict = "within" if high <= MARGIN else "beyond" if low > MARGIN else "undecided"
    return Compared(arm, found, low, high, verdict)


def noise(phases: Sequence[Phase]) -> float:
    """How much p95 differs between neighbouring phases without us: the least that can be seen here. Median, as a share."""
    p95s = [float(np.percentile(phase.seconds, 95)) for phase in phases if phase.arm == WITHOUT]
    changes = [abs(later / earlier - 1) for earlier, later in itertools.pairwise(p95s)]
    return float(np.median(changes)) if changes else 0.0


def _changes(phases: Sequence[Phase], pairs: Sequence[tuple[int, int]], p95s: P95s) -> Floats:
    """float64[pairs, drawings]: p95 here over p95 beside, less one."""
    known = {at: p95s(phases[at].seconds) for at in {at for pair in pairs for at in pair}}
    return np.array([known[here] / known[near] - 1 for here, near in pairs])


def _drawn_p95s(waits: Floats, chance: np.random.Generator) -> Floats:
    """p95 of as many requests, drawn from these with repetition, RESAMPLES times."""
    return np.asarray(np.percentile(chance.choice(waits, (RESAMPLES, len(waits))), 95, axis=1))


def order(arms: Sequence[str], rounds: int, *, seed: int = 1) -> list[str]:
    """Every arm once a round, in another order each time, with WITHOUT before, between and after."""
    chance = np.random.default_rng(seed)
    planned = [WITHOUT]
    for _ in range(rounds):
        for at in chance.permutation(len(arms)).tolist():
            planned += [arms[at], WITHOUT]
    return planned


def table(phases: Sequence[Phase], arms: Sequence[str], extras: Mapping[str, Mapping[str, float]]) -> str:
    """`extras`: for each arm, what was counted at A, per minute."""
    head = f"{'':22}{'requests':>9}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'p95 change (90 %)':>26}  verdict"
    lines = [head]
    for arm in (WITHOUT, *arms):
        quick = quickness(phases, arm)
        line = f"{arm:22}{quick.requests:>9}{quick.p50_ms:>8.2f}{quick.p95_ms:>8.2f}{quick.p99_ms:>8.2f}"
        if arm != WITHOUT:
            found = compared(phases, arm)
            line += f"{found.change:>+9.1%} ({found.low:+.1%} … {found.high:+.1%})  {found.verdict}"
        lines.append(line)
    lines.append(f"without us, one phase against the next: {noise(phases):.1%} (what can't be seen here)")
    names = list(dict.fromkeys(name for counted in extras.values() for name in counted))
    lines += ["", f"{'at Machine A, a minute':34}" + "".join(f"{arm:>14}" for arm in (WITHOUT, *arms))]
    for name in names:
        lines.append(f"{name:34}" + "".join(f"{extras[arm].get(name, 0.0):>14.2f}" for arm in (WITHOUT, *arms)))
    return "\n".join(lines)
