"""Loads a site's folder into the database: `python -m brain.apply demo/site`. What is unchanged is not embedded again.

site.toml    core.sites.Site, and `tools`        facts.toml   [key] answers per language, [key.ask] ways to ask
"""

import asyncio
import json
import logging
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from brain import elsewhere
from brain.knowledge.embed import MODEL, MiniLM
from brain.knowledge.embedders import Embedders, EmbeddingAway
from brain.knowledge.generation import open_for_writing
from brain.knowledge.write import Doc, drop_docs, put_docs
from brain.small_talk import SMALL_TALK
from brain.tools.registry import UTTERANCES
from core.db import Database, DatabaseAway, Rows
from core.ids import SiteId
from core.keys import key_mac
from core.settings import Settings, SettingsError, load
from core.sites import LANGUAGES, Language, Site
from core.telemetry import set_up_logging

log = logging.getLogger(__name__)


class SiteFolderError(ValueError):
    """The folder is not a site's: the message names the file, the place and what is wrong."""


@dataclass(frozen=True, slots=True)
class SiteFolder:
    site: Site
    tools: tuple[str, ...]
    docs: tuple[Doc, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    added_or_changed: int
    removed: int
    unchanged: int


def read_folder(folder: Path) -> SiteFolder:
    """SiteFolderError for what can't be read or makes no sense."""
    about = _toml(folder / "site.toml")
    tools = tuple(about.pop("tools", UTTERANCES))
    if unknown := sorted(set(tools) - set(UTTERANCES)):
        raise SiteFolderError(f"{folder / 'site.toml'}: no tool {unknown[0]!r}; there are {', '.join(UTTERANCES)}")
    try:
        site = msgspec.convert(about, Site)
    except msgspec.ValidationError as error:
        raise SiteFolderError(f"{folder / 'site.toml'}: {error}") from error
    if site.language not in site.phrases:
        raise SiteFolderError(f"{folder / 'site.toml'}: no [phrases.{site.language}], the site's first language")
    docs = [_fact(folder / "facts.toml", key, fact) for key, fact in _toml(folder / "facts.toml").items()]
    docs += [Doc("action", name, {}, UTTERANCES[name]) for name in tools]
    docs += [Doc("action", name, talk.answers, talk.utterances) for name, talk in SMALL_TALK.items()]
    docs.append(Doc("action", elsewhere.ELSEWHERE, {}, elsewhere.UTTERANCES))
    return SiteFolder(site, tools, tuple(docs))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteFolderError(f"{path}: {error}") from error


def _fact(path: Path, key: str, fact: Any) -> Doc:
    place = f"{path}: [{key}]"
    if not isinstance(fact, dict) or not isinstance(fact.get("ask"), dict):
        raise SiteFolderError(f"{place} has no [{key}.ask]: nobody could ask for it")
    answers = {language: text for language, text in fact.items() if language != "ask"}
    try:
        msgspec.convert(answers, dict[Language, str])
        ask = msgspec.convert(fact["ask"], dict[Language, list[str]])
    except msgspec.ValidationError as error:
        raise SiteFolderError(f"{place}: {error} (languages are {', '.join(LANGUAGES)})") from error
    if not answers:
        raise SiteFolderError(f"{place} has no answer")
    return Doc("fact", key, answers, ask)


_STORED = "select kind, key, content_sha256, origin from kb_doc where site_id = %s and kind <> 'document'"


async def apply(folder: SiteFolder, settings: Settings, database: Database, model: MiniLM | Embedders) -> Applied:
    """All of it in one transaction: a caller meets the old site or the new one. Facts that were added through the API stay.
    DatabaseAway; EmbeddingAway; SiteFolderError for a number that another site has."""
    site = folder.site
    embedders = model if isinstance(model, Embedders) else Embedders(model)
    async with database.as_site(site.site_id) as rows:
        await _write_site(rows, folder)
        await _write_key(rows, site.site_id, settings)
        generation = await open_for_writing(rows, site.site_id)
        stored = await (await rows.execute(_STORED, [site.site_id])).fetchall()
        have = {(kind, key): bytes(digest) for kind, key, digest, _ in stored}
        changed = [doc for doc in folder.docs if have.get((doc.kind, doc.key)) != doc.digest]
        gone = {(kind, key) for kind, key, _, origin in stored if origin == "folder"} - {
            (doc.kind, doc.key) for doc in folder.docs
        }
        if changed or gone:
            await drop_docs(rows, generation, gone)
            await put_docs(rows, generation, changed, await embedders.of(rows, site.site_id, generation.embedding))
    return Applied(len(changed), len(gone), len(folder.docs) - len(changed))


async def _write_site(rows: Rows, folder: SiteFolder) -> None:
    site = folder.site
    values = [site.site_id, site.name, msgspec.json.encode(site).decode(), json.dumps(folder.tools), MODEL]
    await rows.execute(
        "insert into site (site_id, name, settings, tools, embedding_model) values (%s, %s, %s, %s, %s) "
        "on conflict (site_id) do update set name = excluded.name, settings = excluded.settings, tools = excluded.tools, "
        "embedding_model = excluded.embedding_model, updated_at = now()",
        values,
    )
    await rows.execute("delete from site_number where number <> all(%s)", [list(site.numbers)])
    for number in site.numbers:
        values = [number, site.site_id]
        await rows.execute("insert into site_number (number, site_id) values (%s, %s) on conflict do nothing", values)
    have = {number for (number,) in await (await rows.execute("select number from site_number")).fetchall()}
    if taken := sorted(set(site.numbers) - have):
        raise SiteFolderError(f"number {taken[0]} belongs to another site")


async def _write_key(rows: Rows, site: SiteId, settings: Settings) -> None:
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


async def _apply_folder(path: Path, settings: Settings) -> Applied:
    folder = read_folder(path)
    async with Database(settings, connections=1, wait_s=5.0) as database:
        return await apply(folder, settings, database, MiniLM())


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m brain.apply FOLDER   (such as demo/site)\n")
        return 2
    try:
        settings = load()
        set_up_logging(settings.log_level)
        applied = asyncio.run(_apply_folder(Path(sys.argv[1]), settings))
    except (SettingsError, SiteFolderError, DatabaseAway, EmbeddingAway, FileNotFoundError, psycopg.Error) as error:
        sys.stderr.write(f"haazir: the site can't be loaded: {str(error).strip()}\n")
        return 1
    log.info("= site is loaded", extra={name: getattr(applied, name) for name in Applied.__dataclass_fields__})
    return 0


if __name__ == "__main__":
    sys.exit(main())
