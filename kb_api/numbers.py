"""/v1/sites/{site_id}/numbers: the DIDs that reach a site. Nobody can take a number that another site has."""

import functools
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Response

from core.db import Rows
from core.http.auth import Managed
from core.http.bodies import Body, answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db
from core.http.idempotency import Once
from core.http.problems import Problem
from core.ids import SiteId
from core.sites import NUMBER
from kb_api import site_rows
from kb_api.site_rows import NumberTaken
from kb_api.site_shapes import NewNumber, NumberDetails, NumberList
from kb_api.sites import existing, number_taken

router = APIRouter(prefix="/v1/sites/{site_id}/numbers", tags=["sites"])

NumberPath = Annotated[str, Path(description="The number, its + as %2B", pattern=NUMBER)]


@router.get("", responses=gives(NumberList) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def list_numbers(site: Managed, db: Db) -> Response:
    """All of them."""
    async with db.as_site(site) as rows:
        numbers = (await existing(rows, site)).site.numbers
    return answer(NumberList(data=[NumberDetails(number=number) for number in numbers], next_cursor=None))


@router.post(
    "",
    openapi_extra=takes(NewNumber),
    responses=gives(NumberDetails, 201) | refuses(401, 403, 404, 409, 415, 422, 503),
    response_class=Response,
    status_code=201,
)
async def add_number(site: Managed, once: Once, new: Annotated[NewNumber, Body(NewNumber)]) -> Response:
    """Calls to this number reach the site from now on."""
    return await once.write(site, functools.partial(_add, site, new.number))


@router.delete(
    "/{number}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), response_class=Response, status_code=204
)
async def remove_number(site: Managed, once: Once, number: NumberPath) -> Response:
    """Calls to this number reach nobody from now on."""
    return await once.write(site, functools.partial(_remove, site, number))


async def _add(site: SiteId, number: str, rows: Rows) -> Response:
    row = await existing(rows, site, to_change=True)
    if number not in row.site.numbers:
        try:
            await site_rows.change(rows, msgspec.structs.replace(row.site, numbers=(*row.site.numbers, number)), row.tools)
        except NumberTaken as error:
            raise number_taken(error) from error
    return answer(NumberDetails(number=number), 201)


async def _remove(site: SiteId, number: str, rows: Rows) -> Response:
    row = await existing(rows, site, to_change=True)
    if number not in row.site.numbers:
        raise Problem(404, "the site has no such number", "no-such-number")
    left = tuple(each for each in row.site.numbers if each != number)
    await site_rows.change(rows, msgspec.structs.replace(row.site, numbers=left), row.tools)
    return nothing()
