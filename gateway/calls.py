"""GET /v1/calls and what hangs below it: a site's own calls, those going on included."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as InPath

from core.db import Rows
from core.events import Outcome
from core.http.bodies import PRIVATE, answer
from core.http.description import gives, gives_text, gives_wav, refuses
from core.http.doors import CallsSite, Db, Folder, Secrets
from core.http.pages import Cursor, Limit, from_cursor, to_cursor
from core.http.problems import Problem
from core.ids import CallId, SiteId
from core.recording_keys import find_key
from core.records import CallRecord, recording_name, sealed_name
from core.sealed_file import Broken
from gateway import present, shapes
from gateway.attempts import call_of
from gateway.sealed import sealed_answer

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/calls", tags=["calls"])

NO_NUL = r"^[^\x00]+$"  # PostgreSQL's text can't hold it
CallPath = Annotated[
    str, InPath(description="The call's id; of a call out: its latest attempt is meant", max_length=256, pattern=NO_NUL)
]

COLUMNS = "record::text, latency::text, recording_state, recording_s"
PLACE = "(extract(epoch from started_at) * 1000000)::bigint"
"""Microseconds: what a cursor carries, exact both ways."""


@router.get("", responses=gives(shapes.CallList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_calls(
    site: CallsSite,
    db: Db,
    limit: Limit = 20,
    cursor: Cursor = "",
    since: Annotated[datetime | None, Query(alias="from", description="Started at or after (UTC if it has no offset)")] = None,
    to: Annotated[datetime | None, Query(description="Started before")] = None,
    outcome: Annotated[Outcome | Literal["in_progress"] | None, Query()] = None,
    number: Annotated[str | None, Query(description="Caller's or called number, exactly", max_length=64, pattern=NO_NUL)] = None,
) -> Response:
    """The site's calls, the latest first."""
    conditions, values = _filters(since, to, outcome, number)
    if cursor:
        conditions.append("(started_at, call_id) < ('epoch'::timestamptz + %s * interval '1 microsecond', %s)")
        values += from_cursor(cursor)
    where = " and ".join(conditions)
    query = f"select {COLUMNS}, {PLACE} from call_record where {where} order by started_at desc, call_id desc limit %s"
    async with db.as_site(site) as rows:
        found = await (await rows.execute(query.encode(), [*values, limit + 1])).fetchall()
    calls = [_call(row) for row in found[:limit]]
    more = len(found) > limit
    return answer(shapes.CallList(data=calls, next_cursor=to_cursor(found[limit - 1][4], calls[-1].id) if more else None))


@router.get("/{call_id}", responses=gives(shapes.Call) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_call(site: CallsSite, db: Db, call_id: CallPath) -> Response:
    """One call: turns with their timings, tools, quality of the sound, how it ended."""
    async with db.as_site(site) as rows:
        return answer(_call(await _row(rows, site, await call_of(rows, site, call_id))))


@router.get(
    "/{call_id}/transcript",
    responses=gives_text(shapes.Transcript) | refuses(401, 403, 404, 422, 503),
    response_class=Response,
)
async def get_transcript(
    site: CallsSite,
    db: Db,
    call_id: CallPath,
    form: Annotated[Literal["json", "text"] | None, Query(alias="format", description="Default: as `Accept` says")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """What was said, turn by turn; as text, one line a turn: `[00:12] caller: mera order kahan hai`."""
    async with db.as_site(site) as rows:
        record, *_ = await _row(rows, site, await call_of(rows, site, call_id))
    said = msgspec.json.decode(record, type=CallRecord)
    if form == "text" or (form is None and accept.strip().startswith("text/plain")):
        return Response(present.transcript_text(said), media_type="text/plain; charset=utf-8", headers=PRIVATE)
    return answer(present.transcript(said))


@router.get("/{call_id}/recording", responses=gives_wav() | refuses(400, 401, 403, 404, 416, 422, 503), response_class=Response)
async def get_recording(
    request: Request, site: CallsSite, db: Db, folder: Folder, secrets: Secrets, call_id: CallPath
) -> Response:
    """Both sides as a stereo WAV, a few seconds after the end of the call. Takes `Range`."""
    async with db.as_site(site) as rows:
        call = await call_of(rows, site, call_id)
        record, _, state, _ = await _row(rows, site, call)
        key = await find_key(rows, secrets, site, call)
    if state is None and msgspec.json.decode(record, type=CallRecord).ended is None:
        raise Problem(404, "the call is going on: its recording follows its end", "recording-not-ready")
    if state is None:
        raise Problem(404, "this call was not recorded", "not-recorded")
    if state == "pending":
        raise Problem(404, "the recording is being put together: try again soon", "recording-not-ready", {"Retry-After": "2"})
    if state == "deleted":
        raise Problem(404, "the recording was deleted after as many days as the site keeps them", "recording-deleted")
    return await asyncio.to_thread(_sound, folder, call, key if state == "ready" else None, request.headers)


@router.get("/{call_id}/events", responses=gives(shapes.EventList) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_events(
    site: CallsSite,
    db: Db,
    call_id: CallPath,
    limit: Limit = 100,
    cursor: Annotated[int | None, Query(ge=0, lt=2**63, description="`next_cursor` of the page before")] = None,
) -> Response:
    """What happened, as CloudEvents, in the order it reached us. Kept for 90 days; the call itself is kept longer."""
    query = """
    select id::text, source, type, subject, time, site_id, data::text, seq from outbox
    where subject = %s and seq > %s order by seq limit %s
    """
    async with db.as_site(site) as rows:
        call = await call_of(rows, site, call_id)
        await _row(rows, site, call)
        found = await (await rows.execute(query, [call, cursor or 0, limit + 1])).fetchall()
    more = len(found) > limit
    return answer(
        shapes.EventList(data=[_event(row) for row in found[:limit]], next_cursor=str(found[limit - 1][7]) if more else None)
    )


def _sound(folder: Path, call: CallId, key: bytes | None, asked: Mapping[str, str]) -> Response:
    name, path = recording_name(call), folder / sealed_name(call)
    if key is None or not path.is_file():
        raise Problem(404, "the recording was made and is not there any more", "recording-missing")
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    try:
        return sealed_answer(path, key, "audio/wav", asked, headers)
    except Broken as error:
        log.warning("! a recording that was changed", extra={"call": call})
        raise Problem(404, "the recording's file was changed or damaged", "recording-missing") from error


async def _row(rows: Rows, site: SiteId, call_id: str) -> tuple[Any, ...]:
    """COLUMNS of one call; Problem 404 the same for a call of another site and for none."""
    query = f"select {COLUMNS} from call_record where site_id = %s and call_id = %s"
    row = await (await rows.execute(query.encode(), [site, call_id])).fetchone()
    if row is None:
        raise Problem(404, "this site has no such call", "no-such-call")
    return row


def _filters(since: datetime | None, to: datetime | None, outcome: str | None, number: str | None) -> tuple[list[str], list[Any]]:
    conditions, values = ["true"], list[Any]()
    for condition, moment in (("started_at >= %s", since), ("started_at < %s", to)):
        if moment is not None:
            conditions.append(condition)
            values.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if outcome == "in_progress":
        conditions.append("outcome is null")
    elif outcome is not None:
        conditions.append("outcome = %s")
        values.append(outcome)
    if number is not None:
        exact = "+" + number[1:] if number.startswith(" ") else number  # an unescaped + in a query arrives as a space
        conditions.append("(caller = %s or called = %s)")
        values += [exact, exact]
    return conditions, values


def _call(row: Sequence[Any]) -> shapes.Call:
    record = msgspec.json.decode(row[0], type=CallRecord)
    latency = msgspec.json.decode(row[1], type=shapes.Latency)
    recording = None
    if row[2] is not None:
        url = f"/v1/calls/{record.call_id}/recording" if row[2] == "ready" else None
        recording = shapes.Recording(state=row[2], url=url, duration_s=row[3])
    return present.call(record, latency, recording)


def _event(row: Sequence[Any]) -> shapes.CloudEvent:
    return shapes.CloudEvent(
        specversion="1.0",
        id=row[0],
        source=row[1],
        type=row[2],
        subject=row[3],
        time=row[4].astimezone(UTC),
        datacontenttype="application/json",
        siteid=row[5],
        data=msgspec.json.decode(row[6]),
    )
