"""What is to be mirrored, as configured, and what the mirror says of itself: rows of knowledge_source in our own database."""

import contextlib
from dataclasses import dataclass

import msgspec

from core.db import Database, DatabaseAway, Rows
from core.ids import SiteId
from core.sites import Site
from core.vault import Vault
from mirror.contract_shapes import Contract
from mirror.metrics import BRAKE, FRESH_AS_OF, STATUS
from mirror.origin import Origin, model_of
from mirror.reader import Refused
from mirror.state import STATUSES, State


@dataclass(frozen=True, slots=True)
class Plan:
    origin: Origin
    password: str
    paused: str | None
    """Why; None: go on."""
    contract: Contract | None
    """As agreed; None: A has not been looked at yet."""
    state: State
    model: str
    """Of A's vectors, and of our questions to them."""
    dimensions: int


@dataclass(frozen=True, slots=True)
class Stored:
    origin: Origin
    paused: str | None
    contract: Contract | None
    state: State


async def stored(rows: Rows, site: SiteId) -> Stored | None:
    """The site's row; None: its knowledge is its own."""
    query = "select origin, paused, contract, state from knowledge_source where site_id = %s"
    row = await (await rows.execute(query, [site])).fetchone()
    if row is None:
        return None
    contract = None if row[2] is None else msgspec.convert(row[2], Contract)
    return Stored(msgspec.convert(row[0], Origin), row[1], contract, msgspec.convert(row[3], State))


async def password_of(rows: Rows, vault: Vault, site: SiteId, origin: Origin) -> str:
    """Refused if the vault has none of that name."""
    if not origin.secret:
        return ""
    try:
        return await vault.get(rows, site, origin.secret)
    except KeyError:
        raise Refused(f"there is no secret {origin.secret!r} in the site's vault: put A's password there") from None


async def load_plan(database: Database, vault: Vault, site: SiteId) -> Plan:
    """DatabaseAway; Refused."""
    async with database.as_site(site) as rows:
        row = await (await rows.execute("select settings from site where site_id = %s", [site])).fetchone()
        found = await stored(rows, site)
        if row is None or found is None:
            raise Refused("the site has no such source any more")
        embedding = msgspec.convert(row[0], Site).embedding
        password = await password_of(rows, vault, site, found.origin)
    return Plan(found.origin, password, found.paused, found.contract, found.state, model_of(embedding), embedding.dimensions)


async def agree(database: Database, site: SiteId, contract: Contract) -> None:
    """What we rely on from now on. DatabaseAway."""
    async with database.as_site(site) as rows:
        query = "update knowledge_source set contract = %s where site_id = %s"
        await rows.execute(query, [msgspec.json.encode(contract).decode(), site])


async def say(database: Database, site: SiteId, state: State) -> None:
    """For GET …/knowledge-source and /metrics. What can't be written now is written the next time."""
    for status in STATUSES:
        STATUS.labels(site, status).set(status == state.status)
    BRAKE.labels(site).set(state.health.budget)
    if state.fresh_as_of is not None:
        FRESH_AS_OF.labels(site).set(state.fresh_as_of)
    with contextlib.suppress(DatabaseAway):
        async with database.as_site(site) as rows:
            query = "update knowledge_source set state = %s where site_id = %s"
            await rows.execute(query, [msgspec.json.encode(state).decode(), site])
