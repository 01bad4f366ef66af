"""/v1/sites/{site_id}/secrets: what the site's tools and models show to others. Written here, never read here."""

import functools
from typing import Annotated

from fastapi import APIRouter, Path, Response

from core.db import Rows
from core.http.auth import Managed
from core.http.bodies import Body, answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db, Secrets
from core.http.idempotency import Once
from core.http.problems import Problem
from core.ids import SiteId
from core.vault import SECRET_NAME, Vault
from kb_api.site_shapes import NewSecret, SecretDetails, SecretList
from kb_api.sites import existing

router = APIRouter(prefix="/v1/sites/{site_id}/secrets", tags=["sites"])

SecretPath = Annotated[str, Path(description="As settings and tools name it", pattern=SECRET_NAME)]


@router.get("", responses=gives(SecretList) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def list_secrets(site: Managed, db: Db) -> Response:
    """Their names."""
    query = "select name, updated_at from site_secret where site_id = %s order by name"
    async with db.as_site(site) as rows:
        await existing(rows, site)
        found = await (await rows.execute(query, [site])).fetchall()
    return answer(SecretList(data=[SecretDetails(name=name, updated_at=at) for name, at in found], next_cursor=None))


@router.put(
    "/{name}",
    openapi_extra=takes(NewSecret),
    responses=gives_nothing() | refuses(401, 403, 404, 415, 422, 503),
    response_class=Response,
    status_code=204,
)
async def put_secret(
    site: Managed, once: Once, vault: Secrets, name: SecretPath, new: Annotated[NewSecret, Body(NewSecret)]
) -> Response:
    """Store a secret, in place of what is there. It is encrypted, and no request can read it again."""
    return await once.write(site, functools.partial(_put, site, vault, name, new.value))


@router.delete("/{name}", responses=gives_nothing() | refuses(401, 403, 404, 422, 503), response_class=Response, status_code=204)
async def delete_secret(site: Managed, once: Once, vault: Secrets, name: SecretPath) -> Response:
    """Delete a secret. What needs it fails from the next turn on."""
    return await once.write(site, functools.partial(_delete, site, vault, name))


async def _put(site: SiteId, vault: Vault, name: str, value: str, rows: Rows) -> Response:
    await existing(rows, site)
    await vault.put(rows, site, name, value)
    return nothing()


async def _delete(site: SiteId, vault: Vault, name: str, rows: Rows) -> Response:
    await existing(rows, site)
    if not await vault.delete(rows, site, name):
        raise Problem(404, "the site has no such secret", "no-such-secret")
    return nothing()
