"""Which call is meant by an id: its own, or that of a call out (POST /v1/calls), which is its latest attempt."""

import re

from core.db import Rows
from core.http.problems import Problem
from core.ids import CallId, SiteId

OUT = re.compile(r"out-[0-9a-f]{20}")
_LATEST = """
select call_id from outbound_attempt where site_id = %s and outbound_id = %s order by placed_at desc limit 1
"""


async def call_of(rows: Rows, site: SiteId, given: str) -> CallId:
    """`given`, or the latest attempt of the call out that it names. Problem 404: nobody was dialled for that yet."""
    if OUT.fullmatch(given) is None:
        return CallId(given)
    row = await (await rows.execute(_LATEST, [site, given])).fetchone()
    if row is None:
        raise Problem(
            404, f"nobody was dialled for it yet, GET /v1/outbound/{given} says why; or there is no such call", "not-dialled"
        )
    return CallId(row[0])
