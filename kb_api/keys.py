"""/v1/sites/{site_id}/keys: a site has several keys, each for what it was made for; each can be replaced without a gap.

A key is shown once, when it is made. Rotation makes another with the same scopes, and leaves the old one an overlap.
"""

import functools
import secrets
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from core.db import Rows
from core.http.auth import Doorkeeper, Managed, doorkeeper
from core.http.bodies import Body, answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db
from core.http.idempotency import Once
from core.http.problems import Problem
from core.ids import SiteId
from core.keys import KEY_BYTES, key_text
from kb_api.site_shapes import KeyDetails, KeyList, MadeKey, NewKey, Rotation
from kb_api.sites import existing

router = APIRouter(prefix="/v1/sites/{site_id}/keys", tags=["sites"])

KeyPath = Annotated[str, Path(description="The key's id", pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]

COLUMNS = "key_id, name, scopes, created_at, expires_at, revoked_at, replaced_by"
VALID = "revoked_at is null and (expires_at is null or expires_at > now())"

_LIST = f"select {COLUMNS} from api_key where site_id = %s order by created_at, key_id"
_FIND = f"select {COLUMNS}, {VALID} from api_key where site_id = %s and key_id = %s for update"
_INSERT = f"""
insert into api_key (key_id, site_id, name, mac, scopes, expires_at)
values (%s, %s, %s, %s, %s, now() + %s * interval '1 second') returning {COLUMNS}
"""
_REVOKE = "update api_key set revoked_at = now() where site_id = %s and key_id = %s and revoked_at is null"
_REPLACE = """
update api_key set replaced_by = %s, expires_at = least(expires_at, now() + %s * interval '1 second')
where site_id = %s and key_id = %s
"""


@router.get("", responses=gives(KeyList) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def list_keys(site: Managed, db: Db) -> Response:
    """All keys, those revoked and expired included; never the keys themselves."""
    async with db.as_site(site) as rows:
        await existing(rows, site)
        found = await (await rows.execute(_LIST.encode(), [site])).fetchall()
    return answer(KeyList(data=[KeyDetails(**_columns(row)) for row in found], next_cursor=None))


@router.post(
    "",
    openapi_extra=takes(NewKey),
    responses=gives(MadeKey, 201) | refuses(401, 403, 404, 415, 422, 503),
    response_class=Response,
    status_code=201,
)
async def create_key(request: Request, site: Managed, once: Once, new: Annotated[NewKey, Body(NewKey)]) -> Response:
    """Make a key. `api_key` in the answer is the only time that it is shown."""
    return await once.write(site, functools.partial(_create, doorkeeper(request), site, new))


@router.post(
    "/{key_id}/rotate",
    openapi_extra=takes(Rotation),
    responses=gives(MadeKey, 201) | refuses(401, 403, 404, 409, 415, 422, 503),
    response_class=Response,
    status_code=201,
)
async def rotate_key(
    request: Request, site: Managed, once: Once, key_id: KeyPath, rotation: Annotated[Rotation, Body(Rotation)]
) -> Response:
    """Make a key that takes this one's place: the same name and scopes. The old one works on for `overlap_s`."""
    return await once.write(site, functools.partial(_rotate, doorkeeper(request), site, key_id, rotation.overlap_s))


@router.delete(
    "/{key_id}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), response_class=Response, status_code=204
)
async def revoke_key(site: Managed, once: Once, key_id: KeyPath) -> Response:
    """The key opens nothing from now on. It stays in the list."""
    return await once.write(site, functools.partial(_revoke, site, key_id))


async def _create(keeper: Doorkeeper, site: SiteId, new: NewKey, rows: Rows) -> Response:
    await existing(rows, site)
    return answer(await _make(keeper, site, new, rows), 201)


async def _rotate(keeper: Doorkeeper, site: SiteId, key_id: str, overlap_s: int, rows: Rows) -> Response:
    found = await (await rows.execute(_FIND.encode(), [site, key_id])).fetchone()
    if found is None:
        raise _no_such_key()
    *columns, valid = found
    old = KeyDetails(**_columns(columns))
    if not valid:
        raise Problem(409, "this key opens nothing any more: make a new one", "key-expired")
    if old.replaced_by is not None:
        raise Problem(409, f"this key was replaced by {old.replaced_by} already", "key-replaced")
    made = await _make(keeper, site, NewKey(name=old.name, scopes=old.scopes), rows)  # type: ignore[arg-type]  # as they were checked
    await rows.execute(_REPLACE, [made.key_id, overlap_s, site, key_id])
    return answer(made, 201)


async def _revoke(site: SiteId, key_id: str, rows: Rows) -> Response:
    found = await (await rows.execute(_FIND.encode(), [site, key_id])).fetchone()
    if found is None:
        raise _no_such_key()
    await rows.execute(_REVOKE, [site, key_id])
    return nothing()


async def _make(keeper: Doorkeeper, site: SiteId, new: NewKey, rows: Rows) -> MadeKey:
    key = key_text(site, secrets.token_urlsafe(KEY_BYTES))
    key_id = f"key_{secrets.token_hex(8)}"
    values = [key_id, site, new.name, keeper.mac(key), list(new.scopes), new.expires_in_s]
    row = await (await rows.execute(_INSERT.encode(), values)).fetchone()
    assert row is not None  # insert … returning
    return MadeKey(**_columns(row), api_key=key)


def _columns(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(KeyDetails.__struct_fields__, row, strict=True))


def _no_such_key() -> Problem:
    return Problem(404, "the site has no such key", "no-such-key")
