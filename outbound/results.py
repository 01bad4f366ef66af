"""A campaign's results as a table, for whoever opens it in a spreadsheet. ◆"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from outbound.shapes import OutboundCall

COLUMNS = (
    "id", "to", "state", "result", "why", "attempts", "call_id", "answered_at", "sip_status", "outcome", "callback_at",
)  # fmt: skip


def heading(variables: Sequence[str], questions: Sequence[str]) -> str:
    return _lines([[*COLUMNS, *variables, *(f"answer_{question}" for question in questions)]])


def table(calls: Iterable[OutboundCall], variables: Sequence[str], questions: Sequence[str]) -> str:
    return _lines(_line(call, variables, questions) for call in calls)


def _line(call: OutboundCall, variables: Sequence[str], questions: Sequence[str]) -> list[object]:
    last = call.attempts[-1] if call.attempts else None
    told = next((attempt.outcome for attempt in reversed(call.attempts) if attempt.outcome), None)
    return [
        call.id, call.to, call.state, call.result, call.why, len(call.attempts), last and last.call_id,
        last and last.answered_at and last.answered_at.isoformat(), last and last.sip_status, told and told.status,
        told and told.callback_at and told.callback_at.isoformat(),
        *(call.variables.get(name, "") for name in variables),
        *(told.answers.get(question, "") if told else "" for question in questions),
    ]  # fmt: skip


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """A text that a spreadsheet would take for a formula is no formula (OWASP: CSV injection)."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if re.match(r"[=@\t\r]|[+-](?![0-9.]+$)", text) else text
