"""Voice-to-voice figures of a call."""

import pytest

from analytics.latency import Figure, Latency, of_call, percentile, waits
from core.events import Timings, TurnCompleted
from core.ids import CallId, SiteId
from core.records import CallRecord

CALL, SITE = CallId("c-1"), SiteId("demo")


def answer(turn: int, timings: Timings) -> TurnCompleted:
    return TurnCompleted(
        call_id=CALL, site_id=SITE, at=1.0, turn=turn, role="agent", text="ji", language="hi-Latn", timings=timings
    )


def test_a_holding_line_shortens_v2v_any_but_not_v2v_content() -> None:
    turn = answer(1, Timings(speech_end=10.0, first_sound=11.2, first_content=13.5))
    assert waits(turn) == pytest.approx({"any": 1.2, "content": 3.5})


def test_a_greeting_made_nobody_wait() -> None:
    greeting = answer(0, Timings(first_sound=0.05, first_content=0.05))
    assert waits(greeting) == {}
    assert of_call(CallRecord(call_id=CALL, site_id=SITE, turns=(greeting,))) == Latency()


def test_a_call_has_the_nearest_rank_of_its_turns() -> None:
    turns = tuple(
        answer(number, Timings(speech_end=0.0, first_sound=ms / 1000, first_content=ms / 1000))
        for number, ms in enumerate([600, 500, 900, 700])
    )
    figures = of_call(CallRecord(call_id=CALL, site_id=SITE, turns=turns))
    assert figures.v2v_any == figures.v2v_content == Figure(turns=4, p50=600, p95=900, max=900)


def test_percentiles_of_one_and_of_none() -> None:
    assert [percentile([7.0], share) for share in (0.0, 0.5, 1.0)] == [7.0, 7.0, 7.0]
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
