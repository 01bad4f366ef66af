"""A number in what somebody said, in words or figures, in four languages: "dhai lakh" -> 250000, "ਪੰਜਾਹ" -> 50. ◆

None if none is said, or several and none of them taken back: "do teen", "paanch ya chhe", "5 se 10" are not one number.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from brain.outbound.spelling import folded, phrase, spelt, words
from core.amounts import Amount, Token, amounts
from core.script import latin

_MOMENT = spelt("minute second sec moment baat bar baar baje bje vaje am pm o'clock")
_NONE = phrase("(ek|ik|koi) bhi nahin", "koi nahin", "kuchh nahin", "none", "nil", "not (any|one)", "not even one", "no one")
_TAKEN_BACK = spelt("nahin no not sorry matlab actually balki instead rather galti mean oh")
_TOKEN = re.compile(r"(\d+(?:\.\d+)?)(k\b)?|([^\W\d_]+(?:'[^\W\d_]+)?)", re.IGNORECASE)


def number_said(text: str, about: str = "") -> float | None:
    """The number that is meant, if it is one. `about`: the question; "do minute" answers only one about minutes."""
    said = tokens(text)
    found = [amount for amount in amounts(said) if not _in_passing(said, amount, spelt(about))]
    if not found:
        return 0.0 if _NONE.search(f" {' '.join(words(text))} ") else None
    if _NONE.search(f" {' '.join(map(str, said))} ") and all(amount.value == 1 for amount in found):
        return 0.0
    if len({amount.value for amount in found}) > 1 and not _taken_back(said, found):
        return None
    last = found[-1]
    return None if said[last.end : last.end + 1] == ["nahin"] else last.value


def tokens(text: str) -> list[Token]:
    """Words in the one form, numbers in figures as numbers: 1,50,000 and 2.5 are one each."""
    found: list[Token] = []
    for figures, thousand, word in _TOKEN.findall(re.sub(r"(?<=\d),(?=\d)", "", latin(text).lower().replace("’", "'"))):
        found.extend([float(figures) * (1000 if thousand else 1)] if figures else folded(word).split())
    return found


def _in_passing(said: Sequence[Token], amount: Amount, about: frozenset[str]) -> bool:
    after = said[amount.end : amount.end + 1]
    return bool(after) and after[0] in _MOMENT and after[0] not in about


def _taken_back(said: Sequence[Token], found: Sequence[Amount]) -> bool:
    """Each but the last is: "do nahin, teen", "three, sorry, four"."""
    return all(any(word in _TAKEN_BACK for word in said[one.end : other.start]) for one, other in pairwise(found))
