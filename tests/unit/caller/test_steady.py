"""A measurement is made again where the machine stood still in it, and nowhere else."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.e2e import steady
from tests.e2e.steady import on_a_steady_machine, stillness


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stands still for these seconds, one try after the other."""

    def stands_still(*tries: float) -> None:
        coming = iter(tries)

        @contextlib.contextmanager
        def told() -> Iterator[list[float]]:
            found: list[float] = []
            try:
                yield found
            finally:
                found.append(next(coming))

        monkeypatch.setattr(steady, "stillness", told)

    return stands_still


def failing(times: int) -> tuple[Callable[[], None], list[int]]:
    tries: list[int] = []

    @on_a_steady_machine
    def measure() -> None:
        tries.append(1)
        assert len(tries) > times

    return measure, tries


def test_a_fault_on_a_steady_machine_is_a_fault_at_once(machine: Callable[..., None]) -> None:
    machine(0.02)
    measure, tries = failing(1)
    with pytest.raises(AssertionError):
        measure()
    assert len(tries) == 1


def test_what_failed_while_the_machine_stood_still_is_measured_again(machine: Callable[..., None]) -> None:
    machine(0.3, 0.2, 0.0)
    measure, tries = failing(2)
    measure()
    assert len(tries) == 3


def test_a_fault_that_stays_is_told_in_the_end(machine: Callable[..., None]) -> None:
    machine(0.3, 0.3, 0.3)
    measure, tries = failing(99)
    with pytest.raises(AssertionError):
        measure()
    assert len(tries) == steady.TRIES


def test_a_fault_in_a_later_try_on_a_steady_machine_is_told(machine: Callable[..., None]) -> None:
    machine(0.3, 0.0)
    measure, tries = failing(99)
    with pytest.raises(AssertionError):
        measure()
    assert len(tries) == 2


def test_a_processor_that_is_away_is_seen_and_nothing_stays_behind() -> None:
    others = psutil.Process().children()
    with stillness() as found:
        sleepers = [child for child in psutil.Process().children() if child not in others]
        sleepers[-1].suspend()
        time.sleep(0.3)
        sleepers[-1].resume()
    assert len(sleepers) == len(os.sched_getaffinity(0))
    assert found[0] > 0.25
    assert not any(sleeper.is_running() for sleeper in sleepers)
