"""Who is stepped next, with how long a chunk, how many calls there may be: in virtual time."""

import pytest

from media_server.stt.nemo.pace import BUSY, FULL, HOLD_S, STRAGGLER_S, Batch, Pace, Queued, Wait

MENU = (1280, 2560, 5120, 8960)
QUICK = {chunk: (0.002, 0.0002) for chunk in MENU}
AFTER = 1520


def pace(times: dict[int, tuple[float, float]] | None = None, fixed: int | None = 2560, most: int = 15) -> Pace:
    return Pace(MENU, times or QUICK, fixed=fixed, most=most)


def queued(*samples: int, flushed: tuple[int, ...] = ()) -> list[Queued]:
    return [Queued(row, count, row in flushed) for row, count in enumerate(samples)]


# ── who is next ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nobody_is_stepped_before_a_chunk_is_whole() -> None:
    assert pace().next(queued(2559 - 320, 100), 1.0, AFTER) == Wait(None)
    assert pace().next([], 1.0, AFTER) == Wait(None)


def test_all_whose_chunk_is_whole_are_stepped_together() -> None:
    assert pace().next(queued(2560, 100, 2880), 1.0, AFTER) == Batch((0, 2), 2560, look=False)


def test_calls_that_lack_one_packet_are_waited_for_but_not_long() -> None:
    steps = pace()
    wait = steps.next(queued(2560, 2240), 1.0, AFTER)
    assert isinstance(wait, Wait) and wait.seconds == pytest.approx(STRAGGLER_S)
    assert steps.next(queued(2560, 2560), 1.01, AFTER) == Batch((0, 1), 2560, look=False)
    steps.next(queued(2560, 2240), 2.0, AFTER)
    assert steps.next(queued(2560, 2240), 2.0 + STRAGGLER_S, AFTER) == Batch((0,), 2560, look=False)


def test_callers_who_paused_go_before_all_others_in_one_look() -> None:
    due = pace().next(queued(2560, 0, 900, 5000, flushed=(1, 2)), 1.0, AFTER)
    assert due == Batch((1, 2), 2560, look=True), "900 and the silence after it fit into 160 ms"


def test_a_pause_after_sound_that_was_not_heard_yet_is_caught_up_with_first() -> None:
    steps = pace()
    assert steps.next(queued(30_000, flushed=(0,)), 1.0, AFTER) == Batch((0,), 8960, look=False)
    assert steps.next(queued(30_000 - 3 * 8960, flushed=(0,)), 1.0, AFTER) == Batch((0,), 5120, look=True)
    assert steps.next(queued(8960 - AFTER, flushed=(0,)), 1.0, AFTER) == Batch((0,), 8960, look=True)
    assert steps.next(queued(8960 - AFTER + 1, flushed=(0,)), 1.0, AFTER) == Batch((0,), 5120, look=False)


def test_a_model_of_one_chunk_looks_with_as_much_silence_as_that_holds() -> None:
    steps = Pace((2560,), {2560: (0.002, 0.0002)}, fixed=None, most=4)
    assert steps.next(queued(2000, flushed=(0,)), 1.0, AFTER) == Batch((0,), 2560, look=True)
    assert steps.next(queued(2600, flushed=(0,)), 1.0, AFTER) == Batch((0,), 2560, look=False)


def test_who_has_fallen_behind_catches_up_with_a_longer_chunk() -> None:
    assert pace().next(queued(12_000, 2560, 6000), 1.0, AFTER) == Batch((0, 2), 5120, look=False)


@pytest.mark.parametrize(
    ("samples", "others"), [(1600, [640, 960, 640]), (640, [640]), (5000, [2240, 2240, 320]), (320, [2560 + 640])]
)
def test_a_new_utterance_is_brought_into_step_with_most_others(samples: int, others: list[int]) -> None:
    lead = pace().lead(samples, others)
    assert 0 <= lead < 2560
    assert (samples + lead - others[0]) % 2560 == 0, "whole with the same packet"


def test_whoever_speaks_alone_is_heard_at_once() -> None:
    assert pace().lead(1600, []) == 0


# ── how fast we are ──────────────────────────────────────────────────────────────────────────────────────────────────
def slow(chunk_s: float) -> dict[int, tuple[float, float]]:
    return {chunk: (0.0, chunk_s) for chunk in MENU}


def test_chunks_grow_with_the_calls_and_shrink_after_a_while_without() -> None:
    steps = pace(slow(0.005), fixed=None)
    assert steps.chunk == 1280
    now = 0.0

    def steps_for(speaking: int, seconds: float) -> int:
        nonlocal now
        until = now + seconds
        while now < until:
            batch = Batch(tuple(range(speaking)), steps.chunk, look=False)
            now += steps.chunk / 16_000
            steps.took(batch, 0.005 * speaking, now, speaking)
        return steps.chunk

    assert steps_for(4, 1.0) == 1280, "a quarter of the time"
    assert steps_for(15, 1.0) == 2560, f"0.94 of it is too much at 80 ms, {15 * 0.005 / 0.16:.2f} is below {BUSY} at 160"
    assert steps_for(4, HOLD_S - 0.5) == 2560
    assert steps_for(4, 1.0) == 1280
    assert steps_for(15, 0.1) == 2560


def test_a_machine_that_others_slow_down_takes_longer_chunks_and_fewer_calls() -> None:
    steps = pace(slow(0.010), fixed=None, most=100)
    before = steps.room(0)
    assert before == int(FULL * 0.56 / 0.010)
    for step in range(200):
        steps.took(Batch(tuple(range(4)), steps.chunk, look=False), 0.120, step * 0.2, 4)
    assert steps.chunk > 1280
    assert steps.room(4) == pytest.approx(before / 3 - 4, abs=1)
    assert steps.room(0) == before, "nobody is heard: it may have become quicker meanwhile"


def test_room_is_what_is_in_time_and_was_planned() -> None:
    assert pace(slow(0.010), fixed=None, most=15).room(0) == 15
    assert pace(slow(0.010), fixed=None, most=15).room(14) == 1
    assert pace(slow(0.010), fixed=None, most=15).room(15) == 0
    assert pace(slow(0.010), fixed=2560, most=15).room(0) == int(FULL * 0.16 / 0.010)
    assert pace({chunk: (2.0, 0.1) for chunk in MENU}).room(0) == 0, "a model that takes longer than the sound itself"
