"""What a score means at one site with one embedding model: Platt scaling. ◆

    score 0.62 ──log-odds──> slope · 0.49 + shift ──> 0.71: of all questions scored like this, 71 in 100 were understood rightly

The score's own weights (brain.knowledge.match) were fitted on three sites of ours and the model we carry along. Another model's
cosines, or a site with many facts that are alike, make the same score mean more or less; some dozens of questions whose meaning
is known put it right (Platt 1999, with his smoothed targets, so that a few questions can't claim certainty).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_SUREST = 1e-6
"""Scores of 0 and 1 have no log-odds."""
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Odds:
    slope: float = 1.0
    shift: float = 0.0

    def of(self, score: float) -> float:
        """The score as it is meant here, 0 to 1; the order of scores stays the same."""
        return _share(self.slope * _log_odds(score) + self.shift)


AS_THEY_ARE = Odds()


def fitted(outcomes: Sequence[tuple[float, bool]]) -> Odds:
    """From (score, whether it was right) of questions whose meaning is known. Without both kinds: as they are."""
    right = sum(each for _, each in outcomes)
    wrong = len(outcomes) - right
    if not right or not wrong:
        return AS_THEY_ARE
    targets = {True: (right + 1) / (right + 2), False: 1 / (wrong + 2)}
    points = [(_log_odds(score), targets[each]) for score, each in outcomes]
    slope, shift = 1.0, 0.0
    for _ in range(_STEPS):
        step = _newton(points, slope, shift)
        slope, shift = max(slope - step[0], 0.05), shift - step[1]  # never turned round: surer stays surer
    return Odds(slope, shift)


def _newton(points: Sequence[tuple[float, float]], slope: float, shift: float) -> tuple[float, float]:
    """One step of Newton's method for two weights."""
    a = b = aa = ab = bb = 0.0
    for x, target in points:
        p = _share(slope * x + shift)
        error, weight = p - target, p * (1 - p)
        a, b = a + error * x, b + error
        aa, ab, bb = aa + weight * x * x, ab + weight * x, bb + weight
    ridge = 1e-3  # questions that a line parts without remainder would pull the slope to infinity
    a, b, aa, bb = a + ridge * (slope - 1), b + ridge * shift, aa + ridge, bb + ridge
    determinant = aa * bb - ab * ab
    return (bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant


def _log_odds(score: float) -> float:
    score = min(max(score, _SUREST), 1 - _SUREST)
    return math.log(score / (1 - score))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-max(min(odds, 60.0), -60.0)))
