"""What chats cost callers: each phase is compared with its neighbours, so a machine that gets slower by itself accuses nobody."""

import pytest

from bench.beside import ALONE, BESIDE, ratio


def phases(*p95s: float) -> list[tuple[str, list[float]]]:
    return [(BESIDE if at % 2 else ALONE, [p95] * 20) for at, p95 in enumerate(p95s)]


def test_chats_that_double_the_waits_are_found() -> None:
    assert ratio(phases(0.05, 0.10, 0.05, 0.10, 0.05)) == pytest.approx(2.0)


def test_a_machine_that_gets_slower_by_itself_is_not_held_against_chats() -> None:
    assert ratio(phases(0.050, 0.055, 0.060, 0.066, 0.072)) == pytest.approx(1.0, abs=0.02)
