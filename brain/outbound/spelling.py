"""Words as they are said: any script, any spelling, one form. "चाहिए", "chahiye", "chaahiye" -> "chahie". ◆"""

import functools
import re

from core.script import latin, sounded

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
_LOANS = {
    "kol": "cal", "nanbar": "number", "numbar": "number", "nambar": "number", "nambr": "number", "fon": "fone", "minat": "minute",
    "mint": "minute", "min": "minute", "mins": "minute", "minutes": "minute", "intrest": "interest", "intarest": "interest",
    "intrested": "interested", "intarested": "interested", "bijy": "bijy", "biji": "bijy", "busy": "bijy", "ticket": "tikat",
    "taim": "time", "tim": "time", "miting": "meting", "draiv": "drive", "ghanta": "ghante",
    "nahi": "nahin", "nai": "nahin", "nahe": "nahin", "nahn": "nahin", "nhi": "nahin", "nhin": "nahin",
    "kiun": "kyon", "kyun": "kyon", "kyu": "kyon", "kiu": "kyon", "mein": "men", "ma": "men", "vich": "men",
    "dilachaspi": "dilchaspi", "n": "na", "kujh": "kuch", "kuj": "kuch", "hanji": "han ji", "haji": "han ji",
    "riha": "raha", "rahi": "raha", "rahe": "raha",
}  # fmt: skip
"""English words as Hindi and Punjabi write them, and words of ours that are written in too many ways."""
_GURMUKHI_CALL = re.compile("ਕਾਲ(?![\u0a3c-\u0a70])")
"""It would be spelt like tomorrow."""


def words(text: str) -> list[str]:
    """Letters and figures apart, in the one form."""
    said = latin(_GURMUKHI_CALL.sub("call", text)).lower().replace("’", "'")
    return " ".join(folded(word) for word in _WORD.findall(said)).split()


def plain(text: str) -> str:
    """The same in a row, with a blank at both ends: for looking up phrases."""
    return f" {' '.join(words(text))} "


@functools.lru_cache(16384)
def folded(word: str) -> str:
    word = sounded(word)
    return _LOANS.get(word, word)


def spelt(listed: str) -> frozenset[str]:
    """A list of words, in the one form."""
    return frozenset(words(listed))


def phrase(*said: str) -> re.Pattern[str]:
    """Finds any of these in `plain` text: `(a|b)` either, `(a)?` perhaps, `*` up to three words of any kind."""
    return re.compile("|".join(rf"(?<= ){_one(each)}" for each in said))


def _one(said: str) -> str:
    made = ""
    for piece in re.findall(r"\([^)]*\)\??|\S+", said):
        if piece == "*":
            made += r"(?:\S+ ){0,3}"
        else:
            either = "|".join(" ".join(words(each)) for each in piece.rstrip("?").strip("()").split("|"))
            made += f"(?:(?:{either}) ){'?' if piece.endswith('?') else ''}"
    return made
