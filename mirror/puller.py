"""One site's mirror, for as long as it is configured: the shell around ledger, brake and pace.

sitting: connect ─> examine ─> sweep ─┬─ keys and versions, page by page ─> rows that are new or other ─> shelf
                                      ├─ what no page had is gone
                                      └─ between sweeps: news, where A has a quick way to show it
trouble: the sitting ends, the state says why, the next begins after a while; the last good copy goes on answering
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

import aiohttp
import msgspec

from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.vault import Vault
from mirror import statements
from mirror.brake import Brake, Limits
from mirror.contract import examine
from mirror.contract_shapes import Contract, broken
from mirror.egress import Asked, Egress
from mirror.ledger import Ledger
from mirror.line import Line
from mirror.metrics import count_asked
from mirror.origin import identity, source_of
from mirror.plan import Plan, agree, load_plan, say
from mirror.probe import Prober
from mirror.reader import Away, Drifted, Reader, Refused, SourceError
from mirror.shelf import LARGE, Copy, Row, Shelf
from mirror.state import Health, State, Status, Sweep

log = logging.getLogger(__name__)

KEYS = 1000
ROWS = 50
"""In a page: 50 rows with vectors of 1,536 numbers are 300 kB, and a few milliseconds of A's."""
LEAST_BOUND_S = 60.0
"""A sweep may take so long before its copy counts as stale, however quick the last one was."""
SAY_S = 2.0
"""How often the state is written while nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from trouble to the next try; twice as long after each more."""

    first_s: float = 1.0
    refused_s: float = 60.0
    """Nobody mends a password in a second, and A's log should not fill with us."""
    last_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Sitting:
    """One connection to A, and what was agreed on it."""

    plan: Plan
    reader: Reader
    contract: Contract
    copy: Copy
    line: Line


@dataclass(slots=True)
class Puller:
    """`await Puller(site, database, vault, http).run()` until cancelled: cancelling it is the kill switch."""

    site: SiteId
    database: Database
    vault: Vault
    http: aiohttp.ClientSession
    waits: Waits = Waits()
    limits: InitVar[Limits | None] = None
    _brake: Brake = field(init=False)
    _egress: Egress = field(default_factory=Egress)
    _state: State = field(default_factory=State)
    _failures: int = 0
    _doubted: bool = False
    _news_after: tuple[str, str] | None = None

    def __post_init__(self, limits: Limits | None) -> None:
        self._brake = Brake(limits or Limits())

    async def run(self) -> None:
        while True:
            try:
                plan = await load_plan(self.database, self.vault, self.site)
                self._state = msgspec.structs.replace(plan.state, asked=self._egress.total)
                if plan.paused is not None:
                    await self._say("paused", plan.paused)
                    return
                await self._sit(plan)
            except SourceError as error:
                await self._say(_status(error), str(error))
                await asyncio.sleep(
                    self._wait(self.waits.refused_s if isinstance(error, Refused | Drifted) else self.waits.first_s)
                )
            except DatabaseAway:
                await asyncio.sleep(self._wait(self.waits.first_s))

    def _wait(self, first_s: float) -> float:
        """Longer with every failure in a row, and never in step with others."""
        self._failures += 1
        return min(self.waits.last_s, first_s * 2.0 ** min(self._failures - 1, 10)) * random.uniform(0.8, 1.2)

    # ── one connection ───────────────────────────────────────────────────────────────────────────────────────────────
    async def _sit(self, plan: Plan) -> None:
        """Until something goes wrong. SourceError, DatabaseAway."""
        async with self._connected(plan) as reader:
            sitting = await self._agree(plan, reader)
            prober = Prober(self.http, plan.origin, source_of(plan.origin.columns), sitting.contract.versions, self._count)
            beside = [asyncio.create_task(prober.run(sitting.line, self._brake)), asyncio.create_task(self._keep_saying())]
            try:
                while True:
                    began = time.monotonic()
                    await self._sweep(sitting)
                    self._failures = 0
                    await self._watch(sitting, until=time.monotonic() + plan.origin.budget.sweep_s)
                    log.debug("= looked for news", extra={"site": self.site, "seconds": round(time.monotonic() - began)})
                    sitting = await self._agree(plan, reader)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)

    @contextlib.asynccontextmanager
    async def _connected(self, plan: Plan) -> AsyncIterator[Reader]:
        """SourceError. Where nobody answers, nothing is taken for a while after somebody does again."""
        reader = Reader(plan.origin, plan.password, self._count)
        try:
            await reader.connect()
        except Away:
            self._brake.failed(time.monotonic())
            raise
        async with reader:
            yield reader

    async def _agree(self, plan: Plan, reader: Reader) -> Sitting:
        """Is A what was agreed? Then there is a copy to fill. Drifted, Refused."""
        contract = (await examine(reader, plan.origin, plan.dimensions)).must_fit()
        if plan.contract is None:
            await agree(self.database, self.site, contract)
        elif difference := broken(plan.contract, contract):
            raise Drifted(difference)
        copy = await Shelf(self.database, self.site).open_copy(identity(plan.origin, plan.model), plan.model, contract.dimensions)
        line = Line(reader, plan.origin.budget, self._brake)
        return Sitting(plan, reader, contract, copy, line)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────
    async def _sweep(self, sitting: Sitting) -> None:
        """All keys once; the rows that are new or other; what is gone. SourceError, DatabaseAway."""
        shelf, copy, source = Shelf(self.database, self.site), sitting.copy, source_of(sitting.plan.origin.columns)
        began_at, began = time.time(), time.monotonic()
        if self._news_after is None and sitting.contract.news != "sweep":
            self._news_after = await self._newest(sitting)
        ledger = Ledger()
        async for held in shelf.held(copy):
            ledger.hold(held)
        looked_at = fetched = 0
        after: str | None = None
        while True:
            statement = statements.keys_page(source, sitting.contract.versions, after, KEYS)
            page = [(key, version or "") for key, version in await sitting.line.pages(statement, "keys")]
            for keys in _in_parts(ledger.other(page), ROWS):
                fetched += await self._fetch(sitting, keys)
            looked_at += len(page)
            if len(page) < KEYS:
                break
            after = page[-1][0]
        gone = ledger.gone()
        doubted = ledger.is_doubtful(len(gone)) and not self._doubted
        self._doubted = doubted
        if not doubted:
            await shelf.take_away(copy, gone)
        sweep = Sweep(
            began_at=began_at,
            seconds=time.monotonic() - began,
            looked_at=looked_at,
            fetched=fetched,
            deleted=0 if doubted else len(gone),
            doubted=len(gone) if doubted else 0,
        )
        await self._finish(sitting, shelf, sweep)

    async def _finish(self, sitting: Sitting, shelf: Shelf, sweep: Sweep) -> None:
        await shelf.completed(sitting.copy, sweep.began_at, sweep.looked_at)
        if sweep.fetched or sweep.deleted:
            large = sweep.looked_at >= LARGE and not sitting.copy.indexed
            await shelf.settle(sitting.copy, with_index=large)
            await shelf.changed()
        rows, without_vector = sweep.looked_at + sweep.doubted, await shelf.without_vector(sitting.copy)
        bound = 2 * sweep.seconds + sitting.plan.origin.budget.sweep_s
        self._state = msgspec.structs.replace(
            self._state, rows=rows, without_vector=without_vector, fresh_as_of=sweep.began_at, bound_s=bound, sweep=sweep
        )
        await self._say(self._standing(), self._why())
        log.info("= mirror swept", extra={"site": self.site, "rows": rows, "fetched": sweep.fetched, "deleted": sweep.deleted})

    async def _watch(self, sitting: Sitting, until: float) -> None:
        """News, until the next sweep. SourceError, DatabaseAway."""
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, sitting.plan.origin.budget.news_s if self._news_after else 1.0))
            if self._news_after is not None:
                await self._news(sitting)

    async def _newest(self, sitting: Sitting) -> tuple[str, str] | None:
        found = await sitting.line.pages(statements.newest(source_of(sitting.plan.origin.columns)), "keys")
        return (found[0][0], found[0][1]) if found and found[0][0] is not None else None

    async def _news(self, sitting: Sitting) -> None:
        assert self._news_after is not None
        source = source_of(sitting.plan.origin.columns)
        asked_at, some = time.time(), False
        while True:
            statement = statements.news_page(source, sitting.contract.versions, self._news_after, ROWS)
            page = [_row(found, sitting.copy) for found in await sitting.line.pages(statement, "rows")]
            if page:
                some = True
                self._news_after = (page[-1].changed, page[-1].key)
                await Shelf(self.database, self.site).put(sitting.copy, page)
            if len(page) < ROWS:
                break
        if some:
            await Shelf(self.database, self.site).changed()
        self._state = msgspec.structs.replace(self._state, news_as_of=asked_at)

    async def _fetch(self, sitting: Sitting, keys: Sequence[str]) -> int:
        """These rows, as they are now; how many there were."""
        source = source_of(sitting.plan.origin.columns)
        statement = statements.rows_by_key(source, sitting.contract.versions, keys)
        page = [_row(found, sitting.copy) for found in await sitting.line.pages(statement, "rows")]
        await Shelf(self.database, self.site).put(sitting.copy, page)
        return len(page)

    # ── saying ───────────────────────────────────────────────────────────────────────────────────────────────────────
    async def _keep_saying(self) -> None:
        """While nothing is wrong."""
        while True:
            await self._say(self._standing(), self._why())
            await asyncio.sleep(SAY_S)

    def _count(self, asked: Asked) -> None:
        self._egress.count(time.monotonic(), asked)
        count_asked(self.site, asked)

    def _why(self) -> str:
        doubted = self._state.sweep.doubted if self._state.sweep else 0
        return f"{doubted} rows seem to be gone at once: the next sweep must see it too" if doubted else self._brake.why

    def _standing(self) -> Status:
        if self._brake.down:
            return "away"
        if self._brake.level == 0.0:
            return "braked"
        if self._state.fresh_as_of is None:
            return "copying"
        bound = max(self._state.bound_s or 0.0, LEAST_BOUND_S)
        return "fresh" if time.time() - self._state.fresh_as_of <= bound else "stale"

    async def _say(self, status: Status, why: str = "") -> None:
        """Write down how it is. Our own database being away is no news for it."""
        now = time.monotonic()
        health = Health(
            budget=self._brake.level,
            why=self._brake.why,
            baseline_ms=_ms(self._brake.baseline_s),
            current_ms=_ms(self._brake.current_s),
        )
        asked, last_hour = self._egress.total, self._egress.last_hour(now)
        changes: dict[str, Any] = {"status": status, "why": why, "at": time.time(), "health": health}
        if (status, why) != (self._state.status, self._state.why):
            log.info("= mirror", extra={"site": self.site, "status": status, "why": why})
        self._state = msgspec.structs.replace(self._state, **changes, asked=asked, asked_last_hour=last_hour)
        await say(self.database, self.site, self._state)


def _status(error: SourceError) -> Status:
    return "refused" if isinstance(error, Refused) else "drifted" if isinstance(error, Drifted) else "away"


def _row(found: tuple[Any, ...], copy: Copy) -> Row:
    """As statements.rows_by_key has it. Drifted if its vector is of another size."""
    key, version, changed, text, title, url, document, vector = found
    embedding = None if vector is None else statements.numbers(vector)
    if embedding is not None and len(embedding) != copy.dimensions:
        raise Drifted(f"vectors had {copy.dimensions} dimensions, and there is one with {len(embedding)}")
    return Row(key, version or "", changed or "", text or "", title, url, document, embedding if text else None)


def _in_parts(keys: Sequence[str], size: int) -> list[Sequence[str]]:
    return [keys[at : at + size] for at in range(0, len(keys), size)]


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
