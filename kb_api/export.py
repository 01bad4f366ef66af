"""Writes a site as a folder: `python -m kb_api.export SITE DIR`. Applying it again changes nothing."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from brain.folder import DOCUMENTS, LEXICON
from brain.knowledge.generation import HERE, active
from core.db import Database, Rows
from core.ids import SiteId
from core.lexicon import table
from core.settings import Settings, load
from core.site_form import form_of, site_of
from core.toml import dumps
from kb_api import lexicon_rows, site_rows
from kb_api.command import run
from kb_api.counted import counted
from kb_api.folder_documents import path_of, title_of
from kb_api.site_rows import SiteRow
from kb_api.written_out import written_out

FIRST = ("site_id", "name", "numbers", "languages", "tools")
"""What is written first, whatever it is."""

_FACTS = "select doc_id, key, answers from kb_doc where site_id = %(site)s and kind = 'fact' order by doc_id"
_ASKED = f"select doc_id, language, body from kb_chunk where {HERE} and kind = 'fact' order by doc_id, position"
_FILES = "select path, content from site_file where site_id = %s and (path like 'knowledge/%%' or path like 'tools/%%.py')"
_TOOLS = "select name, declaration::text from site_tool where site_id = %s order by name"
_DOCUMENTS = "select key, title, url, origin from kb_doc where site_id = %s and kind = 'document' order by key"


class ExportError(ValueError):
    """There is nothing to export, or nowhere to put it."""


async def files_of(rows: Rows, site: SiteId) -> tuple[dict[str, str], int]:
    """(path -> content, documents that are not among them: still being read, or another machine's). ExportError."""
    row = await site_rows.read(rows, site)
    if row is None:
        raise ExportError(f"there is no site {site}: bin/haazir sites list shows those there are")
    files = {"site.toml": dumps(settings_of(row))}
    facts = await _facts(rows, site)
    if facts:
        files["facts.toml"] = dumps(facts)
    for name, text in await (await rows.execute(_TOOLS, [site])).fetchall():
        declaration: dict[str, Any] = msgspec.json.decode(text)
        if declaration.get("kind") != "python":
            files |= _tool(name, {field: value for field, value in declaration.items() if field != "name"})
    files |= dict(await (await rows.execute(_FILES, [site])).fetchall())
    if sayings := await lexicon_rows.read(rows, site):
        files[LEXICON] = table(sayings)
    documents = await (await rows.execute(_DOCUMENTS, [site])).fetchall()
    by_api = await written_out(rows, await active(rows, site)) if any(row[3] == "api" for row in documents) else {}
    files |= {path_of(key): document.text for key, document in by_api.items()}
    there = [row for row in documents if path_of(row[0]) in files]
    if about := {key: named for key, title, url, _ in there if (named := _named(key, title, url, files[path_of(key)]))}:
        files[f"knowledge/{DOCUMENTS}"] = dumps(about)
    return files, len(documents) - len(there)


def _tool(name: str, declaration: Mapping[str, Any]) -> dict[str, str]:
    """(path -> content): TOML has no null."""
    try:
        return {f"tools/{name}.toml": dumps(declaration)}
    except TypeError:
        return {f"tools/{name}.json": msgspec.json.format(msgspec.json.encode(declaration), indent=2).decode() + "\n"}


def _named(key: str, title: str, url: str, text: str) -> dict[str, str]:
    """What a document's text does not say of it."""
    return ({"title": title} if title != title_of(key, text) else {}) | ({"url": url} if url else {})


def settings_of(row: SiteRow) -> dict[str, Any]:
    """Of site.toml: what is not as it would be anyway; the agent's own lines always, for they are there to be changed."""
    form = form_of(row.site)
    usual = form_of(site_of({"site_id": row.site.site_id, "name": row.site.name}))
    first = {"tools": list(row.tools)} | {name: form[name] for name in FIRST if name in form}
    phrases = {language: {name: line for name, line in lines.items() if line} for language, lines in form["phrases"].items()}
    return {name: first[name] for name in FIRST} | _other_than(form, usual) | {"phrases": phrases}


def _other_than(form: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    other: dict[str, Any] = {}
    for name, value in form.items():
        was = usual.get(name)
        if isinstance(value, Mapping) and isinstance(was, Mapping):
            if inner := _other_than(value, was):
                other[name] = inner
        elif value != was:
            other[name] = value
    return other


async def _facts(rows: Rows, site: SiteId) -> dict[str, Any]:
    generation = await active(rows, site)
    asked: dict[int, dict[str, list[str]]] = {}
    for doc_id, language, body in await (await rows.execute(_ASKED.encode(), generation.place)).fetchall():
        asked.setdefault(doc_id, {}).setdefault(language, []).append(body)
    found = await (await rows.execute(_FACTS, {"site": site})).fetchall()
    return {key: {**answers, "ask": asked.get(doc_id, {})} for doc_id, key, answers in found}


def write(folder: Path, files: Mapping[str, str]) -> None:
    """ExportError if something is there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(f"{folder} is there and not empty: name a new folder")
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


async def _run(site: SiteId, folder: Path, settings: Settings) -> str:
    async with Database(settings, connections=1, wait_s=5.0) as database, database.as_site(site) as rows:
        files, others = await files_of(rows, site)
    write(folder, files)
    told = f"{counted(len(files), 'file')} written to {folder}"
    left = f"; {counted(others, 'document')} left out: still being read, or another machine's" if others else ""
    return told + left


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kb_api.export", description="Writes a site as a folder.")
    parser.add_argument("site")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()

    def work() -> str:
        return asyncio.run(_run(SiteId(options.site), options.folder, load()))

    return run(work, "the site can't be exported", ExportError, OSError)


if __name__ == "__main__":
    sys.exit(main())
