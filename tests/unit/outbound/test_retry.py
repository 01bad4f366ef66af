"""After an attempt: the end, or another try."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import CallEnded, Outcome
from core.ids import CallId, SiteId
from core.outbound import Answerer, Result, Retries
from outbound.retry import next_attempt, result_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RESULTS: tuple[Result, ...] = get_args(Result)


def ended(outcome: Outcome) -> CallEnded:
    return CallEnded(call_id=CallId("c"), site_id=SiteId("shop"), at=0.0, outcome=outcome, cause=16, cause_text="")


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "bad_number", "refused", "machine"])
def test_what_the_network_said_is_the_result(outcome: Outcome) -> None:
    assert result_of(ended(outcome), answered=False) == outcome


@pytest.mark.parametrize("outcome", ["completed", "caller_hung_up", "transferred", "no_input", "failed"])
def test_whom_we_reached_was_reached_however_it_ended(outcome: Outcome) -> None:
    assert result_of(ended(outcome), answered=True) == "answered"


@pytest.mark.parametrize("outcome", ["completed", "caller_hung_up", "transferred"])
def test_who_talked_with_us_or_our_people_was_reached_though_nobody_saw_the_answer(outcome: Outcome) -> None:
    assert result_of(ended(outcome), answered=False) == "answered"


@pytest.mark.parametrize("outcome", ["failed", "rejected", "abandoned"])
def test_what_never_was_answered_for_no_reason_of_theirs_has_failed(outcome: Outcome) -> None:
    assert result_of(ended(outcome), answered=False) == "failed"


def test_each_result_has_its_own_wait() -> None:
    policy = Retries(busy_minutes=1, no_answer_minutes=2, machine_minutes=3, failed_minutes=4)
    waits = {result: next_attempt(policy, result, 1, NOW) for result in RESULTS}
    minutes = {result: None if at is None else (at - NOW) / timedelta(minutes=1) for result, at in waits.items()}
    assert minutes == {
        "answered": None, "bad_number": None, "refused": None, "busy": 1, "no_answer": 2, "machine": 3, "failed": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "result"), [("machine", "machine"), ("ivr", "machine"), ("person", "answered"), (None, "answered")]
)
def test_a_voicemail_that_hung_up_was_a_voicemail_all_the_same(by: Answerer | None, result: Result) -> None:
    assert result_of(ended("caller_hung_up"), answered=True, by=by) == result


@given(st.integers(1, 10), st.sampled_from(RESULTS))
def test_nobody_is_called_more_often_than_allowed(most: int, result: Result) -> None:
    policy, attempts = Retries(attempts=most), 1
    while next_attempt(policy, result, attempts, NOW) is not None:
        attempts += 1
    assert attempts <= most
