"""The narrow way to Machine A: whatever the mirror reads there passes here, one statement at a time, within the budget.

page ──brake open?──rested?──read──counted──> rest by budget x brake
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

from mirror.brake import Brake
from mirror.egress import Asked, Egress
from mirror.metrics import BYTES, ROWS, STATEMENTS
from mirror.origin import Budget
from mirror.pace import Page, rest_after
from mirror.reader import Reader
from mirror.statements import Statement


class Line:
    def __init__(self, reader: Reader, budget: Budget, brake: Brake, egress: Egress, site: str) -> None:
        self._reader = reader
        self._budget = budget
        self._brake = brake
        self._egress = egress
        self._site = site
        self._one = asyncio.Lock()
        self._open = asyncio.Event()
        self._free_at = 0.0
        self.heed()

    def heed(self) -> None:
        """The brake has been moved, perhaps."""
        if self._brake.level > 0:
            self._open.set()
        else:
            self._open.clear()

    async def pages(self, statement: Statement, what: Literal["rows", "keys"]) -> list[tuple[Any, ...]]:
        """One page, when the budget has room for it. SourceError."""
        await asyncio.sleep(max(0.0, self._free_at - time.monotonic()))
        await self._open.wait()
        async with self._one:
            rows, seconds = await self._read(statement)
            size = sum(map(_bytes, rows))
            page = Page(seconds, bytes=size, rows=len(rows)) if what == "rows" else Page(seconds, bytes=size, keys=len(rows))
            self._free_at = time.monotonic() + rest_after(page, self._budget, self._brake.level or 1.0)
        return rows

    async def glance(self, statement: Statement) -> float:
        """Seconds that one small statement takes, outside the budget: the probe. SourceError."""
        async with self._one:
            return (await self._read(statement))[1]

    @contextlib.asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Nothing of ours is read meanwhile."""
        async with self._one:
            yield

    def note_probe(self) -> None:
        """A request that went to A beside this line."""
        self._egress.count(time.monotonic(), Asked(probes=1))

    async def _read(self, statement: Statement) -> tuple[list[tuple[Any, ...]], float]:
        rows, seconds = await self._reader.read(statement)
        asked = Asked(statements=1, rows=len(rows), bytes=sum(map(_bytes, rows)))
        self._egress.count(time.monotonic(), asked)
        STATEMENTS.labels(self._site).inc()
        ROWS.labels(self._site).inc(asked.rows)
        BYTES.labels(self._site).inc(asked.bytes)
        return rows, seconds


def _bytes(row: tuple[Any, ...]) -> int:
    """About what a row took on the wire."""
    return sum(len(value) if isinstance(value, str) else getattr(value, "nbytes", 8) for value in row)
