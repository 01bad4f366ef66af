"""Was there a hole? By arrival and by number, against what the same call was like before."""

from collections.abc import Iterable

import pytest

from bench.control.gaps import hole, stretch
from haazir.caller.ears import Heard


def packets(numbers: Iterable[int], late: dict[int, float] | None = None) -> list[Heard]:
    """One each 20 ms by its number; those named come so much later."""
    return [Heard(number / 50 + (late or {}).get(number, 0.0), number % 2**16, number * 160, b"") for number in numbers]


def test_an_undisturbed_call_has_no_hole_though_it_jitters() -> None:
    found = hole(packets(range(500), {100: 0.008, 300: 0.019}), 5.0, 8.0)
    assert found.seconds == 0.0 and found.during.longest == pytest.approx(0.039)


def test_packets_that_never_came_are_a_hole_as_long_as_they_are() -> None:
    heard = packets(number for number in range(500) if not 300 <= number < 310)
    assert hole(heard, 5.0, 8.0).seconds == pytest.approx(0.2)


def test_packets_that_came_late_in_a_bunch_are_a_hole_too() -> None:
    late = {number: (312 - number) / 50 for number in range(300, 312)}
    assert hole(packets(range(500), late), 5.0, 8.0).seconds == pytest.approx(0.24, abs=0.001)


def test_what_was_lost_before_is_not_blamed_on_the_fault() -> None:
    found = hole(packets(number for number in range(500) if number not in (200, 300)), 5.0, 8.0)
    assert (found.before.missing, found.during.missing, found.seconds) == (1, 1, 0.0)


def test_numbers_that_wrap_are_no_hole_and_silence_to_the_end_is_one() -> None:
    wrapping = [Heard(at / 50, (65500 + at) % 2**16, 0, b"") for at in range(100)]
    assert stretch(wrapping, 0.0, 1.98).missing == 0
    assert stretch(packets(range(50)), 0.0, 3.0).longest == pytest.approx(2.02)
    assert stretch([], 1.0, 3.0).longest == 2.0
