"""What becomes of a call after an attempt: the end, or another try, and when. ◆"""

from datetime import datetime, timedelta

from core.events import CallEnded
from core.outbound import Answerer, Result, Retries

_RESULTS: dict[str, Result] = {
    "busy": "busy", "no_answer": "no_answer", "bad_number": "bad_number", "refused": "refused", "machine": "machine",
    "voicemail_left": "machine",
    # whoever saw it or did not: these come after an answer only
    "transferred": "answered", "completed": "answered", "caller_hung_up": "answered",
}  # fmt: skip


def result_of(ended: CallEnded, *, answered: bool, by: Answerer | None = None) -> Result:
    """What the record's outcome means for who wanted to reach somebody. `by`: who took the call, as far as it was told."""
    if by in ("machine", "ivr"):
        return "machine"
    return _RESULTS.get(ended.outcome, "answered" if answered else "failed")


def next_attempt(policy: Retries, result: Result, attempts: int, now: datetime) -> datetime | None:
    """When to try again after the `attempts`th; None: that was the last."""
    wait = _minutes(policy, result)
    return None if wait is None or attempts >= policy.attempts else now + timedelta(minutes=wait)


def _minutes(policy: Retries, result: Result) -> int | None:
    match result:
        case "busy":
            return policy.busy_minutes
        case "no_answer":
            return policy.no_answer_minutes
        case "machine":
            return policy.machine_minutes
        case "failed":
            return policy.failed_minutes
        case "answered" | "bad_number" | "refused":
            return None
