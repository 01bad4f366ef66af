"""A site's own rows: settings, tools, numbers. Made and changed here only, by the API and by folders alike.

All take `rows` of core.db's as_site(site), and leave the rest to that transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from brain.stock import BUILT_IN
from core.db import Rows
from core.ids import SiteId
from core.site_form import SiteInvalid
from core.sites import Site


class NumberTaken(ValueError):
    """Another site has the number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"number {number} belongs to another site")
        self.number = number


@dataclass(frozen=True, slots=True)
class SiteRow:
    site: Site
    tools: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


async def read(rows: Rows, site: SiteId, *, to_change: bool = False) -> SiteRow | None:
    """None: there is no such site. `to_change`: others who want to change it wait."""
    query = "select settings::text, tools, created_at, updated_at from site where site_id = %s"
    row = await (await rows.execute((query + " for update" * to_change).encode(), [site])).fetchone()
    if row is None:
        return None
    return SiteRow(msgspec.json.decode(row[0], type=Site), tuple(row[1]), row[2], row[3])


async def add(rows: Rows, site: Site, tools: Sequence[str]) -> bool:
    """A new site; False if there is one of that id. NumberTaken."""
    values = [site.site_id, site.name, msgspec.json.encode(site).decode(), json.dumps(tools), site.embedding.model]
    added = await rows.execute(
        "insert into site (site_id, name, settings, tools, embedding_model) values (%s, %s, %s, %s, %s) "
        "on conflict do nothing returning site_id",
        values,
    )
    if await added.fetchone() is None:
        return False
    await _take_numbers(rows, site)
    return True


async def change(rows: Rows, site: Site, tools: Sequence[str]) -> None:
    """What is there becomes this. NumberTaken."""
    await rows.execute(
        "update site set name = %s, settings = %s, tools = %s, embedding_model = %s, updated_at = now() where site_id = %s",
        [site.name, msgspec.json.encode(site).decode(), json.dumps(tools), site.embedding.model, site.site_id],
    )
    await _take_numbers(rows, site)


async def _take_numbers(rows: Rows, site: Site) -> None:
    await rows.execute("delete from site_number where site_id = %s and number <> all(%s)", [site.site_id, list(site.numbers)])
    for number in site.numbers:
        values = [number, site.site_id]
        await rows.execute("insert into site_number (number, site_id) values (%s, %s) on conflict do nothing", values)
    have = {number for (number,) in await (await rows.execute("select number from site_number")).fetchall()}
    if taken := sorted(set(site.numbers) - have):
        raise NumberTaken(taken[0])


async def check_tools(rows: Rows, site: SiteId, tools: Sequence[str]) -> None:
    """Each is ours, or one that the site declared. SiteInvalid."""
    declared = await (await rows.execute("select name from site_tool where site_id = %s", [site])).fetchall()
    there_are = (*BUILT_IN, *sorted(name for (name,) in declared))
    for at, name in enumerate(tools):
        if name not in there_are:
            raise SiteInvalid(f"tools[{at}]", f"there is no such tool; there are {', '.join(there_are)}")
    if len(set(tools)) < len(tools):
        raise SiteInvalid("tools", "has something twice")
