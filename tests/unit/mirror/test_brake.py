"""The brake: halves when Machine A is worse for us, takes nothing when it still is, and comes back slowly."""

from hypothesis import given
from hypothesis import strategies as st

from mirror.brake import Brake, Limits, p95

LIMITS = Limits()
STEP_S = 5.0
PROBE = st.floats(0.0005, 5.0)
EVENT = st.one_of(st.tuples(st.just("probe"), PROBE, st.booleans()), st.just(("failed", 0.0, False)))


class Day:
    """A clock and a brake; `feel` is a probe every five seconds, each third at rest."""

    def __init__(self) -> None:
        self.now = 0.0
        self.brake = Brake(LIMITS)
        self._count = 0

    def feel(self, *, rest: float, work: float, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += STEP_S
            resting = self._count % 3 == 0 or self.brake.level == 0
            self._count += 1
            self.brake.probed(rest if resting else work, self.now, resting=resting)

    def healthy(self) -> "Day":
        self.feel(rest=0.02, work=0.02, seconds=400)
        assert self.brake.level == 1.0
        return self


def test_it_begins_with_a_quarter_and_takes_all_once_a_is_known_to_bear_it() -> None:
    day = Day()
    assert day.brake.level == 0.25
    day.healthy()


def test_a_that_is_slower_while_we_read_gets_half_then_nothing() -> None:
    day = Day().healthy()
    day.feel(rest=0.02, work=0.03, seconds=40)
    assert day.brake.level == 0.5 and "slower" in day.brake.why
    day.feel(rest=0.02, work=0.03, seconds=60)
    assert day.brake.level == 0.0


def test_thirty_per_cent_more_is_the_limit() -> None:
    day = Day().healthy()
    day.feel(rest=0.020, work=0.0255, seconds=300)
    assert day.brake.level == 1.0
    day.feel(rest=0.020, work=0.0265, seconds=120)
    assert day.brake.level < 1.0


def test_one_slow_probe_is_chance_and_three_are_not() -> None:
    day = Day().healthy()
    for _ in range(2):
        day.brake.probed(0.5, day.now, resting=False)
    day.feel(rest=0.02, work=0.02, seconds=60)
    assert day.brake.level == 1.0
    day.brake.probed(0.5, day.now, resting=False)
    assert day.brake.level == 0.5


def test_a_millisecond_more_is_no_harm_whatever_the_ratio() -> None:
    day = Day()
    day.feel(rest=0.001, work=0.0025, seconds=600)
    assert day.brake.level == 1.0


def test_it_comes_back_step_by_step_a_minute_each() -> None:
    day = Day().healthy()
    day.feel(rest=0.02, work=0.05, seconds=80)
    assert day.brake.level == 0.0
    levels = []
    for _ in range(60):
        day.feel(rest=0.02, work=0.02, seconds=5)
        levels.append(day.brake.level)
    assert sorted(levels) == levels and set(levels) >= {0.125, 0.25, 0.5}
    assert levels[4] == 0.0, "not within the first minute"


def test_a_machine_that_is_slow_for_reasons_of_its_own_gets_a_new_baseline() -> None:
    day = Day().healthy()
    day.feel(rest=0.08, work=0.08, seconds=3600)
    assert day.brake.level == 1.0 and day.brake.baseline_s == 0.08


def test_a_machine_that_does_not_answer_is_left_alone_and_one_that_is_back_is_spared() -> None:
    day = Day().healthy()
    day.brake.failed(day.now)
    assert day.brake.level == 0.0 and "not answer" in day.brake.why
    day.feel(rest=0.02, work=0.02, seconds=30)
    assert day.brake.level == 0.0
    day.feel(rest=0.02, work=0.02, seconds=60)
    assert 0 < day.brake.level <= 0.25


@given(st.lists(EVENT, max_size=300))
def test_whatever_happens_the_budget_is_never_exceeded_and_never_jumps_up(events: list[tuple[str, float, bool]]) -> None:
    brake, now = Brake(LIMITS), 0.0
    for kind, seconds, resting in events:
        now += STEP_S
        before = brake.level
        if kind == "failed":
            brake.failed(now)
            assert brake.level == 0.0
        else:
            brake.probed(seconds, now, resting=resting)
        assert 0.0 <= brake.level <= 1.0
        assert brake.level <= max(2 * before, LIMITS.low)


@given(st.lists(PROBE, min_size=1, max_size=100))
def test_p95_is_one_of_them_and_at_most_a_twentieth_are_larger(seconds: list[float]) -> None:
    found = p95(seconds)
    assert found in seconds
    assert sum(each > found for each in seconds) <= len(seconds) / 20
