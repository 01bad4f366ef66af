"""Word error rate, with the spellings of one word folded together: romanised Hindi has no right one."""

import re
from collections.abc import Iterable, Sequence

_SAME = (
    (re.compile(r"aa"), "a"),
    (re.compile(r"chh"), "ch"),
    (re.compile(r"\bnahin\b"), "nahi"),
    (re.compile(r"call back"), "callback"),
)
"""dukaan and dukan, kuchh and kuch, nahin and nahi, call back and callback: the domain writes both, and they sound alike."""


def folded(text: str) -> list[str]:
    """Its words, each in one spelling."""
    text = text.lower()
    for pattern, spelling in _SAME:
        text = pattern.sub(spelling, text)
    return text.split()


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words put in, left out or exchanged that make one the other."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], count
        for place, other in enumerate(heard, start=1):
            diagonal, row[place] = row[place], min(diagonal + (word != other), row[place] + 1, row[place - 1] + 1)
    return row[-1]


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Errors a word said, over (said, heard). ValueError if nothing was said."""
    errors = words = 0
    for said, heard in pairs:
        errors += word_errors(folded(said), folded(heard))
        words += len(folded(said))
    if not words:
        raise ValueError("nothing was said")
    return errors / words
