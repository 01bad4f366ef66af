"""A site's own tools in the database: the declaration, the ways to ask for it, and the site's leave to use it. One transaction.

Used by the API and by folders alike.
"""

from collections.abc import Sequence

import msgspec

from brain.knowledge.embedders import Embedders
from brain.knowledge.generation import open_for_writing
from brain.knowledge.write import Doc, Origin, drop_docs, put_docs
from brain.tools.declaration import Declaration
from core.db import Rows
from core.ids import SiteId
from kb_api import site_rows
from kb_api.site_rows import SiteRow

_PUT = (
    "insert into site_tool (site_id, name, declaration) values (%s, %s, %s) on conflict (site_id, name) do update "
    "set declaration = excluded.declaration, updated_at = now()"
)


async def put(rows: Rows, row: SiteRow, declarations: Sequence[Declaration], embedders: Embedders, origin: Origin) -> None:
    """Declare these tools, in place of those of the same names, and let the site use them. EmbeddingAway."""
    site = row.site.site_id
    for declaration in declarations:
        await rows.execute(_PUT, [site, declaration.name, msgspec.json.encode(declaration).decode()])
    docs = [Doc("action", each.name, {}, each.utterances, origin) for each in declarations]
    generation = await open_for_writing(rows, site)
    await put_docs(rows, generation, docs, await embedders.of(rows, site, generation.embedding))
    new = [each.name for each in declarations if each.name not in row.tools]
    if new:
        await site_rows.change(rows, row.site, (*row.tools, *new))


async def delete(rows: Rows, row: SiteRow, name: str) -> bool:
    """False: the site declared no such tool."""
    site = row.site.site_id
    gone = await rows.execute("delete from site_tool where site_id = %s and name = %s returning name", [site, name])
    if await gone.fetchone() is None:
        return False
    await drop_docs(rows, await open_for_writing(rows, site), [("action", name)])
    if name in row.tools:
        await site_rows.change(rows, row.site, tuple(each for each in row.tools if each != name))
    return True


LACKED = """
select t.name, t.declaration->'key'->>'secret' from site_tool t where t.site_id = %s and t.declaration->'key' is not null
and not exists (select from site_secret s where s.site_id = t.site_id and s.name = t.declaration->'key'->>'secret') order by 1
"""


async def lacked(rows: Rows, site: SiteId) -> dict[str, str]:
    """Tools whose key the site's vault does not hold, with its name there: until it does, they only say "not available"."""
    return dict(await (await rows.execute(LACKED.encode(), [site])).fetchall())


async def names(rows: Rows, site: SiteId) -> list[str]:
    found = await (await rows.execute("select name from site_tool where site_id = %s order by name", [site])).fetchall()
    return [name for (name,) in found]
