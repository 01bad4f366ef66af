"""A site as a folder, read and checked: what `haazir sites apply` brings into the database, and `export` writes.

    site.toml        settings (core.sites.Site) and the names of its `tools`; site_id and name are enough
    facts.toml       [key] an answer per language, [key.ask] ways to ask for it
    knowledge/*.md   documents; knowledge/documents.toml their titles and pages, where these are others than the text says
    tools/*.toml     tools over HTTP, OpenAPI or MCP (brain.tools.declaration), or *.json: it has a null
    tools/*.py       tools in Python
    lexicon.tsv      how its own words are said (core.lexicon)

Only site.toml must be there. Every complaint names the file, the place in it, and what to do.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec

from brain.knowledge.write import Doc
from brain.stock import BUILT_IN, USUAL_TOOLS, stock
from brain.tools.declaration import Declaration
from brain.tools.declaring import flaws
from brain.tools.scenario import ScenarioError, declared_in
from core import places
from core.lexicon import LexiconError, Saying
from core.lexicon import parse as parse_lexicon
from core.public_address import Network
from core.site_form import SiteInvalid, site_of
from core.sites import LANGUAGES, Language, Site

KEY = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
"""Of facts and documents: it is their id in the API."""
DOCUMENTS = "documents.toml"
LEXICON = "lexicon.tsv"
DOCUMENT_LIMIT = 16 * 2**20
"""Bytes."""


class SiteFolderError(ValueError):
    """The folder is not a site's: the message names the file, the place and what to do."""


class AboutDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    title: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Empty: its first heading."""
    url: Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^(https?://\S+)?$")] = ""
    """The page that it is, for citations."""


@dataclass(frozen=True, slots=True)
class SiteFolder:
    site: Site
    tools: tuple[str, ...]
    """Names of those it allows."""
    docs: tuple[Doc, ...]
    """Its facts, the ways to ask for its own tools, and what every site understands (brain.stock)."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """Key -> Markdown."""
    about: Mapping[str, AboutDocument] = field(default_factory=dict)
    """Of some of them."""
    declarations: tuple[Declaration, ...] = ()
    scenarios: Mapping[str, str] = field(default_factory=dict)
    """File name -> Python."""
    sayings: tuple[Saying, ...] = ()


def read_folder(folder: Path, allowed: Sequence[Network] = ()) -> SiteFolder:
    """`allowed`: private networks that its tools may reach. SiteFolderError for what can't be read or makes no sense."""
    if not (folder / "site.toml").is_file():
        raise SiteFolderError(
            f"{folder / 'site.toml'} is missing, so this is no site's folder. The smallest one has two lines: "
            'site_id = "my-shop" and name = "My Shop"; see demo/site for a large one'
        )
    about = _toml(folder / "site.toml")
    declarations, scenarios = _declared(folder / "tools", allowed)
    own = tuple(declaration.name for declaration in declarations)
    tools = _tools(folder / "site.toml", about.pop("tools", [*USUAL_TOOLS, *own]), own)
    try:
        site = site_of(about)
    except SiteInvalid as error:
        raise SiteFolderError(f"{folder / 'site.toml'}: {error}") from error
    docs = [*_facts(folder / "facts.toml"), *_asked(declarations, tools), *stock(tools)]
    documents = _documents(folder / "knowledge")
    about = _about(folder / "knowledge" / DOCUMENTS, documents)
    sayings = _lexicon(folder / LEXICON)
    return SiteFolder(site, tools, tuple(docs), documents, about, declarations, scenarios, sayings)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SiteFolderError(f'{path}: {error}. TOML wants key = "value", texts in quotes') from error
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFolderError(f"{path}: {error}") from error


def _lexicon(path: Path) -> tuple[Saying, ...]:
    try:
        return parse_lexicon(path.read_text("utf-8")) if path.exists() else ()
    except (OSError, UnicodeDecodeError, LexiconError) as error:
        raise SiteFolderError(f"{path}: {error}") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise SiteFolderError(f"{path}: {error}. It must be one JSON object") from error


def _tools(path: Path, given: Any, own: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise SiteFolderError(f"{path}: tools: must be a list of names in quotes")
    if unknown := [name for name in given if name not in BUILT_IN and name not in own]:
        there_are = ", ".join((*BUILT_IN, *own))
        raise SiteFolderError(
            f"{path}: tools: no tool {unknown[0]!r}; there are {there_are}. Declare it in tools/{unknown[0]}.toml"
        )
    return tuple(dict.fromkeys(given))


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _facts(path: Path) -> list[Doc]:
    return [_fact(path, key, fact) for key, fact in (_toml(path) if path.exists() else {}).items()]


def _fact(path: Path, key: str, fact: Any) -> Doc:
    place = f"{path}: [{key}]"
    if not KEY.match(key):
        raise SiteFolderError(f"{place} is no key: letters, digits, - and _, 64 at most")
    if not isinstance(fact, dict) or not isinstance(fact.get("ask"), dict) or not any(fact["ask"].values()):
        raise SiteFolderError(f'{place} has no [{key}.ask]: nobody could ask for it. Add: ask.en = ["…"]')
    answers = {language: text for language, text in fact.items() if language != "ask"}
    try:
        msgspec.convert(answers, dict[Language, str])
        ask = msgspec.convert(fact["ask"], dict[Language, list[str]])
    except msgspec.ValidationError as error:
        where, words = places.complaint(error)
        raise SiteFolderError(
            f"{place}: {f'{where}: ' if where else ''}{words} (languages are {', '.join(LANGUAGES)})"
        ) from error
    if not answers:
        raise SiteFolderError(f'{place} has no answer. Add: en = "…"')
    if places.nul([answers, ask]) is not None or not all(
        text.strip() for texts in (answers.values(), *ask.values()) for text in texts
    ):
        raise SiteFolderError(f"{place} has an empty text in it, or a NUL character")
    return Doc("fact", key, answers, ask)


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _documents(folder: Path) -> dict[str, str]:
    documents = {}
    for path in sorted(folder.glob("*.md")):
        if not KEY.match(path.stem):
            raise SiteFolderError(f"{path}: a document's name has letters, digits, - and _, 64 at most: rename the file")
        if path.stat().st_size > DOCUMENT_LIMIT:
            raise SiteFolderError(f"{path} has more than {DOCUMENT_LIMIT // 2**20} MB: cut it into several files")
        try:
            documents[path.stem] = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise SiteFolderError(f"{path}: {error}. Save it as UTF-8") from error
    return documents


def _about(path: Path, documents: Mapping[str, str]) -> dict[str, AboutDocument]:
    about = {}
    for key, given in (_toml(path) if path.exists() else {}).items():
        if key not in documents:
            raise SiteFolderError(f"{path}: [{key}] is about no document: there is no {key}.md beside it")
        try:
            about[key] = msgspec.convert(given, AboutDocument)
        except msgspec.ValidationError as error:
            raise SiteFolderError(f"{path}: [{key}]: {error}. It has title and url") from error
    return about


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _declared(folder: Path, allowed: Sequence[Network]) -> tuple[tuple[Declaration, ...], dict[str, str]]:
    found: dict[str, Declaration] = {}
    scenarios = {path.name: path.read_text() for path in sorted(folder.glob("*.py"))}
    try:
        paths = sorted([*folder.glob("*.toml"), *folder.glob("*.json")])
        each = [(path, _declaration(path)) for path in paths]
        each += [(path, declaration) for path in sorted(folder.glob("*.py")) for declaration in declared_in(path)]
    except ScenarioError as error:
        raise SiteFolderError(f"{error}. Its code runs when it is applied, so it must be importable") from error
    for path, declaration in each:
        if wrong := flaws(declaration, allowed, ours=BUILT_IN):
            place, words = wrong[0]
            raise SiteFolderError(f"{path}: {place}: {words}")
        if declaration.name in found:
            raise SiteFolderError(f"{path}: there is another tool named {declaration.name!r}: rename one of them")
        found[declaration.name] = declaration
    return tuple(found.values()), scenarios


def _declaration(path: Path) -> Declaration:
    given = {"name": path.stem, **(_json(path) if path.suffix == ".json" else _toml(path))}
    try:
        return msgspec.convert(given, Declaration)
    except msgspec.ValidationError as error:
        place, words = places.complaint(error, Declaration)
        raise SiteFolderError(f"{path}: {f'{place}: ' if place else ''}{words}. docs/tools.md has every field") from error


def _asked(declarations: Iterable[Declaration], tools: Sequence[str]) -> list[Doc]:
    return [Doc("action", each.name, {}, each.utterances) for each in declarations if each.utterances and each.name in tools]
