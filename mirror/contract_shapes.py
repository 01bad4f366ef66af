"""What we rely on at Machine A, and what was found when it was looked at. ◆"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Versions = Literal["xmin", "changed", "digest"]
"""What tells that a row was written again: PostgreSQL's own xmin, which costs nothing to read; where there is none (a view),
the column `changed`, or a digest that A has to compute."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    what: Annotated[str, Meta(description="What was looked at: connection, role, table, key, embedding, changed, model")]
    fits: Literal["yes", "no", "with_limits"]
    detail: Annotated[str, Meta(description="What was found, and how to mend it")]


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What we rely on. Kept when the source is first looked at."""

    server: Annotated[str, Meta(description="Its PostgreSQL's version")]
    relation: Literal["table", "view"]
    types: Annotated[dict[str, str], Meta(description="Type of each column that is read")]
    vector: Annotated[Literal["vector", "halfvec"], Meta(description="Type of its embeddings")]
    dimensions: int
    versions: Annotated[Versions, Meta(description="How we notice that a row was written again")]
    news: Annotated[Literal["changed", "key", "sweep"], Meta(description="How we notice what is new")]
    rows: Annotated[int, Meta(description="About how many rows it has, by its own statistics")]


def broken(agreed: Contract, now: Contract) -> str:
    """In what A is no longer as agreed; empty: it is."""
    for column, kind in agreed.types.items():
        if now.types.get(column) != kind:
            return f"column {column!r} was {kind} and is {now.types.get(column, 'gone')}"
    if (agreed.dimensions, agreed.vector) != (now.dimensions, now.vector):
        return f"vectors had {agreed.dimensions} dimensions ({agreed.vector}) and have {now.dimensions} ({now.vector})"
    return ""
