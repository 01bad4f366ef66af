"""The record of a call is the same whatever the order and number of its events' arrivals."""

from functools import reduce
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.fold import fold
from core.events import (
    CONTROLLER_LOST,
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallStarted,
    CallTransferred,
    MediaReported,
    RtpReport,
    Timings,
    ToolCalled,
    TurnCompleted,
)
from core.ids import CallId, SiteId
from core.records import CallRecord
from core.sites import Language

CALL, SITE = CallId("c-1"), SiteId("demo")
times = st.sampled_from([1.0, 2.0, 2.5, 3.0])  # few, so that ties are common
words = st.text(max_size=6)
ended = st.builds(
    CallEnded, at=times, outcome=st.sampled_from(["completed", "failed"]), cause=st.integers(0, 127), cause_text=words,
    recording=st.none() | words, call_id=st.just("c-1"), site_id=st.just("demo"),
)  # fmt: skip
events: st.SearchStrategy[AnyEvent] = st.one_of(
    st.builds(
        CallStarted, at=times, direction=st.just("inbound"), caller=words, called=words, transport=st.just("sip"),
        call_id=st.just("c-1"), site_id=st.just("demo"),
    ),
    st.builds(CallAnswered, at=times, call_id=st.just("c-1"), site_id=st.just("demo")),
    st.builds(
        TurnCompleted, at=times, turn=st.integers(0, 3), role=st.sampled_from(["caller", "agent"]), text=words,
        language=st.sampled_from(["hi-Latn", "en"]), call_id=st.just("c-1"), site_id=st.just("demo"),
        timings=st.builds(Timings, speech_end=times),
    ),
    st.builds(
        ToolCalled, at=times, turn=st.integers(0, 3), tool=words, arguments=st.dictionaries(words, words, max_size=2),
        ok=st.booleans(), seconds=times, call_id=st.just("c-1"), site_id=st.just("demo"),
    ),
    st.builds(CallTransferred, at=times, destination=words, reason=words, call_id=st.just("c-1"), site_id=st.just("demo")),
    st.builds(
        MediaReported, at=times, rtp=st.builds(RtpReport, lost=st.integers(0, 9)),
        call_id=st.just("c-1"), site_id=st.just("demo"),
    ),
    ended,
)  # fmt: skip


def folded(arrivals: list[AnyEvent]) -> CallRecord:
    record = reduce(fold, arrivals[1:], fold(None, arrivals[0]))
    return msgspec.json.decode(msgspec.json.encode(record), type=CallRecord)  # as it is kept between two batches


@given(st.lists(events, min_size=1, max_size=12).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_any_order_of_arrival_gives_the_same_record(arrivals: tuple[list[AnyEvent], list[AnyEvent]]) -> None:
    one, other = arrivals
    assert folded(one) == folded(other)


@given(st.lists(events, min_size=1, max_size=8), st.lists(st.integers(0, 7), max_size=8))
def test_an_event_that_comes_again_changes_nothing(told: list[AnyEvent], again: list[int]) -> None:
    repeated = told + [told[index % len(told)] for index in again]
    assert folded(repeated) == folded(told)


@given(st.lists(events, min_size=1, max_size=12))
def test_no_turn_tool_or_transfer_is_lost(told: list[AnyEvent]) -> None:
    kept = folded(told).events
    assert all(event in kept for event in told if isinstance(event, TurnCompleted | ToolCalled | CallTransferred))


def said(
    turn: int, role: Literal["caller", "agent"], at: float = 1.0, text: str = "x", language: Language = "en"
) -> TurnCompleted:
    return TurnCompleted(call_id=CALL, site_id=SITE, at=at, turn=turn, role=role, text=text, language=language)


def test_turns_are_in_order_and_the_caller_speaks_first() -> None:
    record = folded([said(2, "agent", 9), said(1, "agent", 5), said(2, "caller", 9), said(0, "agent", 1), said(1, "caller", 6)])
    order = [(turn.turn, turn.role) for turn in record.turns]
    assert order == [(0, "agent"), (1, "caller"), (1, "agent"), (2, "caller"), (2, "agent")]


def test_a_call_began_with_the_earliest_thing_known_until_its_start_is_known() -> None:
    answered = CallAnswered(at=5.0, call_id=CALL, site_id=SITE)
    record = fold(None, answered)
    assert record.began_at == 5.0
    record = fold(record, CallStarted(at=4.0, direction="inbound", caller="1", called="2", call_id=CALL, site_id=SITE))
    assert record.began_at == 4.0


@pytest.mark.parametrize(("reason", "outcome"), [(CONTROLLER_LOST, "transferred"), ("asked", "caller_hung_up")])
def test_whom_the_watchdog_moved_was_with_people_whatever_a_controller_that_was_away_supposes(reason: str, outcome: str) -> None:
    moved = CallTransferred(at=5.0, destination="humans", reason=reason, call_id=CALL, site_id=SITE)
    supposed = CallEnded(at=9.0, outcome="caller_hung_up", cause=127, cause_text="end not seen", call_id=CALL, site_id=SITE)
    assert folded([supposed, moved]).outcome == outcome


def test_the_language_of_a_call_is_what_the_caller_spoke_most() -> None:
    greeting = said(0, "agent", text="Welcome to the shop")
    assert fold(None, greeting).language == "en"
    hello, question = said(1, "caller", text="hello"), said(2, "caller", text="mera order kahan hai", language="hi-Latn")
    record = folded([greeting, hello, question])
    assert record.language == "hi-Latn"
    assert fold(None, CallAnswered(at=1.0, call_id=CALL, site_id=SITE)).language is None


def test_an_event_of_another_call_is_a_bug() -> None:
    record = fold(None, CallAnswered(at=1.0, call_id=CALL, site_id=SITE))
    with pytest.raises(ValueError, match="another call"):
        fold(record, CallAnswered(at=1.0, call_id=CallId("c-2"), site_id=SiteId("demo")))
