"""How a site wants its words said: the lines of its lexicon, and the table that people keep them in.

lexicon.tsv     Xiaomi <TAB> शाओमी              in every language
                route  <TAB> root  <TAB> en      in English sentences
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

MOST_WORDS = 2000
"""Of one site."""
LONGEST_WORD = 64
LONGEST_SAYING = 200
WORD = r"^[^\W_][^\x00-\x1f\x7f/\\?#%]{0,63}$"
"""It begins with a letter or a digit, and can stand in a path."""

Tongue = Literal["hi", "pa", "en"]
"""The language of a sentence as it is said: Hinglish is Hindi."""
Word = Annotated[str, Meta(pattern=WORD, description="As it is written: a word or a few; capitals are as small letters")]
Say = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_SAYING,
        pattern=r"\w",
        description="What is said in its place, best in the language's own script",
    ),
]
InTongue = Annotated[
    Tongue | None,
    Meta(description="Only in sentences of this language (hi is Hinglish, too); left out: in all that have no line of their own"),
]


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a lexicon. `word` as `as_compared` gives it."""

    word: Word
    say: Say
    language: InTongue = None


class LexiconError(ValueError):
    """The table can't be read: the message names the line and what to do."""


def as_compared(word: str) -> str:
    """ "  Mi  TV" -> "mi tv": what two spellings of the same word have in common."""
    return " ".join(unicodedata.normalize("NFC", re.sub("[\u200c\u200d]", "", word)).lower().split())


def parse(table: str) -> tuple[Saying, ...]:
    """The lines of a table, in their order. LexiconError for one that is not as described, or says a word twice."""
    sayings: dict[tuple[str, Tongue | None], Saying] = {}
    for number, line in enumerate(table.lstrip("\ufeff").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            saying = _line(number, line)
            if sayings.setdefault((saying.word, saying.language), saying) is not saying:
                raise LexiconError(f"line {number}: {saying.word!r} is there before: one line for each word and language")
    if len(sayings) > MOST_WORDS:
        raise LexiconError(f"there are {len(sayings)} lines; a site may have {MOST_WORDS}")
    return tuple(sayings.values())


def _line(number: int, line: str) -> Saying:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) not in (2, 3) or not all(fields[:2]):
        raise LexiconError(f"line {number}: write the word, a tab, what to say; perhaps a tab and the language")
    word, say, language = (*fields, "")[:3]
    if language and language not in get_args(Tongue):
        raise LexiconError(f"line {number}: language {language!r}: there are {', '.join(get_args(Tongue))}, or none for all")
    try:
        return msgspec.convert({"word": as_compared(word), "say": say, "language": language or None}, Saying)
    except msgspec.ValidationError as error:
        what = f"a word begins with a letter or a digit and has {LONGEST_WORD} characters at most, no / \\ ? # %"
        raise LexiconError(f"line {number}: {what}; what is said has {LONGEST_SAYING}") from error


def table(sayings: Iterable[Saying]) -> str:
    """The lines as `parse` reads them, in order of their words."""
    rows = sorted((each.word, each.language or "", each.say) for each in sayings)
    return "".join("\t".join((word, re.sub(r"\s+", " ", say), *filter(None, [language]))) + "\n" for word, language, say in rows)
