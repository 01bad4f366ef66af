"""The narrow way to Machine A: whatever the mirror reads there passes here, one statement at a time, within the budget.

page ──brake open?──rested?──read──counted──> rest by budget x brake
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

from mirror.brake import Brake
from mirror.origin import Budget
from mirror.pace import Page, rest_after
from mirror.reader import Reader, wire_bytes
from mirror.statements import Statement


class Line:
    def __init__(self, reader: Reader, budget: Budget, brake: Brake) -> None:
        self._reader = reader
        self._budget = budget
        self._brake = brake
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
            rows, seconds = await self._reader.read(statement)
            size = sum(map(wire_bytes, rows))
            page = Page(seconds, bytes=size, rows=len(rows)) if what == "rows" else Page(seconds, bytes=size, keys=len(rows))
            self._free_at = time.monotonic() + rest_after(page, self._budget, self._brake.level or 1.0)
        return rows

    async def glance(self, statement: Statement) -> float:
        """Seconds that one small statement takes, outside the budget: the probe. SourceError."""
        async with self._one:
            return (await self._reader.read(statement))[1]

    @contextlib.asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Nothing of ours is read meanwhile."""
        async with self._one:
            yield
