"""POST /v1/calls: have somebody called. GET /v1/outbound: how far that is. DELETE /v1/calls/{id}: not any more."""

import functools
import secrets
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response

from core.db import Rows
from core.http.bodies import Body, answer, invalid, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Configured, Db, OutboundSite
from core.http.idempotency import Once
from core.http.pages import Cursor, LongLimit, from_cursor, to_cursor
from core.http.problems import Problem
from core.ids import SiteId
from core.public_address import networks
from core.settings import Settings
from outbound import asking, reading, uploads
from outbound.shapes import NewCall, OutboundCall, OutboundCallList, State

router = APIRouter(prefix="/v1", tags=["calls out"])

OutboundPath = Annotated[str, Path(description="The call out's id", pattern=r"^out-[0-9a-f]{20}$")]
CampaignQuery = Annotated[str | None, Query(description="Of this campaign", pattern=r"^camp-[0-9a-f]{16}$")]

INSERT = """
insert into outbound_call (site_id, outbound_id, campaign_id, number, plan, variables, consent, due_at, not_after)
select %(site)s, row.id, %(campaign)s, row.number, %(plan)s, row.variables, row.consent, coalesce(row.at, now()), row.not_after
from jsonb_to_recordset(%(calls)s) as row(
  id text, number text, variables jsonb, consent text, at timestamptz, not_after timestamptz)
"""
_CANCEL = """
update outbound_call set state = 'cancelled', done_at = now()
where site_id = %s and outbound_id = %s and state = 'queued' returning outbound_id
"""


def new_ids(count: int) -> list[str]:
    """Of calls that come together, in their order."""
    together = secrets.token_hex(7)
    return [f"out-{together}{at:06x}" for at in range(count)]


@router.post(
    "/calls",
    openapi_extra=takes(NewCall),
    responses=gives(OutboundCall, 202) | refuses(401, 403, 404, 409, 415, 422, 503),
    response_class=Response,
    status_code=202,
)
async def place_call(site: OutboundSite, once: Once, settings: Configured, new: Annotated[NewCall, Body(NewCall)]) -> Response:
    """Have somebody called, as soon as rules and room allow it."""
    return await once.write(site, functools.partial(_place, site, settings, new))


@router.get("/outbound", responses=gives(OutboundCallList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_outbound(
    site: OutboundSite,
    db: Db,
    limit: LongLimit = 50,
    cursor: Cursor = "",
    state: Annotated[State | None, Query()] = None,
    campaign: CampaignQuery = None,
) -> Response:
    """Calls out, the latest first: those that wait, too. Once dialled, each attempt is in GET /v1/calls as well."""
    conditions, values = ["q.site_id = %s"], list[Any]([site])
    for condition, value in (("q.state = %s", state), ("q.campaign_id = %s", campaign)):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if cursor:
        conditions.append("(q.created_at, q.outbound_id) < ('epoch'::timestamptz + %s * interval '1 microsecond', %s)")
        values += from_cursor(cursor)
    query = (
        f"select {reading.COLUMNS}, {reading.PLACE} from {reading.TABLES} where {' and '.join(conditions)} "
        "order by q.created_at desc, q.outbound_id desc limit %s"
    )
    async with db.as_site(site) as rows:
        found = await (await rows.execute(query.encode(), [*values, limit + 1])).fetchall()
        calls = await reading.calls(rows, site, found[:limit])
    more = to_cursor(found[limit - 1][-1], calls[-1].id) if len(found) > limit else None
    return answer(OutboundCallList(data=calls, next_cursor=more))


@router.get("/outbound/{outbound_id}", responses=gives(OutboundCall) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_outbound(site: OutboundSite, db: Db, outbound_id: OutboundPath) -> Response:
    """One call out: its attempts and what came of them."""
    async with db.as_site(site) as rows:
        return answer(await _existing(rows, site, outbound_id))


@router.delete(
    "/calls/{outbound_id}",
    responses=gives_nothing() | refuses(401, 403, 404, 409, 422, 503),
    response_class=Response,
    status_code=204,
)
async def cancel_call(site: OutboundSite, once: Once, outbound_id: OutboundPath) -> Response:
    """Nobody is called any more. One that is being dialled is hung up instead: POST /v1/calls/{call_id}/hangup."""
    return await once.write(site, functools.partial(_cancel, site, outbound_id))


async def _place(site_id: SiteId, settings: Settings, new: NewCall, rows: Rows) -> Response:
    site = await asking.site_that_may(rows, site_id)
    plan = asking.plan_of(new)
    asking.check_purpose(plan, site)
    await asking.check_webhook(rows, site, new.webhook, networks(settings.network.private_hosts))
    try:
        number = uploads.number_of(new.to, site)
    except ValueError as error:
        raise invalid("to", str(error)) from error
    for wrong in uploads.consent_problem(new.consent, site):
        raise invalid("consent", wrong)
    (outbound_id,) = new_ids(1)
    row: dict[str, Any] = {"id": outbound_id, "number": number, "variables": {}, "consent": new.consent}
    row |= {"at": new.at, "not_after": new.not_after}
    await rows.execute(INSERT, {"site": site_id, "campaign": "", "plan": _json(plan), "calls": _json([row])})
    made = await _existing(rows, site_id, outbound_id)
    return answer(made, 202, Location=f"/v1/outbound/{made.id}")


async def _cancel(site: SiteId, outbound_id: str, rows: Rows) -> Response:
    if await (await rows.execute(_CANCEL, [site, outbound_id])).fetchone() is None:
        call = await _existing(rows, site, outbound_id)
        if call.state == "cancelled":
            return nothing()
        raise Problem(409, f"it is {call.state} already", "call-moved-on")
    return nothing()


async def _existing(rows: Rows, site: SiteId, outbound_id: str) -> OutboundCall:
    call = await reading.one(rows, site, outbound_id)
    if call is None:
        raise Problem(404, "the site has no such call out", "no-such-call")
    return call


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
