"""Tools of a site's folder: declarations into site_tool, Python files to where the brain looks for them."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from brain.folder import SiteFolder
from core.db import Rows
from core.ids import SiteId

_PUT = """
insert into site_tool (site_id, name, declaration) values (%s, %s, %s)
on conflict (site_id, name) do update set declaration = excluded.declaration, updated_at = now()
"""
_KEEP = """
insert into site_file (site_id, path, content) values (%s, %s, %s)
on conflict (site_id, path) do update set content = excluded.content
"""
_DROP_FILE = "delete from site_file where site_id = %s and path = %s"


async def put_tools(rows: Rows, site: SiteId, folder: SiteFolder) -> int:
    """Write those that are new or changed, delete those that the folder had and has no more; how many."""
    query = "select name, declaration::text from site_tool where site_id = %s"
    stored = {name: msgspec.json.decode(text) for name, text in await (await rows.execute(query, [site])).fetchall()}
    wanted = {each.name: each for each in folder.declarations}
    texts = {name: msgspec.json.encode(each) for name, each in wanted.items()}
    changed = {name: text.decode() for name, text in texts.items() if stored.get(name) != msgspec.json.decode(text)}
    for name, text in changed.items():
        await rows.execute(_PUT, [site, name, text])
    gone = await _put_files(rows, site, folder)
    for name in gone - set(wanted):
        await rows.execute("delete from site_tool where site_id = %s and name = %s", [site, name])
    return len(changed) + len((gone - set(wanted)) & set(stored))


def copy_scenarios(to: Path, site: SiteId, scenarios: Mapping[str, str]) -> None:
    """Into the site's own folder below `to`; what is not among them goes."""
    folder = to / site
    for path in folder.glob("*.py"):
        if path.name not in scenarios:
            path.unlink()
    for name, text in scenarios.items():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        if not path.exists() or path.read_text() != text:  # a new time would have the brain load it again
            path.write_text(text)


async def _put_files(rows: Rows, site: SiteId, folder: SiteFolder) -> set[str]:
    """Remember which tools the folder has, and its Python; names of the tools that it had before and has no more."""
    query = "select path, content from site_file where site_id = %s and path like 'tools/%%'"
    had: dict[str, str] = dict(await (await rows.execute(query, [site])).fetchall())
    has = {f"tools/{name}": text for name, text in folder.scenarios.items()}
    has |= {f"tools/{each.name}": each.kind for each in folder.declarations}
    for path, content in has.items():
        if had.get(path) != content:
            await rows.execute(_KEEP, [site, path, content])
    for path in set(had) - set(has):
        await rows.execute(_DROP_FILE, [site, path])
    return {path.removeprefix("tools/") for path in set(had) - set(has)}
