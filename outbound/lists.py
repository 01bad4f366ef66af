"""/v1/dnc: whom a site must not call. /v1/dnc/all: whom no site may; for the admin key."""

import functools
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from core.db import Database, Rows
from core.http.auth import Admin
from core.http.bodies import Body, answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db, OutboundSite
from core.http.idempotency import Once
from core.http.pages import Cursor, LongLimit
from core.http.problems import Problem
from core.numbers import e164
from core.outbound import E164
from outbound.do_not_call import EVERYWHERE
from outbound.shapes import DoNotCall, DoNotCallList, NewDoNotCall

router = APIRouter(prefix="/v1/dnc", tags=["calls out"])

NumberPath = Annotated[str, Path(description="E.164, its + as %2B", pattern=E164)]

_LIST = """
select number, source, reason, at from dnc where site_id = %s and removed_at is null and number > %s order by number limit %s
"""
_ADD = """
insert into dnc (site_id, number, source, reason) select %s, number, 'api', %s from unnest(%s::text[]) as number
on conflict (site_id, number) do update set removed_at = null, source = 'api', reason = excluded.reason, at = now()
where dnc.removed_at is not null
"""
_REMOVE = "update dnc set removed_at = now() where site_id = %s and number = %s and removed_at is null returning number"


@router.get("/all", dependencies=[Admin], responses=gives(DoNotCallList) | refuses(401, 422, 503), response_class=Response)
async def list_for_all(db: Db, limit: LongLimit = 50, cursor: Cursor = "") -> Response:
    """Whom no site may call, by number."""
    async with db.as_relay() as rows:
        return await _page(rows, EVERYWHERE, limit, cursor)


@router.post(
    "/all",
    dependencies=[Admin],
    openapi_extra=takes(NewDoNotCall),
    responses=gives_nothing() | refuses(401, 415, 422, 503),
    response_class=Response,
    status_code=204,
)
async def add_for_all(db: Db, new: Annotated[NewDoNotCall, Body(NewDoNotCall)]) -> Response:
    """From now on no site calls them."""
    async with db.as_relay() as rows:
        return await _add(EVERYWHERE, new, rows)


@router.delete(
    "/all/{number}",
    dependencies=[Admin],
    responses=gives_nothing() | refuses(401, 404, 422, 503),
    response_class=Response,
    status_code=204,
)
async def remove_for_all(db: Db, number: NumberPath) -> Response:
    """Sites may call it again, unless it is on their own list."""
    return await _remove_for_all(db, number)


@router.get("", responses=gives(DoNotCallList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_numbers(site: OutboundSite, db: Db, limit: LongLimit = 50, cursor: Cursor = "") -> Response:
    """Whom the site must not call, by number; those included who said so in a call."""
    async with db.as_site(site) as rows:
        return await _page(rows, site, limit, cursor)


@router.post(
    "",
    openapi_extra=takes(NewDoNotCall),
    responses=gives_nothing() | refuses(401, 403, 415, 422, 503),
    response_class=Response,
    status_code=204,
)
async def add_numbers(site: OutboundSite, once: Once, new: Annotated[NewDoNotCall, Body(NewDoNotCall)]) -> Response:
    """From now on the site does not call them: calls that wait are not made."""
    return await once.write(site, functools.partial(_add, site, new))


@router.delete(
    "/{number}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), response_class=Response, status_code=204
)
async def remove_number(site: OutboundSite, once: Once, number: NumberPath) -> Response:
    """It may be called again. That it was on the list, and until when, is kept."""
    return await once.write(site, functools.partial(_remove, site, number))


async def _page(rows: Rows, of_site: str, limit: int, cursor: str) -> Response:
    found: list[tuple[Any, ...]] = await (await rows.execute(_LIST, [of_site, cursor, limit + 1])).fetchall()
    data = [DoNotCall(number=row[0], source=row[1], reason=row[2], at=row[3]) for row in found[:limit]]
    return answer(DoNotCallList(data=data, next_cursor=data[-1].number if len(found) > limit else None))


async def _add(of_site: str, new: NewDoNotCall, rows: Rows) -> Response:
    numbers = [e164(number) for number in new.numbers]
    if "" in numbers:
        raise Problem(422, f"numbers[{numbers.index('')}] is no phone number", "invalid-value")
    await rows.execute(_ADD, [of_site, new.reason, sorted(set(numbers))])
    return nothing()


async def _remove(of_site: str, number: str, rows: Rows) -> Response:
    if await (await rows.execute(_REMOVE, [of_site, number])).fetchone() is None:
        raise Problem(404, "the number is not on the list", "no-such-number")
    return nothing()


async def _remove_for_all(db: Database, number: str) -> Response:
    async with db.as_relay() as rows:
        return await _remove(EVERYWHERE, number, rows)
