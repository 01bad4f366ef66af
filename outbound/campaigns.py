"""/v1/campaigns: many calls for one purpose. Rows come as JSON or CSV; pause, resume and stop take hold at once."""

import asyncio
import functools
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from core.db import Database, Rows
from core.http import bodies
from core.http.bodies import PRIVATE, Body, answer
from core.http.description import gives, gives_text, refuses, takes
from core.http.doors import Configured, Db, OutboundSite
from core.http.idempotency import Once
from core.http.pages import Cursor, LongLimit, from_cursor, to_cursor
from core.http.problems import Problem
from core.ids import SiteId
from core.public_address import networks
from core.settings import Settings
from outbound import asking, calls, reading, results, uploads
from outbound.plan import Plan
from outbound.shapes import (
    Campaign,
    CampaignList,
    CampaignProgress,
    NewCalls,
    NewCampaign,
    OutboundCallList,
    RowError,
    Taken,
)

router = APIRouter(prefix="/v1/campaigns", tags=["calls out"])

CampaignPath = Annotated[str, Path(description="The campaign's id", pattern=r"^camp-[0-9a-f]{16}$")]
Deed = Literal["pause", "resume", "stop"]

PAGE = 500
_STATES: dict[Deed, tuple[str, str]] = {"pause": ("paused", "running"), "resume": ("running", "paused"), "stop": ("stopped", "")}
_INSERT = "insert into campaign (site_id, campaign_id, name, state, plan) values (%s, %s, %s, %s, %s)"
_PLACE = "(extract(epoch from created_at) * 1000000)::bigint"
_LIST = f"""
select campaign_id, name, state, plan::text, created_at, (
  select coalesce(jsonb_object_agg(n.what, n.calls), '{{}}')::text from (
    select q.state || ' ' || case when q.state = 'done' then coalesce(q.result, '') else '' end as what, count(*) as calls
    from outbound_call q where q.site_id = c.site_id and q.campaign_id = c.campaign_id group by 1) n), {_PLACE}
from campaign c where site_id = %s and (%s = '' or campaign_id = %s)
  and (created_at, campaign_id) < ('epoch'::timestamptz + %s * interval '1 microsecond', %s)
order by created_at desc, campaign_id desc limit %s
"""
_CHANGE = "update campaign set state = %s, changed_at = now() where site_id = %s and campaign_id = %s"
_STOP = """
update outbound_call set state = 'cancelled', done_at = now() where site_id = %s and campaign_id = %s and state = 'queued'
"""
_KNOWN = "select number from outbound_call where site_id = %s and campaign_id = %s and number = any(%s)"
"""Of a campaign that is locked."""
_STATE = "select state, plan::text from campaign where site_id = %s and campaign_id = %s for update"
_VARIABLES = """
select distinct key from outbound_call q, jsonb_object_keys(q.variables) key
where q.site_id = %s and q.campaign_id = %s order by 1
"""
_QUESTIONS = """
select distinct key from outbound_attempt a, jsonb_object_keys(a.outcome->'answers') key
where a.site_id = %s and a.campaign_id = %s order by 1
"""
_RESULTS = f"""
select {reading.COLUMNS}, {reading.PLACE} from {reading.TABLES} where q.site_id = %s and q.campaign_id = %s
  and (q.created_at, q.outbound_id) > ('epoch'::timestamptz + %s * interval '1 microsecond', %s)
order by q.created_at, q.outbound_id limit %s
"""
_LAST = 2**52


@router.post(
    "",
    openapi_extra=takes(NewCampaign),
    responses=gives(Taken, 201) | refuses(401, 403, 404, 409, 413, 415, 422, 503),
    response_class=Response,
    status_code=201,
)
async def create_campaign(
    site: OutboundSite, once: Once, settings: Configured, new: Annotated[NewCampaign, Body(NewCampaign)]
) -> Response:
    """Make a campaign, with its calls or without. It runs at once, unless it is made `paused`."""
    return await once.write(site, functools.partial(_create, site, settings, new))


@router.get("", responses=gives(CampaignList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_campaigns(site: OutboundSite, db: Db, limit: LongLimit = 50, cursor: Cursor = "") -> Response:
    """The latest first."""
    after = from_cursor(cursor) if cursor else (_LAST, "")
    async with db.as_site(site) as rows:
        found = await (await rows.execute(_LIST.encode(), [site, "", "", *after, limit + 1])).fetchall()
    campaigns = [_campaign(row) for row in found[:limit]]
    more = to_cursor(found[limit - 1][-1], campaigns[-1].id) if len(found) > limit else None
    return answer(CampaignList(data=campaigns, next_cursor=more))


@router.get("/{campaign_id}", responses=gives(Campaign) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_campaign(site: OutboundSite, db: Db, campaign_id: CampaignPath) -> Response:
    """How far it is."""
    async with db.as_site(site) as rows:
        return answer(await _existing(rows, site, campaign_id))


_ROWS = takes(NewCalls)
_ROWS["requestBody"]["content"]["text/csv"] = {"schema": {"type": "string", "description": "First line: to,consent,name,…"}}


@router.post(
    "/{campaign_id}/calls",
    openapi_extra=_ROWS,
    responses=gives(Taken, 201) | refuses(401, 403, 404, 409, 413, 415, 422, 503),
    response_class=Response,
    status_code=201,
)
async def add_calls(request: Request, site: OutboundSite, once: Once, campaign_id: CampaignPath) -> Response:
    """More calls, as JSON or CSV. A row with something wrong comes back with what it is; the others are called."""
    given = await _rows_of(request)
    return await once.write(site, functools.partial(_add, site, campaign_id, given))


@router.post("/{campaign_id}/{deed}", responses=gives(Campaign) | refuses(401, 403, 404, 409, 422, 503), response_class=Response)
async def steer_campaign(site: OutboundSite, once: Once, campaign_id: CampaignPath, deed: Deed) -> Response:
    """pause: nobody more is dialled. resume: go on. stop: for good; phones that ring are hung up, conversations go on."""
    return await once.write(site, functools.partial(_steer, site, campaign_id, deed))


@router.get(
    "/{campaign_id}/results",
    responses=gives_text(OutboundCallList, "text/csv") | refuses(401, 403, 404, 422, 503),
    response_class=Response,
)
async def get_results(
    site: OutboundSite,
    db: Db,
    campaign_id: CampaignPath,
    limit: LongLimit = 50,
    cursor: Cursor = "",
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format", description="Default: as `Accept` says")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Every call with what came of it, in the order of the upload: page by page as JSON, or all as CSV."""
    async with db.as_site(site) as rows:
        await _existing(rows, site, campaign_id)
    if form == "csv" or (form is None and accept.startswith("text/csv")):
        stream = _table(db, site, campaign_id)
        disposition = {"Content-Disposition": f'attachment; filename="{campaign_id}.csv"'}
        return StreamingResponse(stream, media_type="text/csv; charset=utf-8", headers=PRIVATE | disposition)
    after = from_cursor(cursor) if cursor else (0, "")
    async with db.as_site(site) as rows:
        found = await (await rows.execute(_RESULTS.encode(), [site, campaign_id, *after, limit + 1])).fetchall()
        page = await reading.calls(rows, site, found[:limit])
    more = to_cursor(found[limit - 1][-1], page[-1].id) if len(found) > limit else None
    return answer(OutboundCallList(data=page, next_cursor=more))


async def _table(db: Database, site: SiteId, campaign: str) -> AsyncIterator[str]:
    async with db.as_site(site) as rows:
        variables = [name for (name,) in await (await rows.execute(_VARIABLES, [site, campaign])).fetchall()]
        questions = [name for (name,) in await (await rows.execute(_QUESTIONS, [site, campaign])).fetchall()]
    yield results.heading(variables, questions)
    after: tuple[int, str] = (0, "")
    while True:
        async with db.as_site(site) as rows:
            found = await (await rows.execute(_RESULTS.encode(), [site, campaign, *after, PAGE])).fetchall()
            page = await reading.calls(rows, site, found)
        yield results.table(page, variables, questions)
        if len(found) < PAGE:
            return
        after = (found[-1][-1], found[-1][0])


async def _create(site_id: SiteId, settings: Settings, new: NewCampaign, rows: Rows) -> Response:
    site = await asking.site_that_may(rows, site_id)
    plan = asking.plan_of(new)
    lenient = msgspec.structs.replace(plan, purpose=uploads.with_any_variables(plan.purpose))
    asking.check_purpose(lenient, site)
    await asking.check_webhook(rows, site, new.webhook, networks(settings.network.private_hosts))
    campaign = f"camp-{secrets.token_hex(8)}"
    await rows.execute(_INSERT, [site_id, campaign, new.name, "paused" if new.paused else "running", _json(plan)])
    good, errors = await asyncio.to_thread(uploads.taken, new.calls, plan, site)
    return await _taken(rows, site_id, campaign, good, errors)


async def _add(site_id: SiteId, campaign: str, given: Sequence[dict[str, Any]], rows: Rows) -> Response:
    site = await asking.site_that_may(rows, site_id)
    state, plan = await _locked(rows, site_id, campaign)
    if state == "stopped":
        raise Problem(409, "the campaign was stopped: make another", "campaign-stopped")
    good, errors = await asyncio.to_thread(uploads.taken, given, plan, site)
    known = await (await rows.execute(_KNOWN, [site_id, campaign, [row.number for row in good]])).fetchall()
    there = {number for (number,) in known}
    errors += [RowError(row=row.at, field="to", detail="is in this campaign already") for row in good if row.number in there]
    new = [row for row in good if row.number not in there]
    return await _taken(rows, site_id, campaign, new, sorted(errors, key=lambda error: error.row))


async def _taken(rows: Rows, site: SiteId, campaign: str, good: list[uploads.Row], errors: list[RowError]) -> Response:
    made = [
        {
            "id": new_id, "number": row.number, "variables": row.call.variables, "consent": row.call.consent,
            "at": row.call.at, "not_after": row.call.not_after,
        }
        for new_id, row in zip(calls.new_ids(len(good)), good, strict=True)
    ]  # fmt: skip
    await rows.execute(calls.INSERT, {"site": site, "campaign": campaign, "plan": None, "calls": _json(made)})
    found = await _existing(rows, site, campaign)
    location = f"/v1/campaigns/{campaign}"
    return answer(Taken(campaign=found, accepted=len(good), errors=tuple(errors[:1000])), 201, Location=location)


async def _steer(site: SiteId, campaign: str, deed: Deed, rows: Rows) -> Response:
    state, _ = await _locked(rows, site, campaign)
    becomes, before = _STATES[deed]
    if state != becomes:
        if state == "stopped" or (before and state != before):
            raise Problem(409, f"the campaign is {state}", "campaign-moved-on")
        await rows.execute(_CHANGE, [becomes, site, campaign])
        if deed == "stop":
            await rows.execute(_STOP, [site, campaign])
    return answer(await _existing(rows, site, campaign))


async def _locked(rows: Rows, site: SiteId, campaign: str) -> tuple[str, Plan]:
    row = await (await rows.execute(_STATE, [site, campaign])).fetchone()
    if row is None:
        raise _no_such_campaign()
    return row[0], msgspec.json.decode(row[1], type=Plan)


async def _existing(rows: Rows, site: SiteId, campaign: str) -> Campaign:
    row = await (await rows.execute(_LIST.encode(), [site, campaign, campaign, _LAST, "", 1])).fetchone()
    if row is None:
        raise _no_such_campaign()
    return _campaign(row)


async def _rows_of(request: Request) -> Sequence[dict[str, Any]]:
    """Problem 415, 422."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
        return bodies.understood(await bodies.read(request), NewCalls).calls
    try:
        return uploads.rows_of_csv((await request.body()).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Problem(422, "the file is not UTF-8: save it as such", "not-csv") from error
    except uploads.CsvUnreadable as error:
        raise Problem(422, f"the file can't be read: {error}", "not-csv") from error


def _campaign(row: Sequence[Any]) -> Campaign:
    plan = msgspec.json.decode(row[3], type=Plan)
    progress = _progress(msgspec.json.decode(row[5], type=dict[str, int]))
    over = row[2] == "running" and progress.calls > 0 and progress.queued + progress.dialling == 0
    return Campaign(
        id=row[0], name=row[1], state="done" if over else row[2], purpose=plan.purpose, caller_id=plan.caller_id,
        timezone=plan.timezone, window=plan.window, retries=plan.retries, webhook=plan.webhook, at_once=plan.at_once,
        per_minute=plan.per_minute, created_at=row[4], progress=progress,
    )  # fmt: skip


def _progress(counted: dict[str, int]) -> CampaignProgress:
    """`counted`: by state and, of those done, result."""
    of_state = {"queued": 0, "dialling": 0, "done": 0, "cancelled": 0}
    by_result = {}
    for what, count in counted.items():
        state, _, result = what.partition(" ")
        of_state[state] += count
        if result:
            by_result[result] = count
    return CampaignProgress(calls=sum(counted.values()), results=by_result, **of_state)


def _no_such_campaign() -> Problem:
    return Problem(404, "the site has no such campaign", "no-such-campaign")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
