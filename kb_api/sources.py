"""/v1/sites/{site_id}/knowledge-source: knowledge that lives elsewhere (docs/machine-a.md). Where it is, how it is, and the
kill switch. Only the instance's admin may say where: it opens a way out of this machine's network."""

import asyncio
import functools
import time
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response

from brain.knowledge.embedders import EmbeddingAway
from core.db import Rows
from core.http import bodies
from core.http.auth import Admin, Managed, SitePath
from core.http.bodies import Body, answer, nothing
from core.http.description import gives, gives_nothing, refuses, takes
from core.http.doors import Db, Secrets
from core.http.idempotency import Once
from core.http.problems import Problem
from core.ids import SiteId
from core.sites import KnowledgeFrom, Site
from core.vault import VaultError
from kb_api import site_rows
from kb_api.needs import Models
from kb_api.sites import existing
from kb_api.source_shapes import KnowledgeSourceDetails, NewKnowledgeSource, Pause, SourceCheck
from mirror.contract import examine
from mirror.contract_shapes import Contract, Finding
from mirror.origin import Origin, OriginError, source_of
from mirror.plan import Stored, password_of, stored
from mirror.reader import Away, Reader, SourceError
from mirror.same_model import Embed, same_model
from mirror.state import as_seen

router = APIRouter(prefix="/v1/sites/{site_id}/knowledge-source", tags=["sites"])

CHECK_S = 12.0
"""A check that took longer is answered by what it found so far: below the gateway's own deadline."""


@router.get("", responses=gives(KnowledgeSourceDetails) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_source(site: Managed, db: Db) -> Response:
    """Where the site's knowledge lives, and how its mirror is: status, staleness, brake, and what was asked there."""
    async with db.as_site(site) as rows:
        return answer(await _details(rows, site))


@router.put(
    "",
    dependencies=[Admin],
    openapi_extra=takes(NewKnowledgeSource),
    responses=gives(KnowledgeSourceDetails) | refuses(401, 404, 415, 422, 503),
    response_class=Response,
)
async def put_source(site_id: SitePath, once: Once, new: Annotated[NewKnowledgeSource, Body(NewKnowledgeSource)]) -> Response:
    """Say where. The mirror begins within a second; the copy there was answers until the new one is complete."""
    _check_columns(new.origin)
    return await once.write(SiteId(site_id), functools.partial(_put, SiteId(site_id), new))


@router.delete(
    "", dependencies=[Admin], responses=gives_nothing() | refuses(401, 404, 422, 503), response_class=Response, status_code=204
)
async def delete_source(site_id: SitePath, once: Once) -> Response:
    """The site's knowledge is its own again. The copy is deleted; nothing happens at the other machine."""
    return await once.write(SiteId(site_id), functools.partial(_delete, SiteId(site_id)))


@router.post(
    "/check",
    dependencies=[Admin],
    openapi_extra=takes(NewKnowledgeSource),
    responses=gives(SourceCheck) | refuses(401, 404, 415, 422, 503),
    response_class=Response,
)
async def check_source(request: Request, site_id: SitePath, db: Db, vault: Secrets, models: Models) -> Response:
    """Look at the other machine before anything is read from it: what fits, what does not, and how to mend it.

    Without a body: the one that is configured. Takes one connection and about ten small statements; writes nothing there.
    """
    site, given = SiteId(site_id), await bodies.read(request)
    async with db.as_site(site) as rows:
        settings = (await existing(rows, site)).site
        origin = bodies.understood(given, NewKnowledgeSource).origin if given else (await _stored(rows, site)).origin
        _check_columns(origin)
        try:
            password = await password_of(rows, vault, site, origin)
            embedder = await models.of(rows, site, settings.embedding)
        except (SourceError, VaultError, EmbeddingAway) as error:
            return answer(_amount([Finding(what="secret", fits="no", detail=str(error))], None))
    return answer(await _look(origin, password, settings, embedder.passages))


@router.post(
    "/pause",
    openapi_extra=takes(Pause),
    responses=gives(KnowledgeSourceDetails) | refuses(401, 403, 404, 415, 422, 503),
    response_class=Response,
)
async def pause_source(site: Managed, once: Once, pause: Annotated[Pause, Body(Pause)]) -> Response:
    """The kill switch: within seconds our connection there is closed, and none is opened. The last good copy answers."""
    return await once.write(site, functools.partial(_set_paused, site, pause.why))


@router.post("/resume", responses=gives(KnowledgeSourceDetails) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def resume_source(site: Managed, once: Once) -> Response:
    """Go on; also: try again now, after a password was mended."""
    return await once.write(site, functools.partial(_set_paused, site, None))


async def _put(site: SiteId, new: NewKnowledgeSource, rows: Rows) -> Response:
    row = await existing(rows, site, to_change=True)
    await rows.execute(
        "insert into knowledge_source (site_id, origin) values (%s, %s) on conflict (site_id) do update "
        "set origin = excluded.origin, contract = null, state = '{}', changed_at = clock_timestamp()",
        [site, msgspec.json.encode(new.origin).decode()],
    )
    await site_rows.change(rows, _from(row.site, KnowledgeFrom(source=new.source)), row.tools)
    return answer(await _details(rows, site))


async def _delete(site: SiteId, rows: Rows) -> Response:
    row = await existing(rows, site, to_change=True)
    await _stored(rows, site)
    await rows.execute("delete from knowledge_source where site_id = %s", [site])
    await rows.execute("delete from mirror_copy where site_id = %s", [site])
    await site_rows.change(rows, _from(row.site, KnowledgeFrom()), row.tools)
    return nothing()


async def _set_paused(site: SiteId, why: str | None, rows: Rows) -> Response:
    await existing(rows, site)
    await _stored(rows, site)
    query = "update knowledge_source set paused = %s, changed_at = clock_timestamp() where site_id = %s"
    await rows.execute(query, [why, site])
    return answer(await _details(rows, site))


async def _look(origin: Origin, password: str, settings: Site, embed: Embed) -> SourceCheck:
    """As far as it comes within CHECK_S."""
    findings: list[Finding] = []
    contract: Contract | None = None
    try:
        async with asyncio.timeout(CHECK_S), Reader(origin, password) as reader:
            examined = await examine(reader, origin, settings.embedding.dimensions)
            findings, contract = examined.findings, examined.contract
            if contract is not None:
                findings = [*findings, await same_model(reader, source_of(origin.columns), contract, embed)]
    except (SourceError, TimeoutError) as error:
        detail = str(error) or f"it took longer than {CHECK_S:.0f} s"
        what = "connection" if isinstance(error, Away | TimeoutError) or not findings else "table"
        findings = [*findings, Finding(what=what, fits="no", detail=detail)]
    except EmbeddingAway as error:
        findings = [*findings, Finding(what="model", fits="no", detail=str(error))]
    return _amount(findings, contract)


def _amount(findings: list[Finding], contract: Contract | None) -> SourceCheck:
    return SourceCheck(fits=all(finding.fits != "no" for finding in findings), findings=findings, contract=contract)


def _from(site: Site, knowledge: KnowledgeFrom) -> Site:
    changes: dict[str, Any] = {"knowledge": knowledge}
    return msgspec.structs.replace(site, **changes)


def _check_columns(origin: Origin) -> None:
    try:
        source_of(origin.columns)
    except OriginError as error:
        raise bodies.invalid("origin.columns", str(error)) from error


async def _stored(rows: Rows, site: SiteId) -> Stored:
    """Problem 404."""
    found = await stored(rows, site)
    if found is None:
        raise Problem(404, "the site's knowledge is its own: no other source is configured", "no-knowledge-source")
    return found


async def _details(rows: Rows, site: SiteId) -> KnowledgeSourceDetails:
    knowledge = (await existing(rows, site)).site.knowledge
    found = await _stored(rows, site)
    return KnowledgeSourceDetails(
        source=knowledge.source,
        origin=found.origin,
        paused=found.paused,
        contract=found.contract,
        state=as_seen(found.state, time.time()),
    )
