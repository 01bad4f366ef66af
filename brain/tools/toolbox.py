"""The tools of each site: ours that it allows, and those that it declared. A change is seen within seconds, without a restart."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from brain.tools.declaration import Declaration
from brain.tools.tool import Tool
from core.db import Database, DatabaseAway, Rows
from core.ids import SiteId

log = logging.getLogger(__name__)

REFRESH_WAIT_S = 0.05
"""A turn waits this long for news of its site's tools; then what is known will do, and the next turn has the news."""
Maker = Callable[[SiteId, Declaration], Tool | None]
"""A tool that carries a declaration out; None: this machine can't."""


class Toolbox:
    def __init__(self, database: Database, ours: Mapping[str, Tool], make: Maker, fresh_s: float) -> None:
        """`fresh_s`: a change of a declaration is seen after so many seconds at the latest."""
        self._database = database
        self._ours = ours
        self._make = make
        self._fresh_s = fresh_s
        self._declared: dict[SiteId, tuple[float, dict[str, Tool]]] = {}
        self._looking: dict[SiteId, asyncio.Task[None]] = {}

    async def close(self) -> None:
        for task in self._looking.values():
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def of(self, site: SiteId, allowed: Sequence[str]) -> dict[str, Tool]:
        """By name. While the database is away: as last seen."""
        tools = {name: self._ours[name] for name in allowed if name in self._ours}
        if len(tools) < len(allowed):  # only then is there anything to look up
            declared = await self._known(site)
            tools |= {name: declared[name] for name in allowed if name in declared and name not in self._ours}
        return tools

    async def _known(self, site: SiteId) -> dict[str, Tool]:
        seen_at, known = self._declared.get(site, (float("-inf"), None))
        if known is not None and time.monotonic() - seen_at < self._fresh_s:
            return known
        if site not in self._looking:
            self._looking[site] = asyncio.create_task(self._look(site))
            self._looking[site].add_done_callback(lambda _: self._looking.pop(site, None))
        await asyncio.wait([self._looking[site]], timeout=None if known is None else REFRESH_WAIT_S)
        return self._declared[site][1] if site in self._declared else {}

    async def _look(self, site: SiteId) -> None:
        try:
            async with self._database.as_site(site) as rows:
                found = await declarations(rows, site)
        except DatabaseAway:
            if site in self._declared:  # good for a while again: no turn waits for a database that is away
                self._declared[site] = (time.monotonic(), self._declared[site][1])
            return
        made = {declaration.name: self._make(site, declaration) for declaration in found}
        self._declared[site] = (time.monotonic(), {name: tool for name, tool in made.items() if tool is not None})


async def declarations(rows: Rows, site: SiteId) -> list[Declaration]:
    """What the site declared, by name. One that this version can't read is passed over."""
    query = "select declaration::text from site_tool where site_id = %s order by name"
    found: list[Declaration] = []
    for (text,) in await (await rows.execute(query, [site])).fetchall():
        try:
            found.append(msgspec.json.decode(text, type=Declaration))
        except msgspec.DecodeError as error:
            log.warning("! a declared tool can't be read", extra={"site": site, "error": type(error).__name__})
    return found
