"""Which index of a site is in use: one embedding model and one version of our code make a generation, never mixed.

Writers take `open_for_writing`, which keeps the generation where it is until they are done; kb_api.ingest.rebuild builds the
next one beside it and switches when nobody writes.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from brain.knowledge.normal import VERSION
from core.db import Rows
from core.ids import SiteId
from core.sites import Embedding

SMALL = "small"
"""The shelf that sites share: no vector index, searched exactly."""

Side = Literal["facts", "passages"]
"""Questions that lead to facts and actions; pieces of documents. Counted and compared apart: they have different words."""


@dataclass(frozen=True, slots=True)
class Generation:
    site: SiteId
    number: int
    embedding: Embedding
    code_version: int
    shelf: str
    facts: int
    """Chunks of facts and actions."""
    passages: int
    """Chunks of documents."""
    facts_version: int
    passages_version: int

    @property
    def place(self) -> dict[str, object]:
        """What every statement on its chunks needs, by name."""
        return {"shelf": self.shelf, "site": self.site, "generation": self.number}


HERE = "shelf = %(shelf)s and site_id = %(site)s and generation = %(generation)s"
"""SQL: chunks of the generation whose `place` is given."""

COLUMNS = "generation, embedding, code_version, shelf, facts, passages, facts_version, passages_version"


class UnknownSite(LookupError):
    """The database has no such site."""


async def active(rows: Rows, site: SiteId) -> Generation:
    """The generation in use; the first one is made here. UnknownSite."""
    found = await _in_state(rows, site, "active")
    if found is not None:
        return found
    row = await (await rows.execute("select settings->'embedding' from site where site_id = %s", [site])).fetchone()
    if row is None:
        raise UnknownSite(site)
    embedding = msgspec.convert(row[0], Embedding) if row[0] else Embedding()
    await rows.execute(
        "insert into kb_generation (site_id, generation, embedding, dimensions, code_version, state) "
        "values (%s, 1, %s, %s, %s, 'active') on conflict do nothing",
        [site, msgspec.json.encode(embedding).decode(), embedding.dimensions, VERSION],
    )
    made = await _in_state(rows, site, "active")
    assert made is not None  # inserted, by us or by somebody else just now
    return made


async def building(rows: Rows, site: SiteId) -> Generation | None:
    """The one that is to follow, if one is being built."""
    return await _in_state(rows, site, "building")


async def open_for_writing(rows: Rows, site: SiteId) -> Generation:
    """The active generation, which stays it until this transaction is over. Writers don't wait for each other here."""
    await rows.execute("select pg_advisory_xact_lock_shared(hashtextextended('kb ' || %s, 0))", [site])
    return await active(rows, site)


async def alone(rows: Rows, site: SiteId) -> bool:
    """Whether no writer is at work: then none will be until this transaction is over."""
    trying = await rows.execute("select pg_try_advisory_xact_lock(hashtextextended('kb ' || %s, 0))", [site])
    row = await trying.fetchone()
    return bool(row and row[0])


def generation_of(site: SiteId, row: tuple[object, ...]) -> Generation:
    """From COLUMNS."""
    number, embedding, *rest = row
    return msgspec.convert(
        dict(zip(Generation.__dataclass_fields__, (site, number, msgspec.convert(embedding, Embedding), *rest), strict=True)),
        Generation,
    )


async def _in_state(rows: Rows, site: SiteId, state: str) -> Generation | None:
    query = f"select {COLUMNS} from kb_generation where site_id = %s and state = %s"
    row = await (await rows.execute(query.encode(), [site, state])).fetchone()
    return None if row is None else generation_of(site, row)
