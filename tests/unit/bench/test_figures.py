"""The benchmark's figures: what counts as lost, cut off, interrupted, and by whom."""

from typing import Any

import pytest

from bench.figures import figures, spread
from haazir.caller.ears import Pacing
from haazir.caller.measure import Exchange, Outcome
from haazir.caller.mouth import Spoken


def exchange(
    *, sound: float | None = 10.6, cut: float | None = None, stopped: float | None = None, over: bool = False
) -> Exchange:
    return Exchange(Spoken("is it … open", 8000, 9.0, 10.0, 10.0), sound, cut, stopped, over, None)


def outcome(*exchanges: Exchange, interrupted: tuple[bool, ...] = (), ended_by: str = "the server", **rtp: float) -> Outcome:
    turns: list[dict[str, Any]] = [{"role": "agent", "interrupted": flag} for flag in interrupted]
    record = {"turns": turns, "rtp": rtp}
    return Outcome("9", 0.0, 0.1, 60.1, ended_by, 0.08, list(exchanges), Pacing(3000, 0.1, 1.0, 2.0, 1, 0), record, [])


def test_a_turn_without_an_answer_is_lost_and_has_no_wait() -> None:
    found = figures([outcome(exchange(), exchange(sound=None))], [[20.0, 21.0]], [])
    assert (found.turns, found.lost, found.cut_off, found.paused) == (2, 1, 0, 2)
    assert found.v2v_any is not None and found.v2v_any.count == 1
    assert found.v2v_any.p50 == pytest.approx(600)
    assert found.call_minutes == pytest.approx(1.0)


def test_the_silence_that_ends_a_turn_can_be_left_out() -> None:
    found = figures([outcome(exchange())], [], [], less=0.45)
    assert found.v2v_any is not None and found.v2v_any.p50 == pytest.approx(150)


def test_a_turn_cut_off_is_not_lost() -> None:
    found = figures([outcome(exchange(sound=None, cut=9.5))], [], [])
    assert (found.lost, found.cut_off) == (0, 1)


def test_barge_ins_have_their_own_figure_and_none_in_voice_to_voice() -> None:
    found = figures([outcome(exchange(over=True, stopped=0.3), exchange(over=True))], [], [])
    assert found.stop is not None and found.stop.p50 == pytest.approx(300)
    assert (found.not_stopped, found.v2v_any) == (1, None)


def test_interruptions_nobody_made_are_the_agent_s_own() -> None:
    ours = outcome(exchange(over=True, stopped=0.3), interrupted=(True, False))
    echo = outcome(exchange(), interrupted=(True, True, False))
    hung_up = outcome(exchange(), interrupted=(False, True), ended_by="us")
    assert [figures([one], [], []).self_interrupted for one in (ours, echo, hung_up)] == [0, 2, 0]


def test_pacing_is_pooled_over_calls_and_the_server_s_own_is_the_worst() -> None:
    found = figures([outcome(pacing_p99_ms=0.4, underruns=1), outcome(pacing_p99_ms=0.9)], [[20.0, 22.0], [15.0]], ["busy"])
    assert found.pacing is not None and (found.pacing.count, found.pacing.max) == (3, pytest.approx(5))
    assert (found.sender_pacing_p99_ms, found.underruns, found.missing, found.failed) == (0.9, 1, 2, ["busy"])


def test_nothing_has_no_spread() -> None:
    assert spread([None]) is None
