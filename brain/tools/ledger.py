"""Every write has a row before it happens: proposed -> running -> done | failed | unknown. It runs once per key.

No row, no write: while the database is away nothing is changed anywhere, and the caller hears so.
"""

import logging
from collections.abc import Mapping
from typing import Literal

import msgspec

from core.db import Database, DatabaseAway
from core.ids import SiteId

log = logging.getLogger(__name__)

State = Literal["proposed", "running", "done", "failed", "unknown"]

_PROPOSE = (
    "insert into tool_call (site_id, key, conversation_id, tool, arguments, state) values (%s, %s, %s, %s, %s, 'proposed') "
    "on conflict do nothing"
)
_BEGIN = (
    "insert into tool_call (site_id, key, conversation_id, tool, arguments, state, started_at) "
    "values (%s, %s, %s, %s, %s, 'running', now()) on conflict (site_id, key) do update "
    "set state = 'running', started_at = now() where tool_call.state in ('proposed', 'failed', 'unknown') returning state"
)
_STATE = "select state from tool_call where site_id = %s and key = %s"
_END = "update tool_call set state = %s, why = %s, ended_at = now() where site_id = %s and key = %s"


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def proposed(self, site: SiteId, key: str, conversation: str, tool: str, arguments: Mapping[str, str]) -> None:
        """The caller was asked. While the database is away this is not written: the write itself will be, or won't happen."""
        try:
            async with self._database.as_site(site) as rows:
                await rows.execute(_PROPOSE, [site, key, conversation, tool, msgspec.json.encode(arguments).decode()])
        except DatabaseAway:
            log.warning("! a proposal was not written down", extra={"tool": tool})

    async def begin(self, site: SiteId, key: str, conversation: str, tool: str, arguments: Mapping[str, str]) -> State:
        """`running`: go. Anything else is what became of it before; it is not run again. DatabaseAway.

        A failed or unknown write begins again under its own key only because a caller confirmed it again.
        """
        async with self._database.as_site(site) as rows:
            values = [site, key, conversation, tool, msgspec.json.encode(arguments).decode()]
            begun = await (await rows.execute(_BEGIN, values)).fetchone()
            if begun is not None:
                return "running"
            row = await (await rows.execute(_STATE, [site, key])).fetchone()
        return "done" if row is not None and row[0] == "done" else "unknown"

    async def ended(self, site: SiteId, key: str, state: State, why: str = "") -> None:
        """If the database is away by now the row stays `running`, which nobody takes for done."""
        try:
            async with self._database.as_site(site) as rows:
                await rows.execute(_END, [state, why[:200], site, key])
        except DatabaseAway:
            log.error("! the end of a write was not written down", extra={"state": state, "key": key})
