"""Where a site's knowledge lives when it lives elsewhere: Machine A's database, which columns we read, and how gently. ◆

    {"host": "10.0.0.5", "database": "chatbot", "user": "haazir_reader", "secret": "machine-a",
     "columns": {"preset": "llama-index", "table": "data_shop"}}

Configured by `PUT /v1/sites/{site_id}/knowledge-source`, kept in knowledge_source.origin. The password is in the vault.
"""

import hashlib
import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.sites import Embedding

Name = Annotated[str, Meta(max_length=63)]
"""A PostgreSQL identifier, as it is: always sent quoted."""
Place = Annotated[str, Meta(max_length=200)]
"""A column, or a field of a JSON column: `title`, `metadata_->>title`."""

Preset = Literal["columns", "llama-index", "langchain"]


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which table, and what is what in it. A preset fills in what is left empty."""

    preset: Preset = "columns"
    """llama-index: PGVectorStore's `data_<name>`. langchain: `langchain_pg_embedding`. columns: name them below."""
    schema: Name = "public"
    table: Name = ""
    key: Name = ""
    """Unique and indexed: the table is read in its order, a page at a time."""
    text: Name = ""
    embedding: Name = ""
    changed: Name = ""
    """When a row was last written (updated_at), with an index: news is then seen within seconds. Empty: by the sweep."""
    title: tuple[Place, ...] = ()
    """The first of these that is not null."""
    url: tuple[Place, ...] = ()
    document: tuple[Place, ...] = ()
    """What pieces of one document have in common; nothing: each row is a document of its own."""
    only: dict[Name, str] = {}
    """Rows with these values alone: {"collection_id": "…"}, where a table holds more than this site's."""


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that we may ask of Machine A. The brake takes from it, nothing adds to it."""

    rows_per_s: Annotated[float, Meta(gt=0, le=10_000)] = 200.0
    """Whole rows, with text and vector."""
    keys_per_s: Annotated[float, Meta(gt=0, le=100_000)] = 4000.0
    """Rows looked at for their version alone: no text, no vector."""
    bytes_per_s: Annotated[float, Meta(gt=0, le=100_000_000)] = 1_000_000.0
    busy: Annotated[float, Meta(gt=0, le=1)] = 0.1
    """Share of the time in which a statement of ours may be running there."""
    sweep_s: Annotated[float, Meta(ge=1, le=86_400)] = 300.0
    """From the end of one look through the whole table to the start of the next."""
    news_s: Annotated[float, Meta(ge=1, le=86_400)] = 10.0
    """From one look for news to the next, where there is a quick way to see it."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Machine A, as far as we need to know it."""

    host: Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")]
    """A name or an address. No socket path: whoever configures this must not reach into our own machine's files."""
    database: Annotated[str, Meta(min_length=1, max_length=63)]
    user: Annotated[str, Meta(min_length=1, max_length=63)]
    """A role that may only read: GRANT SELECT, CONNECTION LIMIT 2 (docs/machine-a.md)."""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 5432
    secret: Annotated[str, Meta(max_length=64)] = ""
    """Name of the password in the site's vault; empty: none is needed."""
    tls: Literal["disable", "prefer", "require", "verify-full"] = "prefer"
    columns: Columns
    health_url: Annotated[str, Meta(max_length=500, pattern=r"^(https?://.*)?$")] = ""
    """An address of A's that is as quick as A is; empty: a small SELECT is timed."""
    budget: Budget = Budget()


class OriginError(ValueError):
    """The configuration makes no sense: the message says what is missing."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Columns with nothing left open."""

    schema: str
    table: str
    key: str
    text: str
    embedding: str
    changed: str
    title: tuple[str, ...]
    url: tuple[str, ...]
    document: tuple[str, ...]
    only: dict[str, str]
    grows: bool
    """Keys of new rows are larger than all before, and a row is never edited in place."""


_PRESETS: dict[Preset, dict[str, str | tuple[str, ...]]] = {
    "columns": {},
    "llama-index": {
        "key": "id",
        "text": "text",
        "embedding": "embedding",
        "title": ("metadata_->>title", "metadata_->>file_name"),
        "url": ("metadata_->>url", "metadata_->>URL", "metadata_->>source"),
        "document": ("metadata_->>ref_doc_id", "metadata_->>doc_id"),
    },
    "langchain": {
        "table": "langchain_pg_embedding",
        "key": "id",
        "text": "document",
        "embedding": "embedding",
        "title": ("cmetadata->>title", "cmetadata->>source"),
        "url": ("cmetadata->>url", "cmetadata->>source"),
        "document": ("cmetadata->>doc_id", "cmetadata->>source"),
    },
}
_NEEDED = ("table", "key", "text", "embedding")
_PLACE = re.compile(r"^(?P<column>[^>]+?)(?:->>(?P<field>[^>]+))?$")


def source_of(columns: Columns) -> Source:
    """The preset filled in. OriginError."""
    preset = _PRESETS[columns.preset]
    named = {name: getattr(columns, name) for name in columns.__struct_fields__ if name != "preset"}
    filled = {name: value or preset.get(name, value) for name, value in named.items()}
    if missing := [name for name in _NEEDED if not filled[name]]:
        raise OriginError(f"columns.{missing[0]} is missing; a preset (llama-index, langchain) knows its own")
    for place in (*filled["title"], *filled["url"], *filled["document"], *filled["only"]):
        split(place)
    return Source(**filled, grows=columns.preset == "llama-index")


def split(place: str) -> tuple[str, str]:
    """metadata_->>title -> ("metadata_", "title"); title -> ("title", ""). OriginError."""
    match = _PLACE.match(place.strip())
    if match is None:
        raise OriginError(f"{place!r} is neither a column nor column->>field")
    return match["column"].strip(), (match["field"] or "").strip().strip("'")


def model_of(embedding: Embedding) -> str:
    """Names a model: vectors of two names never meet."""
    return f"{embedding.base_url} {embedding.model}".strip()


def identity(origin: Origin, model: str) -> str:
    """Of what a copy is a copy. Another table or another model is another copy: vectors of two models never meet."""
    source = source_of(origin.columns)
    parts = [origin.host, origin.port, origin.database, source.schema, source.table, source.key, source.text, source.embedding]
    return hashlib.sha256(msgspec.json.encode([*parts, sorted(source.only.items()), model])).hexdigest()[:32]
