"""Calls out as they are told to their owner: rows of a site's own, with their attempts. `rows`: core.db's as_site(site)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.db import Rows
from core.events import OutboundResult
from core.ids import SiteId
from outbound.plan import Plan
from outbound.queue import with_variables
from outbound.shapes import Attempt, CallOutcome, OutboundCall

COLUMNS = """
q.outbound_id, nullif(q.campaign_id, ''), q.number, q.state, q.result, q.why, coalesce(q.plan, c.plan, '{}')::text,
q.variables::text, q.consent, q.created_at, q.due_at, q.done_at
"""
TABLES = "outbound_call q left join campaign c using (site_id, campaign_id)"
PLACE = "(extract(epoch from q.created_at) * 1000000)::bigint"
"""Microseconds, for cursors."""
_ATTEMPTS = """
select outbound_id, call_id, placed_at, answered_at, ended_at, result, sip_status, cause, detail, outcome::text
from outbound_attempt where site_id = %s and outbound_id = any(%s) order by placed_at, call_id
"""


async def one(rows: Rows, site: SiteId, outbound_id: str) -> OutboundCall | None:
    query = f"select {COLUMNS} from {TABLES} where q.site_id = %s and q.outbound_id = %s"
    found = await (await rows.execute(query.encode(), [site, outbound_id])).fetchall()
    return next(iter(await calls(rows, site, found)), None)


async def calls(rows: Rows, site: SiteId, found: Sequence[tuple[Any, ...]]) -> list[OutboundCall]:
    """`found`: rows of COLUMNS; more columns are let pass."""
    attempts: dict[str, list[Attempt]] = {row[0]: [] for row in found}
    for outbound_id, *row in await (await rows.execute(_ATTEMPTS, [site, list(attempts)])).fetchall():
        attempts[outbound_id].append(_attempt(row))
    return [_call(row, attempts[row[0]]) for row in found]


def _call(row: Sequence[Any], attempts: list[Attempt]) -> OutboundCall:
    plan = with_variables(msgspec.json.decode(row[6], type=Plan), row[7])
    return OutboundCall(
        id=row[0], campaign_id=row[1], to=row[2], state=row[3], result=row[4], why=row[5], variables=plan.purpose.variables,
        consent=row[8], created_at=row[9], next_attempt_at=row[10] if row[3] == "queued" else None, done_at=row[11],
        attempts=tuple(attempts),
    )  # fmt: skip


def _attempt(row: Sequence[Any]) -> Attempt:
    names = ("call_id", "placed_at", "answered_at", "ended_at", "result", "sip_status", "cause", "detail")
    return Attempt(**dict(zip(names, row[:-1], strict=True)), outcome=None if row[-1] is None else _outcome(row[-1]))


def _outcome(text: str) -> CallOutcome:
    told = msgspec.json.decode(text, type=OutboundResult)
    callback = None if told.callback_at is None else datetime.fromtimestamp(told.callback_at, UTC)
    return CallOutcome(
        status=told.status, answers=told.answers, unanswered=told.unanswered, callback_at=callback, transferred=told.transferred
    )
