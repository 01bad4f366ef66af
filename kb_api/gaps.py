"""/v1/kb/gaps: what callers asked and nobody could answer, the most asked first. The owner answers it, or lets it be."""

import functools
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from msgspec import Meta

from core.db import Rows
from core.http.bodies import Body, answer
from core.http.description import gives, refuses, takes
from core.http.doors import Db, KbSite
from core.http.idempotency import Once
from core.http.pages import Cursor, LongLimit, foreign_cursor, from_cursor, to_cursor
from core.http.problems import Problem
from core.http.shapes import Instant, Next
from core.ids import SiteId
from core.sites import Language

router = APIRouter(prefix="/v1/kb/gaps", tags=["knowledge"])

GapStatus = Literal["open", "answered", "ignored"]


class GapExample(msgspec.Struct, frozen=True, kw_only=True):
    """One time that it was asked."""

    question: str
    language: Language
    at: Instant
    session_id: Annotated[str, Meta(description="The call or chat")]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Alike questions that nothing of the site's could answer."""

    id: str
    question: Annotated[str, Meta(description="As it was asked first")]
    language: Language
    count: Annotated[int, Meta(description="How often it was asked")]
    status: Annotated[GapStatus, Meta(description="An answered one that is asked in vain again is open again")]
    first_at: Instant
    last_at: Instant
    examples: Annotated[tuple[GapExample, ...], Meta(description="The newest, five at most")]


class GapList(msgspec.Struct, frozen=True, kw_only=True):
    data: tuple[Gap, ...]
    next_cursor: Next


class GapChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: GapStatus


GAP_ID = "^[0-9]{1,18}$"
GapPath = Annotated[str, Path(description="The gap's id", pattern=GAP_ID)]
_GAP = "select gap_id, question, language, times, status, first_at, last_at, examples from kb_gap where site_id = %s"


@router.get("", responses=gives(GapList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_gaps(
    site: KbSite,
    db: Db,
    status: Annotated[GapStatus, Query(description="Which")] = "open",
    limit: LongLimit = 50,
    cursor: Cursor = "",
) -> Response:
    """Questions that were asked in vain, the most frequent first."""
    values: list[object] = [site, status]
    after = ""
    if cursor:
        after = "and (times, gap_id) < (%s, %s)"
        values += _after(cursor)
    query = f"{_GAP} and status = %s {after} order by times desc, gap_id desc limit %s"
    async with db.as_site(site) as rows:
        found = await (await rows.execute(query.encode(), [*values, limit + 1])).fetchall()
    gaps = [_gap(row) for row in found[:limit]]
    more = to_cursor(gaps[-1].count, gaps[-1].id) if len(found) > limit else None
    return answer(GapList(data=tuple(gaps), next_cursor=more))


@router.patch(
    "/{gap_id}",
    openapi_extra=takes(GapChange),
    responses=gives(Gap) | refuses(401, 403, 404, 415, 422, 503),
    response_class=Response,
)
async def change_gap(site: KbSite, once: Once, gap_id: GapPath, change: Annotated[GapChange, Body(GapChange)]) -> Response:
    """Answered (a fact or a document has it now), ignored (it is nobody's business here), or open again."""
    return await once.write(site, functools.partial(_change, site, int(gap_id), change))


async def _change(site: SiteId, gap: int, change: GapChange, rows: Rows) -> Response:
    await rows.execute("update kb_gap set status = %s where site_id = %s and gap_id = %s", [change.status, site, gap])
    row = await (await rows.execute(f"{_GAP} and gap_id = %s".encode(), [site, gap])).fetchone()
    if row is None:
        raise Problem(404, "no gap of that id")
    return answer(_gap(row))


def _gap(row: Sequence[Any]) -> Gap:
    gap_id, question, language, times, status, first_at, last_at, examples = row
    return Gap(
        id=str(gap_id),
        question=question,
        language=language,
        count=times,
        status=status,
        first_at=first_at,
        last_at=last_at,
        examples=msgspec.convert(examples, tuple[GapExample, ...]),
    )


def _after(cursor: str) -> tuple[int, int]:
    """(how often, id) of the last gap of the page before. Problem 422."""
    times, gap_id = from_cursor(cursor)
    if not re.fullmatch(GAP_ID, gap_id):
        raise foreign_cursor()
    return times, int(gap_id)
