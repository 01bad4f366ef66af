"""When a clause will be heard, from how long things took of late."""

import pytest

from media_server.tts.parler.pace import Pace


def pace() -> Pace:
    known = Pace(right_first=4, codebooks=9)
    known.step.add(0.005)
    known.join.add(0.01)
    known.decode.add(0.02)
    return known


def test_an_idle_device_needs_a_join_nineteen_steps_and_the_codec() -> None:
    assert pace().first_sound_s(0, 16, []) == pytest.approx(0.01 + 19 * 0.005 + 0.02)


def test_each_clause_that_joins_before_costs_a_join_and_a_step_too_while_others_listen() -> None:
    assert pace().first_sound_s(3, 16, []) - pace().first_sound_s(0, 16, []) == pytest.approx(3 * 0.01)
    assert pace().first_sound_s(3, 15, [50.0]) - pace().first_sound_s(0, 15, [50.0]) == pytest.approx(3 * 0.015)


def test_without_a_free_slot_it_waits_for_the_first_that_will_be() -> None:
    full = pace().first_sound_s(0, 0, [200.0, 60.0, 400.0])
    assert full - pace().first_sound_s(0, 1, [200.0, 60.0, 400.0]) == pytest.approx(60 * 0.005)
    second = pace().first_sound_s(1, 0, [200.0, 60.0, 400.0])
    assert second - pace().first_sound_s(1, 2, [200.0, 60.0, 400.0]) == pytest.approx(200 * 0.005)


def test_it_follows_what_is_measured() -> None:
    slow = pace()
    for _ in range(200):
        slow.step.add(0.02)
        slow.join.add(0.04)
        slow.decode.add(0.06)
    assert slow.first_sound_s(0, 1, []) == pytest.approx(0.04 + 19 * 0.02 + 0.06, rel=0.01)
