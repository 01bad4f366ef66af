"""The verdict on Machine A: what is slower is found, what is not is not, and noise is called noise."""

import numpy as np
import pytest

from bench.undisturbed import MARGIN, WITHOUT, Phase, compared, noise, order, quickness, table

ARMS = ["0 calls", "15 calls"]


def day(slower: float, *, spread: float = 0.05, drift: float = 0.0, requests: int = 2000, rounds: int = 4) -> list[Phase]:
    """Phases whose waits are `slower` with 15 calls, on a machine that gets slower by `drift` from phase to phase."""
    chance = np.random.default_rng(7)
    phases = []
    for number, arm in enumerate(order(ARMS, rounds)):
        factor = (1 + drift) ** number * (1 + slower if arm == "15 calls" else 1)
        phases.append(Phase(arm, (0.01 * factor * chance.lognormal(0, spread, requests)).tolist()))
    return phases


def test_the_margin_is_what_the_issue_says() -> None:
    assert MARGIN == 0.02


def test_no_difference_is_within_and_a_real_one_beyond() -> None:
    assert compared(day(0.0), "15 calls").verdict == "within"
    found = compared(day(0.10), "15 calls")
    assert found.verdict == "beyond" and found.change == pytest.approx(0.10, abs=0.02)


def test_a_machine_that_drifts_is_not_blamed_on_us() -> None:
    """The phases before and after are averaged: half a per cent more from one to the next is not ours."""
    phases = day(0.0, drift=0.005)
    assert compared(phases, "15 calls").verdict == "within" and abs(compared(phases, "15 calls").change) < 0.01


def test_where_noise_is_larger_than_the_margin_nothing_is_claimed() -> None:
    phases = day(0.0, spread=1.0, requests=60, rounds=1)
    assert compared(phases, "15 calls").verdict == "undecided" and noise(phases) > MARGIN


def test_every_arm_comes_once_a_round_between_phases_without_us() -> None:
    planned = order(ARMS, 3)
    assert planned[::2] == [WITHOUT] * 7
    assert sorted(planned[1::2]) == sorted(ARMS * 3)


def test_the_table_has_every_arm_and_what_was_counted() -> None:
    phases = day(0.0)
    text = table(phases, ARMS, {arm: {"our statements": 3.0} for arm in (WITHOUT, *ARMS)})
    assert all(word in text for word in ("without us", "15 calls", "p99", "our statements", "within"))
    assert quickness(phases, WITHOUT).p50_ms == pytest.approx(10, abs=1)
