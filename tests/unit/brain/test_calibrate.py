"""The calibration tool finds the odds that made its data."""

import random

import pytest

from brain.calibrate import Guess, Question, fit, report
from brain.knowledge.match import Features, probability


def test_the_fit_recovers_the_weights_that_made_the_data() -> None:
    dice = random.Random(5)
    found = []
    for _ in range(4000):
        features = Features(dice.uniform(0.3, 1.0), dice.uniform(0.0, 0.4))
        right = dice.random() < probability(features)
        found.append(Guess(Question("calibration", "a" if right else "b", ""), "a", features))
    bias, cosine, margin = fit(found)
    assert (bias, cosine, margin) == pytest.approx((-9.13, 13.51, 7.92), rel=0.2)


def test_the_report_counts_what_callers_would_be_told() -> None:
    sure, unsure = Features(0.99, 0.5), Features(0.2, 0.0)
    found = [
        Guess(Question("calibration", "a", "q"), "a", sure),
        Guess(Question("calibration", "a", "q"), "b", unsure),
        Guess(Question("calibration", "-", "q"), "a", unsure),
        Guess(Question("calibration", "-", "q"), "b", sure),
    ]
    text = report(found)
    assert "2 answerable, 2 not; hit@1 50.0%" in text
    assert "0.70  told right  50.0%   told wrong  25.0%   (of the unanswerable 1/2)" in text
