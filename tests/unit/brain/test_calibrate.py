"""The calibration tool finds the weights that made its data, and counts what callers would meet."""

import random
from dataclasses import astuple

import numpy as np
import pytest

from brain.calibrate import Guess, Question, figures, report, weights_for
from brain.elsewhere import ELSEWHERE
from brain.knowledge.match import WEIGHTS, Candidate, Entry, Match, best_match

A, B, OURS = Entry(1, "fact", "a", {}), Entry(2, "fact", "b", {}), Entry(3, "action", ELSEWHERE, {})


def some(dice: random.Random) -> tuple[float, float, float]:
    return dice.uniform(0.2, 1.0), dice.uniform(0.2, 1.0), dice.uniform(0.2, 1.0)


def test_the_fit_recovers_the_weights_that_made_the_data() -> None:
    dice = random.Random(5)
    found = []
    for _ in range(3000):
        candidates = tuple(Candidate(entry, *some(dice), asks_for=dice.choice((-1, 0, 1))) for entry in (A, B, OURS))
        odds = [np.exp(candidate.utility) for candidate in candidates] + [np.exp(WEIGHTS.none)]
        meant = dice.choices(("a", "b", "-", "-"), odds)[0]
        found.append(Guess(Question("calibration", meant, ""), candidates, best_match(candidates)))
    assert astuple(weights_for(found, found[:100])) == pytest.approx(astuple(WEIGHTS), rel=0.3, abs=0.4)


def guess(meant: str, entry: Entry, score: float) -> Guess:
    return Guess(Question("calibration", meant, "q"), (), Match(entry, score))


FOUND = [
    guess("a", A, 0.9),
    guess("a", A, 0.5),
    guess("a", B, 0.8),
    guess("a", B, 0.1),
    guess("-", A, 0.95),
    guess("-", B, 0.2),
    guess("-", OURS, 0.99),
]


def test_what_callers_meet_is_counted() -> None:
    each = figures(FOUND, tell=0.7, confirm=0.4)
    assert (each.answerable, each.unanswerable, each.hits) == (4, 3, 2)
    assert (each.told_right, each.told_wrong, each.confirmed_right, each.confirmed_wrong, each.made_up) == (1, 2, 1, 0, 1)


def test_the_report_has_the_curve() -> None:
    text = report("demo", FOUND)
    assert "demo calibration: 4 answerable, 3 not; hit@1 50.0%" in text
    assert "0.70  told right  25.0%   asked back rightly  25.0%   told wrong  28.6%   (of the unanswerable 1/3)" in text
