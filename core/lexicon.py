"""How a site wants its words said: the lines of its lexicon, and the table that people keep them in. ◆

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
WORD = r"^[^\x00-/:-@\[-`{-\x7f][^\x00-\x1f\x7f/\\?#%]{0,63}$"
"""It begins with no sign, and can stand in a path. (Not \\w: in the regular expressions of JSON Schema that is ASCII only.)"""

Tongue = Literal["hi", "pa", "en"]
"""The language of a sentence as it is said: Hinglish is Hindi."""
Word = Annotated[str, Meta(pattern=WORD, description="As it is written: a word or a few; capitals are as small letters")]
Say = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_SAYING, description="Said in its place; best in the language's own script")
]
InTongue = Annotated[
    Tongue,
    Meta(description="Only in sentences of this language (hi: Hinglish, too); left out: in all that have no line of their own"),
]


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a lexicon, as `saying` makes it."""

    word: Word
    say: Say
    language: InTongue | None = None


class LexiconError(ValueError):
    """A line that can't be used: the message says why and what to do."""


def as_compared(word: str) -> str:
    """ "  Mi  TV" -> "mi tv": what two spellings of the same word have in common."""
    return " ".join(unicodedata.normalize("NFC", re.sub("[\u200c\u200d]", "", word)).lower().split())


def saying(word: str, say: str, language: Tongue | None = None) -> Saying:
    """LexiconError for a word that can't be one, or with nothing to say."""
    plain, said = as_compared(word), " ".join(say.split())
    if not re.search(WORD, plain) or not plain[0].isalnum():
        raise LexiconError(
            f"{plain[:LONGEST_WORD]!r}: a word begins with a letter or a digit and has {LONGEST_WORD} characters at most, "
            "none of / \\ ? # %"
        )
    if len(said) > LONGEST_SAYING or not any(letter.isalnum() for letter in said):
        raise LexiconError(f"{plain!r}: what is said has {LONGEST_SAYING} characters at most, and letters among them")
    return Saying(word=plain, say=said, language=language)


def parse(table: str) -> tuple[Saying, ...]:
    """The lines of a table, in their order. LexiconError for one that is not as described, or says a word twice."""
    numbered = enumerate(table.removeprefix("\ufeff").splitlines(), 1)
    lines = [(f"line {number}", _line(number, line)) for number, line in numbered if line.strip() and line[0] != "#"]
    return each_once(lines)


def each_once(lines: Iterable[tuple[str, Saying]]) -> tuple[Saying, ...]:
    """(its place, a line). LexiconError for a second line of a word and language, or too many."""
    kept: dict[tuple[str, Tongue | None], Saying] = {}
    for place, line in lines:
        if kept.setdefault((line.word, line.language), line) is not line:
            raise LexiconError(f"{place}: {line.word!r} is there before: one line for each word and language")
    if len(kept) > MOST_WORDS:
        raise LexiconError(f"there are {len(kept)} lines; a site may have {MOST_WORDS}")
    return tuple(kept.values())


def _line(number: int, line: str) -> Saying:
    word, say, language, *more = (*(field.strip() for field in line.split("\t")), "", "")
    if (more and any(more)) or not (word and say):
        raise LexiconError(f"line {number}: write the word, a tab, what to say; perhaps a tab and the language")
    if language and language not in get_args(Tongue):
        raise LexiconError(f"line {number}: language {language!r}: there are {', '.join(get_args(Tongue))}, or none for all")
    try:
        return saying(word, say, msgspec.convert(language or None, Tongue | None))
    except LexiconError as error:
        raise LexiconError(f"line {number}: {error}") from error


def table(sayings: Iterable[Saying]) -> str:
    """The lines as `parse` reads them, in order of their words."""
    rows = sorted((each.word, each.language or "", each.say) for each in sayings)
    return "".join("\t".join((word, say, language)).rstrip("\t") + "\n" for word, language, say in rows)
