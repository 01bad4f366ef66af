"""Documents that wait to be read: taken one step at a time, from one site after the other, by any number of workers.

    claim ─> Claim (a lease) ─> hold, now and then ─> release: to the back of its site's queue, or failed, or ready

`due_at` is all there is to it: when a worker may take the document. A claim moves it into the future, so a worker that dies
gives its document back by doing nothing; `lease` names the holder, so one that was only slow notices that it lost it.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from core.db import Database, Rows
from core.ids import SiteId

LEASE_S = 60
HOLD_S = 15.0
"""A worker says this often that it is still at it."""
ATTEMPTS = 4
"""Workers that a document may take down, or steps that may fail, before it is given up."""
WAITING = "status in ('queued', 'reading', 'embedding')"

_CLAIM = f"""
update kb_document set lease = %(lease)s, due_at = now() + {LEASE_S} * interval '1 second', attempts = attempts + 1
where (site_id, doc_id) = (
  select site_id, doc_id from kb_document
  where {WAITING} and due_at <= now() and site_id {{after}} %(after)s
  order by site_id, due_at limit 1 for update skip locked)
returning site_id, doc_id, attempts
"""


@dataclass(frozen=True, slots=True)
class Claim:
    site: SiteId
    doc_id: int
    lease: str
    attempt: int
    """1 for the first, since the last that went well."""


async def claim(database: Database, after: str) -> Claim | None:
    """The document that is longest due of the site that follows `after`: sites take turns. None: nothing is due."""
    lease = uuid.uuid4().hex
    async with database.as_relay() as rows:
        for comparison in (">", "<="):
            statement = _CLAIM.format(after=comparison)
            found = await (await rows.execute(statement.encode(), {"lease": lease, "after": after})).fetchone()
            if found is not None:
                return Claim(SiteId(found[0]), found[1], lease, found[2])
    return None


async def hold(database: Database, claim: Claim) -> bool:
    """Keep it for another while; False: it is not ours any more."""
    query = (
        f"update kb_document set due_at = now() + {LEASE_S} * interval '1 second' "
        "where site_id = %s and doc_id = %s and lease = %s returning 1"
    )
    async with database.as_relay() as rows:
        done = await rows.execute(query.encode(), [claim.site, claim.doc_id, claim.lease])
        return await done.fetchone() is not None


@dataclass(frozen=True, slots=True)
class Document:
    """What a step needs to know."""

    key: str
    title: str
    url: str
    source: str
    file_name: str
    media_type: str
    revision: str
    status: str
    chunks: int


_DOCUMENT = """
select d.key, d.title, d.url, k.source, k.file_name, k.media_type, k.revision, k.status, k.chunks
from kb_document k join kb_doc d using (site_id, doc_id) where k.site_id = %s and k.doc_id = %s and k.lease = %s
"""


async def document(rows: Rows, claim: Claim) -> Document | None:
    """None: it was deleted, replaced, or is another worker's now."""
    row = await (await rows.execute(_DOCUMENT, [claim.site, claim.doc_id, claim.lease])).fetchone()
    return None if row is None else Document(*row)


async def lock(rows: Rows, claim: Claim, revision: str) -> bool:
    """Nobody deletes or replaces it until this transaction is over; False: somebody has.

    kb_doc first, as who deletes it does: in the other order the two would wait for each other.
    """
    await rows.execute("select from kb_doc where site_id = %s and doc_id = %s for key share", [claim.site, claim.doc_id])
    query = "select from kb_document where site_id = %s and doc_id = %s and lease = %s and revision = %s for update"
    found = await rows.execute(query, [claim.site, claim.doc_id, claim.lease, revision])
    return await found.fetchone() is not None


async def note(rows: Rows, claim: Claim, **values: Any) -> None:
    """Write these columns, if it is still ours."""
    names = ", ".join(f"{name} = %s" for name in values)
    query = f"update kb_document set {names}, changed_at = now() where site_id = %s and doc_id = %s and lease = %s"
    await rows.execute(query.encode(), [*values.values(), claim.site, claim.doc_id, claim.lease])


async def release(database: Database, claim: Claim, after_s: float = 0.0) -> None:
    """Back into the queue, behind the others of its site; `after_s`: it went wrong, and is not tried again before."""
    query = (
        "update kb_document set lease = '', due_at = clock_timestamp() + %s * interval '1 second', "
        "attempts = case when %s then attempts else greatest(attempts - 1, 0) end "
        "where site_id = %s and doc_id = %s and lease = %s"
    )
    async with database.as_relay() as rows:
        await rows.execute(query, [after_s, after_s > 0, claim.site, claim.doc_id, claim.lease])
