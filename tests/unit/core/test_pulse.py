"""When somebody counts as dead, told as looks at their heart every half second."""

from collections.abc import Iterable

from core.pulse import Pulse, look, silence

Looks = Iterable[tuple[float, str | None]]


def longest_silence(looks: Looks) -> float:
    pulse, longest = Pulse(), 0.0
    for now, seen in looks:
        pulse = look(pulse, seen, now)
        longest = max(longest, silence(pulse, now))
    return longest


def every_half_second(until: float, beats: dict[float, str | None]) -> Looks:
    """`beats`: what is seen from when on."""
    for step in range(int(until * 2)):
        now = 100 + step / 2
        yield now, beats[max(begun for begun in beats if begun <= step / 2)]


def test_a_heart_that_beats_is_never_silent_for_long() -> None:
    assert longest_silence(every_half_second(60, {second: str(second) for second in range(60)})) <= 0.5


def test_a_heart_that_stopped_is_silent_for_as_long_as_we_watched() -> None:
    assert longest_silence(every_half_second(10, {0: "1", 2: "2"})) == 7.5


def test_a_heart_that_never_beat_is_silent_from_the_first_look_on() -> None:
    assert longest_silence(every_half_second(6, {0: ""})) == 5.5


def test_one_that_stumbles_is_silent_between_its_beats_only() -> None:
    assert longest_silence(every_half_second(60, {4 * step: str(step) for step in range(15)})) == 3.5


def test_while_we_slept_nobody_was_silent() -> None:
    before, after = every_half_second(3, {0: "1"}), ((140.0, "1"), (140.5, "1"))
    assert longest_silence([*before, *after]) == 2.5


def test_while_asterisk_is_away_nobody_is_silent() -> None:
    looks = every_half_second(20, {0: "1", 3: None, 12: "1"})
    assert longest_silence(looks) == 7.5, "counted anew from its return on"


def test_the_same_beat_after_asterisk_came_back_is_no_sign_of_death() -> None:
    pulse = look(look(look(Pulse(), "1", 100.0), None, 101.0), "1", 110.0)
    assert silence(pulse, 110.0) == 0.0


def test_a_clock_that_jumps_ahead_is_a_sleep_of_ours() -> None:
    pulse = look(Pulse(), "1", 100.0)
    assert silence(pulse, 900.0) == 0.0
    assert silence(look(pulse, "1", 900.0), 900.0) == 0.0
