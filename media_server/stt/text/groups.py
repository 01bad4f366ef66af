"""A transcript's words, and the groups of them that stand for digits or letters. ◆

"double nine"  "do hazaar paanch sau"  "twenty five"  "D for Delhi"   ->   99 · 2500 · 25 · D
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from core.amounts import Token, amount_at
from core.number_words import POINT, TIMES
from core.script import latin, sounded
from media_server.stt.text.words import BORROWED, FOR, JOINTS, LETTERS, NEVER, ORDINALS, REPEATS, ZERO_LETTERS

_MARKS = ".,!?;:…।॥\"'“”‘’()[]"
_FIGURES = re.compile(r"\+?\d+|\d+(?:,\d+)*(?:\.\d+)?")
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Word:
    written: str
    bare: str
    """Without the marks around it, figures of any script as 0 to 9."""
    said: Token
    """In the one spelling; figures as a number."""
    mark: str
    """What it ends with."""


class Kind(Enum):
    DIGIT = auto()
    """One, or one repeated: "double nine"."""
    PAIR = auto()
    """A word, or two, for 10 to 99."""
    FIGURES = auto()
    """Several digits that the recogniser wrote as such."""
    AMOUNT = auto()
    """With a hundred, a thousand, a lakh in it."""
    FRACTION = auto()
    LETTER = auto()
    JOINT = auto()
    """A dash or slash, said as a word."""


@dataclass(frozen=True, slots=True)
class Group:
    kind: Kind
    text: str
    start: int
    end: int
    """Which of the words it is."""


def ascii_figures(text: str) -> str:
    """१२ and ੧੨ as 12."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)


def read(words: Sequence[str]) -> list[Word]:
    """The words of a transcript; "twenty-five" is two of them."""
    return [_word(part) for word in words for part in _apart(word)]


def _apart(word: str) -> list[str]:
    parts = word.split("-")
    numbers = len(parts) > 1 and all(part and amount_at([sounded(part.strip(_MARKS).lower())], 0) for part in parts[:-1])
    last = sounded(parts[-1].strip(_MARKS).lower())
    return parts if numbers and not word[0].isdecimal() and (last in ORDINALS or amount_at([last], 0)) else [word]


def _word(written: str) -> Word:
    bare = ascii_figures(written.strip(_MARKS))
    mark = written[len(written.rstrip(_MARKS)) :]
    if _FIGURES.fullmatch(bare):
        return Word(written, bare, float(bare.replace(",", "")), mark)
    if bare in NEVER:
        return Word(written, bare, "", mark)
    small = BORROWED.get(bare) or latin(bare.replace("ः", "")).lower()
    return Word(written, bare, sounded(small), mark)


def group_at(words: Sequence[Word], said: Sequence[Token], at: int, before: Group | None) -> Group | None:
    """The group that begins there. `said`: of all the words. `before`: the group that ends there."""
    word = words[at]
    between_digits = before is not None and before.kind in (Kind.DIGIT, Kind.PAIR) and _digit(words, at + 1) is not None
    if word.bare.lower() in ZERO_LETTERS and between_digits:
        return Group(Kind.DIGIT, "0", at, at + 1)
    if word.said == "do" and word.bare.isascii() and before is not None and before.kind is Kind.FIGURES:
        return None  # "12345 do": who writes figures would have written 2
    if (repeated := _repeated(words, at)) is not None:
        return repeated
    if said[at : at + 3] in (["one", "eight", "hundred"], [1.0, 8.0, "hundred"], ["one", "eit", "hundred"]):
        return Group(Kind.FIGURES, "1800", at, at + 3)
    if isinstance(word.said, float) and not _goes_on(said, at):
        kind = Kind.FRACTION if "." in word.bare else Kind.DIGIT if len(word.bare) == 1 else Kind.FIGURES
        return Group(kind, word.bare.replace(",", ""), at, at + 1)
    return _letter(words, at) or _joint(words, at, before) or _amount(said, at)


def _goes_on(said: Sequence[Token], at: int) -> bool:
    return at + 1 < len(said) and (said[at + 1] in TIMES or said[at + 1] in POINT)


def _digit(words: Sequence[Word], at: int) -> str | None:
    if at >= len(words):
        return None
    word = words[at]
    if isinstance(word.said, float):
        return word.bare if len(word.bare) == 1 else None
    amount = amount_at([word.said], 0)
    return f"{amount.value:.0f}" if amount is not None and amount.value in range(10) else None


def _repeated(words: Sequence[Word], at: int) -> Group | None:
    times = REPEATS.get(str(words[at].said), 0)
    if not times or at + 1 == len(words):
        return None
    if times == 2 and words[at + 1].bare.lower() == "u":
        return Group(Kind.LETTER, "W", at, at + 2)
    if (digit := _digit(words, at + 1)) is not None:
        return Group(Kind.DIGIT, digit * times, at, at + 2)
    letter = _letter(words, at + 1)
    return Group(Kind.LETTER, letter.text * times, at, at + 2) if letter is not None else None


def _letter(words: Sequence[Word], at: int) -> Group | None:
    bare = words[at].bare
    letter = bare.upper() if _LETTER.fullmatch(bare) else LETTERS.get(bare)
    if letter is None:
        return None
    named = words[at + 2].said if at + 2 < len(words) and words[at + 1].said in FOR else ""
    spelled_out = isinstance(named, str) and named[:1].upper() == letter
    return Group(Kind.LETTER, letter, at, at + (3 if spelled_out else 1))


def _joint(words: Sequence[Word], at: int, before: Group | None) -> Group | None:
    if before is None or before.kind is Kind.JOINT or words[at].said not in JOINTS:
        return None
    return Group(Kind.JOINT, JOINTS[str(words[at].said)], at, at + 1)


def _amount(said: Sequence[Token], at: int) -> Group | None:
    amount = amount_at(said, at)
    if amount is None:
        return None
    value = round(amount.value, 6)
    text = f"{value:.6f}".rstrip("0").removesuffix(".")
    if "." in text:
        kind = Kind.FRACTION
    elif any(word in TIMES for word in said[at : amount.end]):
        kind = Kind.AMOUNT
    else:
        kind = Kind.DIGIT if value < 10 else Kind.PAIR
    return Group(kind, text, at, amount.end)
