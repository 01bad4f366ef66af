"""What owners send and get of their lexicon, with the words that /openapi.json says of it. ◆"""

from typing import Annotated

import msgspec
from msgspec import Meta

from core.http.shapes import Instant, Next
from core.lexicon import MOST_WORDS, InTongue, Say, Saying, Tongue, Word

Table = Annotated[str, Meta(max_length=600_000, description="A line per word: word, tab, what to say; perhaps tab, language")]


class NewSaying(msgspec.Struct, frozen=True, kw_only=True):
    say: Say
    language: InTongue | None = None
    word: Word | None = None
    """The one in the path; may be left out."""


class SayingDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the site's, and how it is said."""

    word: Annotated[str, Meta(description="In small letters")]
    say: str
    language: Tongue | None
    origin: Annotated[str, Meta(description="`folder`: from lexicon.tsv of the site's folder, which writes it again; else `api`")]
    updated_at: Instant


class SayingList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[SayingDetails]
    next_cursor: Next


class WholeLexicon(msgspec.Struct, frozen=True, kw_only=True):
    """All words of a site's: as `words`, or as the `table` that a spreadsheet gives."""

    words: Annotated[tuple[Saying, ...], Meta(max_length=MOST_WORDS)] | None = None
    table: Table | None = None


class LexiconWritten(msgspec.Struct, frozen=True, kw_only=True):
    words: Annotated[int, Meta(description="That the lexicon has now")]
    changed: Annotated[int, Meta(description="Lines that were written or deleted")]
