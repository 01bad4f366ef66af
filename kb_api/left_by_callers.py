"""/v1/leads and /v1/callbacks: what callers left with the agent, the latest first."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from core.http.bodies import answer
from core.http.description import gives, refuses
from core.http.doors import Db, ToolsSite
from core.http.pages import Cursor, LongLimit, from_cursor, to_cursor
from kb_api.tool_shapes import Callback, CallbackList, Lead, LeadList

router = APIRouter(prefix="/v1", tags=["tools"])

_PLACE = "(extract(epoch from created_at) * 1000000)::bigint"
_LEADS = f"""
select lead_id, conversation_id, name, phone, interest, language, created_at, {_PLACE} from lead
where site_id = %s and (created_at, lead_id) < ('epoch'::timestamptz + %s * interval '1 microsecond', %s)
order by created_at desc, lead_id desc limit %s
"""
_CALLBACKS = f"""
select callback_id, conversation_id, phone, due_at, reason, language, state, created_at, {_PLACE} from callback
where site_id = %s and (%s = '' or state = %s)
  and (created_at, callback_id) < ('epoch'::timestamptz + %s * interval '1 microsecond', %s)
order by created_at desc, callback_id desc limit %s
"""
_LAST = 2**52
"""Microseconds: later than any row, and exact in a float."""


@router.get("/leads", responses=gives(LeadList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_leads(site: ToolsSite, db: Db, limit: LongLimit = 50, cursor: Cursor = "") -> Response:
    """People who want to buy (tool collect_lead)."""
    async with db.as_site(site) as rows:
        found = await (await rows.execute(_LEADS.encode(), [site, *_after(cursor), limit + 1])).fetchall()
    leads = [
        Lead(id=row[0], conversation_id=row[1], name=row[2], phone=row[3], interest=row[4], language=row[5], created_at=row[6])
        for row in found[:limit]
    ]
    return answer(LeadList(data=leads, next_cursor=_next(found, limit)))


@router.get("/callbacks", responses=gives(CallbackList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_callbacks(
    site: ToolsSite,
    db: Db,
    limit: LongLimit = 50,
    cursor: Cursor = "",
    state: Annotated[Literal["open", "done", "cancelled"] | None, Query()] = None,
) -> Response:
    """People who want to be called back (tool schedule_callback)."""
    values = [site, state or "", state or "", *_after(cursor), limit + 1]
    async with db.as_site(site) as rows:
        found = await (await rows.execute(_CALLBACKS.encode(), values)).fetchall()
    callbacks = [
        Callback(
            id=row[0], conversation_id=row[1], phone=row[2], due_at=row[3], reason=row[4], language=row[5], state=row[6],
            created_at=row[7],
        )
        for row in found[:limit]
    ]  # fmt: skip
    return answer(CallbackList(data=callbacks, next_cursor=_next(found, limit)))


def _next(found: list[tuple[Any, ...]], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return to_cursor(last[-1], last[0])


def _after(cursor: str) -> tuple[int, str]:
    """(microseconds, id) of the last entry of the page before. Problem 422."""
    return from_cursor(cursor) if cursor else (_LAST, "")
