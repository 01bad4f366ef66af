"""Brings a site's folder into the database: `python -m kb_api.apply [--if-changed] DIR`. What is the same is left as it is.

    folder ──one transaction──> settings, numbers, key ─ tools ─ facts ─ documents, for kb-worker to read

Facts, documents and tools that came through the API stay. Callers meet the old site or the new one, from the next turn on.
"""

import argparse
import asyncio
import hashlib
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brain.folder import SiteFolder, SiteFolderError, read_folder
from brain.knowledge.embed import MiniLM
from brain.knowledge.embedders import Embedders, EmbeddingAway
from brain.knowledge.generation import open_for_writing
from brain.knowledge.write import drop_docs, put_docs
from brain.stock import BUILT_IN, stock
from core.db import Database, Rows
from core.ids import SiteId
from core.keys import key_mac
from core.lexicon import LexiconError
from core.public_address import networks
from core.settings import Settings, load
from core.telemetry import set_up_logging
from core.vault import Vault, VaultError
from kb_api import lexicon_rows, site_rows, tool_rows
from kb_api.command import run
from kb_api.counted import counted
from kb_api.folder_documents import FolderDocuments
from kb_api.folder_tools import copy_scenarios, put_tools
from kb_api.site_rows import NumberTaken

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Applied:
    added_or_changed: int
    """Facts and actions…"""
    removed: int
    unchanged: int
    settings: int = 0
    """1: the settings were others."""
    tools: int = 0
    """Declared tools that were written or deleted…"""
    documents: int = 0
    """…and documents."""
    unused: tuple[str, ...] = ()
    """Tools that the folder declares and its `tools` do not name."""
    lacked: tuple[str, ...] = ()
    """Secrets that its tools need and the vault does not hold."""
    sayings: int = 0
    """Lines of its lexicon that were written or deleted."""


async def apply(
    folder: SiteFolder, settings: Settings, database: Database, model: MiniLM | Embedders, digest: str = ""
) -> Applied:
    """DatabaseAway; EmbeddingAway; SiteFolderError for a number that another site has, or for too many words. `digest`: of the
    folder's files."""
    site = folder.site.site_id
    embedders = model if isinstance(model, Embedders) else Embedders(model)
    documents = FolderDocuments(settings.uploads_dir, site, folder.documents, folder.about)
    try:
        async with database.as_site(site) as rows:
            changed_settings = await _put_settings(rows, folder)
            await _put_key(rows, site, settings)
            changed_tools = await put_tools(rows, site, folder)
            lacked = tuple(dict.fromkeys((await tool_rows.lacked(rows, site)).values()))
            added, removed = await _put_docs(rows, site, folder, embedders)
            changed_documents = await documents.write(rows)
            changed_sayings = await lexicon_rows.replace(rows, site, folder.sayings, "folder")
            await rows.execute(
                "insert into site_file (site_id, path, content) values (%s, '', %s) "
                "on conflict (site_id, path) do update set content = excluded.content",
                [site, digest],
            )
    except BaseException as error:
        documents.undo()
        if isinstance(error, NumberTaken):
            raise SiteFolderError(f"site.toml: numbers: {error}. Take it from that site first, or choose another") from error
        if isinstance(error, LexiconError):
            raise SiteFolderError(f"lexicon.tsv: {error}") from error
        raise
    documents.finish()
    copy_scenarios(settings.scenarios_dir, site, folder.scenarios)
    unused = tuple(each.name for each in folder.declarations if each.name not in folder.tools)
    counts = added, removed, len(folder.docs) - added, int(changed_settings), changed_tools, changed_documents
    return Applied(*counts, unused, lacked, changed_sayings)


async def is_applied(database: Database, site: SiteId, digest: str) -> bool:
    """Whether the folder that the site was last applied from had these files."""
    async with database.as_site(site) as rows:
        query = "select from site_file where site_id = %s and path = '' and content = %s"
        return await (await rows.execute(query, [site, digest])).fetchone() is not None


def digest_of(folder: Path) -> str:
    """Of all its files, their names and contents, and of what every site understands, which comes with our code."""
    digest = hashlib.sha256(b"".join(doc.digest for doc in stock(BUILT_IN)))
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".toml", ".json", ".md", ".py", ".tsv")):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


async def _put_settings(rows: Rows, folder: SiteFolder) -> bool:
    """Whether they were others."""
    before = await site_rows.read(rows, folder.site.site_id, to_change=True)
    if before is None:
        await site_rows.add(rows, folder.site, folder.tools)
    else:
        tools = (*folder.tools, *await _declared_elsewhere(rows, folder, before.tools))
        if (before.site, before.tools) == (folder.site, tools):
            return False
        await site_rows.change(rows, folder.site, tools)
    return True


async def _declared_elsewhere(rows: Rows, folder: SiteFolder, allowed: Sequence[str]) -> list[str]:
    """Tools that the site may use and that came through the API: the folder does not know them, and they stay."""
    query = (
        "select name from site_tool t where site_id = %s and not exists "
        "(select from site_file f where f.site_id = t.site_id and f.path = 'tools/' || t.name) order by name"
    )
    found = await (await rows.execute(query, [folder.site.site_id])).fetchall()
    return [name for (name,) in found if name in allowed and name not in folder.tools]


async def _put_key(rows: Rows, site: SiteId, settings: Settings) -> None:
    """The key that `up` made for this site, if it made one."""
    try:
        key, pepper = settings.secret(f"api_key_{site}"), settings.secret("key_pepper")
    except KeyError:
        return
    await rows.execute(
        "insert into api_key (key_id, site_id, name, mac) values (%s, %s, 'made by haazir up', %s) "
        "on conflict (key_id) do update set mac = excluded.mac",
        [f"{site}-0", site, key_mac(pepper, key)],
    )


async def _put_docs(rows: Rows, site: SiteId, folder: SiteFolder, embedders: Embedders) -> tuple[int, int]:
    """(facts and actions written, and deleted)."""
    query = "select kind, key, content_sha256, origin from kb_doc where site_id = %s and kind <> 'document'"
    stored = await (await rows.execute(query, [site])).fetchall()
    have = {(kind, key): bytes(digest) for kind, key, digest, _ in stored}
    changed = [doc for doc in folder.docs if have.get((doc.kind, doc.key)) != doc.digest]
    gone = {(kind, key) for kind, key, _, origin in stored if origin in ("folder", "stock")}
    gone -= {(doc.kind, doc.key) for doc in folder.docs}
    if changed or gone:
        generation = await open_for_writing(rows, site)
        await drop_docs(rows, generation, gone)
        await put_docs(rows, generation, changed, await embedders.of(rows, site, generation.embedding))
    return len(changed), len(gone)


async def _run(path: Path, settings: Settings, *, if_changed: bool) -> Applied | None:
    allowed = networks(settings.network.private_hosts)
    folder = await asyncio.to_thread(read_folder, path, allowed)
    digest = digest_of(path)
    async with Database(settings, connections=2, wait_s=5.0) as database:
        if if_changed and await is_applied(database, folder.site.site_id, digest):
            return None
        async with Embedders(vault=Vault.of(settings), allowed=allowed) as embedders:
            return await apply(folder, settings, database, embedders, digest)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kb_api.apply", description="Brings a site's folder into the database.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--if-changed", action="store_true", help="not if these very files were applied last")
    options = parser.parse_args()

    def work() -> str:
        settings = load()
        set_up_logging(settings.log_level)
        return told(asyncio.run(_run(options.folder, settings, if_changed=options.if_changed)))

    return run(work, "the site can't be applied", SiteFolderError, EmbeddingAway, VaultError, OSError, KeyError)


def told(applied: Applied | None) -> str:
    """What happened, in a line, and what it will not do."""
    if applied is None:
        return "these files are applied already"
    parts = [
        "settings changed" if applied.settings else "",
        f"{counted(applied.added_or_changed, 'fact or action', 'facts and actions')} written" if applied.added_or_changed else "",
        f"{applied.removed} removed" if applied.removed else "",
        f"{counted(applied.tools, 'tool')} changed" if applied.tools else "",
        f"{counted(applied.documents, 'document')} changed, for kb-worker to read" if applied.documents else "",
        f"{counted(applied.sayings, 'word')} of the lexicon changed" if applied.sayings else "",
    ]
    unused = f"; not in `tools` of site.toml, so never used: {', '.join(applied.unused)}" if applied.unused else ""
    done = ", ".join(filter(None, parts)) or f"nothing has changed ({applied.unchanged} facts and actions as they were)"
    lacked = f"; not in the vault, so their tools can't work yet: {', '.join(applied.lacked)}" if applied.lacked else ""
    return done + unused + lacked


if __name__ == "__main__":
    sys.exit(main())
