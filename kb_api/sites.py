"""/v1/sites: tenants are made, looked at, changed and deleted here. For the admin key; one's own site also with a key of it.

A change is one transaction, and live on the next call or turn: everybody looks at a site again after a few seconds.
"""

import asyncio
import functools
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from brain.knowledge.embedders import EmbeddingAway
from brain.stock import USUAL_TOOLS
from core.db import Rows
from core.http import bodies
from core.http.auth import Admin, Managed
from core.http.bodies import answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes, takes_patch
from core.http.doors import Configured, Db
from core.http.idempotency import Once
from core.http.pages import Cursor, Limit
from core.http.problems import Problem
from core.ids import SiteId
from core.places import complaint, within
from core.site_form import SiteInvalid, patched, site_of
from core.sites import Site
from kb_api import site_rows
from kb_api.farewell import CallsGoOn, say_farewell
from kb_api.needs import All, Needs
from kb_api.site_rows import NumberTaken, SiteRow
from kb_api.site_shapes import NewSite, SiteDetails, SiteList, SiteSummary, Tools
from kb_api.stock import put_stock

router = APIRouter(prefix="/v1/sites", tags=["sites"])

Force = Annotated[bool, Query(description="Even while calls of the site are going on")]

STOCK_WAIT_S = 6.0
"""Of a request's ten seconds."""

_LIST = """
select site_id, name, array(select number from site_number n where n.site_id = s.site_id order by 1),
  coalesce(settings->'languages', '[]'), created_at, updated_at
from site s where site_id > %s order by site_id limit %s
"""


@router.get("", dependencies=[Admin], responses=gives(SiteList) | refuses(401, 422, 503), response_class=Response)
async def list_sites(db: Db, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """All sites of this instance, by their ids."""
    async with db.as_relay() as rows:
        found = await (await rows.execute(_LIST, [cursor, limit + 1])).fetchall()
    summaries = [
        msgspec.convert(dict(zip(SiteSummary.__struct_fields__, row, strict=True)), SiteSummary) for row in found[:limit]
    ]
    return answer(SiteList(data=summaries, next_cursor=summaries[-1].site_id if len(found) > limit else None))


@router.post(
    "",
    dependencies=[Admin],
    openapi_extra=takes(NewSite),
    responses=gives(SiteDetails, 201) | refuses(401, 409, 415, 422, 502, 503),
    response_class=Response,
    status_code=201,
)
async def create_site(request: Request, once: Once, needs: All) -> Response:
    """Make a site. It can be called at once: it knows small talk and people, and what else you tell it (/v1/kb/faqs)."""
    given = await bodies.read(request)
    tools = _tools(given.pop("tools", None))
    site = _understood(lambda: site_of(given))
    await _stocked(needs, site)
    return await once.write(site.site_id, functools.partial(_create, site, tools, needs))


@router.get("/{site_id}", responses=gives(SiteDetails) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_site(site: Managed, db: Db) -> Response:
    """All settings of a site."""
    async with db.as_site(site) as rows:
        return answer(_details(await existing(rows, site)))


@router.patch(
    "/{site_id}",
    openapi_extra=takes_patch(SiteDetails),
    responses=gives(SiteDetails) | refuses(401, 403, 404, 409, 415, 422, 502, 503),
    response_class=Response,
)
async def change_site(request: Request, site: Managed, once: Once, needs: All) -> Response:
    """Change settings, as a JSON merge patch (RFC 7396): what is not named stays, null goes back to its default."""
    return await once.write(site, functools.partial(_change, site, await bodies.read(request), needs))


@router.delete(
    "/{site_id}", responses=gives_nothing() | refuses(401, 404, 409, 422, 503), response_class=Response, status_code=204
)
async def delete_site(site: Managed, db: Db, settings: Configured, needs: All, force: Force = False) -> Response:
    """Delete a site and everything of it: keys, secrets, knowledge, conversations, call records, recordings. For good."""
    try:
        if not await say_farewell(db, settings, site, force=force):
            raise no_such_site()
    except CallsGoOn as error:
        detail = f"{error.calls} calls of this site are going on: wait, or delete it with force=true"
        raise Problem(409, detail, "calls-go-on") from error
    for farewell in needs.farewells:
        await farewell(site)
    return nothing()


async def existing(rows: Rows, site: SiteId, *, to_change: bool = False) -> SiteRow:
    """Problem 404."""
    row = await site_rows.read(rows, site, to_change=to_change)
    if row is None:
        raise no_such_site()
    return row


def no_such_site() -> Problem:
    return Problem(404, "there is no such site", "no-such-site")


def number_taken(error: NumberTaken) -> Problem:
    return Problem(409, f"another site has the number {error.number}", "number-taken")


async def _create(site: Site, tools: tuple[str, ...], needs: Needs, rows: Rows) -> Response:
    try:
        if not await site_rows.add(rows, site, tools):
            raise Problem(409, f"there is a site {site.site_id} already: PATCH changes it", "site-exists")
        await _check_tools(rows, site.site_id, tools)
        await put_stock(rows, site.site_id, tools, needs.embedders, needs.stockroom)
    except NumberTaken as error:
        raise number_taken(error) from error
    except EmbeddingAway as error:
        detail = f"{error}. A model that needs a key: make the site without `embedding`, store the key, then change the site"
        raise Problem(502, detail, "embedding-away") from error
    return answer(_details(await existing(rows, site.site_id)), 201, Location=f"/v1/sites/{site.site_id}")


async def _change(site_id: SiteId, patch: dict[str, Any], needs: Needs, rows: Rows) -> Response:
    row = await existing(rows, site_id, to_change=True)
    tools = _tools(patch["tools"]) if "tools" in patch else row.tools
    settings = {name: patch[name] for name in patch if name not in ("tools", "created_at", "updated_at")}
    site = _understood(lambda: patched(row.site, settings))
    try:
        await site_rows.change(rows, site, tools)
        if tools != row.tools:
            await _check_tools(rows, site_id, tools)
            await put_stock(rows, site_id, tools, needs.embedders, needs.stockroom)
    except NumberTaken as error:
        raise number_taken(error) from error
    except EmbeddingAway as error:
        raise Problem(502, str(error), "embedding-away") from error
    return answer(_details(await existing(rows, site_id)))


async def _stocked(needs: Needs, site: Site) -> None:
    """Small talk's vectors are made once a process, in the background from its start: on a busy machine that takes a while."""
    try:
        async with asyncio.timeout(STOCK_WAIT_S):
            await needs.stockroom.warm(site.embedding, needs.embedders)
    except TimeoutError as error:
        detail = "what every site understands is still being prepared after the start: try again in a few seconds"
        raise Problem(503, detail, "starting", {"Retry-After": "5"}) from error


def _details(row: SiteRow) -> SiteDetails:
    settings = {name: getattr(row.site, name) for name in Site.__struct_fields__}
    return SiteDetails(**settings, tools=row.tools, created_at=row.created_at, updated_at=row.updated_at)


def _tools(given: Any) -> tuple[str, ...]:
    try:
        return USUAL_TOOLS if given is None else msgspec.convert(given, Tools)
    except msgspec.ValidationError as error:
        place, words = complaint(error)
        raise bodies.invalid(within("tools", place), words) from error


def _understood(make: Callable[[], Site]) -> Site:
    try:
        return make()
    except SiteInvalid as error:
        raise bodies.invalid(error.field, error.detail) from error


async def _check_tools(rows: Rows, site: SiteId, tools: tuple[str, ...]) -> None:
    try:
        await site_rows.check_tools(rows, site, tools)
    except SiteInvalid as error:
        raise bodies.invalid(error.field, error.detail) from error
