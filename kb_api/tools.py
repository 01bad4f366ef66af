"""/v1/sites/{site_id}/tools: what the agent can look up and do for a site, beyond what is built in. See docs/tools.md.

A declaration is checked as a whole, and every flaw is told with its place. It is live on the next turn. Python tools
(scenarios) are not made here: they run as code of ours, so only the machine's admin places them.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request, Response

from brain.knowledge.embedders import EmbeddingAway
from brain.stock import BUILT_IN
from brain.tools.declaration import TOOL_NAME, Declaration
from brain.tools.declaring import flaws
from brain.tools.openapi import OpenApiError, declared
from core.db import Rows
from core.http import bodies
from core.http.auth import Managed
from core.http.bodies import answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Configured, Db
from core.http.idempotency import Once
from core.http.pages import Cursor, Limit
from core.http.problems import FieldError, Invalid, Problem
from core.ids import SiteId
from core.places import complaint, within
from core.public_address import Network, networks
from core.settings import Settings
from kb_api import tool_rows
from kb_api.needs import Models
from kb_api.sites import existing
from kb_api.tool_shapes import DeclaredTool, DeclaredToolList, OpenApiImport

router = APIRouter(prefix="/v1/sites/{site_id}/tools", tags=["tools"])

MOST_TOOLS = 100
"""That a site may declare."""
ToolPath = Annotated[str, Path(description="The tool's name", pattern=TOOL_NAME)]

_LIST = (
    "select name, declaration::text, updated_at, exists (select from site s where s.site_id = t.site_id and s.tools ? t.name) "
    "from site_tool t where site_id = %s and name > %s order by name limit %s"
)


@router.get("", responses=gives(DeclaredToolList) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def list_tools(
    site: Managed,
    db: Db,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """The tools that the site declared, by name. Those that are built in are in the site's `tools`."""
    async with db.as_site(site) as rows:
        await existing(rows, site)
        found = await (await rows.execute(_LIST, [site, cursor.replace("\0", ""), limit + 1])).fetchall()
        lacked = await tool_rows.lacked(rows, site)
    tools = [_tool(row, lacked) for row in found[:limit]]
    return answer(DeclaredToolList(data=tools, next_cursor=tools[-1].name if len(found) > limit else None))


@router.post(
    "",
    openapi_extra=takes(Declaration),
    responses=gives(DeclaredTool, 201) | refuses(401, 403, 404, 409, 415, 422, 502, 503),
    response_class=Response,
    status_code=201,
)
async def declare_tool(request: Request, site: Managed, once: Once, models: Models, settings: Configured) -> Response:
    """Declare a tool, and let the site use it."""
    declaration = _understood(await bodies.read(request), settings)
    return await once.write(site, functools.partial(_put, site, [declaration], models, 201))


@router.post(
    "/import",
    openapi_extra=takes(OpenApiImport),
    responses=gives(DeclaredToolList, 201) | refuses(401, 403, 404, 409, 415, 422, 502, 503),
    response_class=Response,
    status_code=201,
)
async def import_tools(request: Request, site: Managed, once: Once, models: Models, settings: Configured) -> Response:
    """Declare operations of an OpenAPI description as tools, those that are chosen. All but GET need `allow_write`."""
    declarations = _imported(await bodies.read(request), settings)
    return await once.write(site, functools.partial(_put_all, site, declarations, models))


@router.get("/{name}", responses=gives(DeclaredTool) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_tool(site: Managed, db: Db, name: ToolPath) -> Response:
    """One tool that the site declared."""
    async with db.as_site(site) as rows:
        await existing(rows, site)
        return answer(await _read(rows, site, name))


@router.put(
    "/{name}",
    openapi_extra=takes(Declaration),
    responses=gives(DeclaredTool) | refuses(401, 403, 404, 409, 415, 422, 502, 503),
    response_class=Response,
)
async def put_tool(request: Request, site: Managed, once: Once, models: Models, settings: Configured, name: ToolPath) -> Response:
    """Declare the tool of this name, new or not. `name` may be left out of the body."""
    given = await bodies.read(request)
    if given.setdefault("name", name) != name:
        raise bodies.invalid("name", "is not the one in the path")
    declaration = _understood(given, settings)
    return await once.write(site, functools.partial(_put, site, [declaration], models, 200))


@router.delete(
    "/{name}", responses=gives_nothing() | refuses(401, 403, 404, 409, 422, 503), response_class=Response, status_code=204
)
async def delete_tool(site: Managed, once: Once, name: ToolPath) -> Response:
    """Take the tool away, with all ways to ask for it."""
    return await once.write(site, functools.partial(_delete, site, name))


# ── what is declared ─────────────────────────────────────────────────────────────────────────────────────────────────
def _understood(given: dict[str, Any], settings: Settings) -> Declaration:
    """Problem 422 with everything that is wrong."""
    declaration, errors = _checked(given, _allowed(settings))
    if declaration is None or errors:
        raise Invalid(errors)
    return declaration


def _checked(
    given: dict[str, Any], allowed: Sequence[Network], place: str = "body"
) -> tuple[Declaration | None, list[FieldError]]:
    try:
        declaration = msgspec.convert(given, Declaration)
    except msgspec.ValidationError as error:
        where, words = complaint(error)
        return None, [FieldError(field=within(place, where), detail=words)]
    found = flaws(declaration, allowed, ours=BUILT_IN)
    if declaration.kind == "python":
        found.append(("kind", "python tools are placed by the machine's admin, in the site's folder"))
    return declaration, [FieldError(field=within(place, where), detail=words) for where, words in found]


def _imported(given: dict[str, Any], settings: Settings) -> list[Declaration]:
    try:
        wish = msgspec.convert(given, OpenApiImport)
    except msgspec.ValidationError as error:
        raise bodies.invalid(*complaint(error)) from error
    allowed = _allowed(settings)
    declarations: list[Declaration] = []
    errors: list[FieldError] = []
    for number, chosen in enumerate(wish.operations):
        place = f"body.operations[{number}]"
        try:
            fields = declared(wish.document, chosen.operation, wish.server)
        except OpenApiError as error:
            errors.append(FieldError(field=f"{place}.operation", detail=str(error)))
            continue
        if fields["effect"] == "write" and not chosen.allow_write:
            detail = f"{fields['method']} may change something: allow it with allow_write"
            errors.append(FieldError(field=f"{place}.allow_write", detail=detail))
            continue
        declaration, flawed = _checked(_merged(fields, chosen.tool), allowed, f"{place}.tool")
        errors += flawed
        declarations += [declaration] if declaration is not None else []
    if errors:
        raise Invalid(errors[:50])
    return declarations


def _merged(fields: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The importer's fields win; of slots each by itself. What the description says of method and address stays."""
    own = over.get("slots")
    slots = {**fields["slots"], **(own if isinstance(own, dict) else {})}
    fixed = {name: fields[name] for name in ("kind", "operation", "method", "url")}
    return {**fields, **over, "slots": slots, **fixed}


def _allowed(settings: Settings) -> tuple[Network, ...]:
    return networks(settings.network.private_hosts)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def _put(site: SiteId, declarations: Sequence[Declaration], models: Models, status: int, rows: Rows) -> Response:
    await _write(site, declarations, models, rows, new=status == 201)
    return answer(await _read(rows, site, declarations[0].name), status)


async def _put_all(site: SiteId, declarations: Sequence[Declaration], models: Models, rows: Rows) -> Response:
    await _write(site, declarations, models, rows, new=False)
    tools = [await _read(rows, site, each.name) for each in declarations]
    return answer(DeclaredToolList(data=tools, next_cursor=None), 201)


async def _write(site: SiteId, declarations: Sequence[Declaration], models: Models, rows: Rows, *, new: bool) -> None:
    row = await existing(rows, site, to_change=True)
    have = await tool_rows.names(rows, site)
    if new and declarations[0].name in have:
        raise Problem(409, "the site has a tool of this name already: PUT changes it", "tool-exists")
    if len({*have, *(each.name for each in declarations)}) > MOST_TOOLS:
        raise Problem(409, f"a site may declare {MOST_TOOLS} tools", "too-many-tools")
    try:
        await tool_rows.put(rows, row, declarations, models, "api")
    except EmbeddingAway as error:
        raise Problem(502, f"the site's embedding model is away: {error}", "embedding-away") from error


async def _delete(site: SiteId, name: str, rows: Rows) -> Response:
    if not await tool_rows.delete(rows, await existing(rows, site, to_change=True), name):
        raise _no_such_tool()
    return nothing()


async def _read(rows: Rows, site: SiteId, name: str) -> DeclaredTool:
    query = _LIST.replace("name > %s", "name = %s")
    row = await (await rows.execute(query, [site, name, 1])).fetchone()
    if row is None:
        raise _no_such_tool()
    return _tool(row, await tool_rows.lacked(rows, site))


def _no_such_tool() -> Problem:
    return Problem(404, "the site declared no such tool", "no-such-tool")


def _tool(row: tuple[Any, ...], lacked: Mapping[str, str]) -> DeclaredTool:
    declaration = msgspec.json.decode(row[1], type=Declaration)
    missing = lacked.get(row[0])
    warnings = (
        [f"the vault has no secret {missing}: PUT /v1/sites/{{site_id}}/secrets/{missing} puts it there"] if missing else []
    )
    return DeclaredTool(name=row[0], allowed=row[3], declaration=declaration, updated_at=row[2], warnings=warnings)
