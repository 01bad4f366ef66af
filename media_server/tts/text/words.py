"""Which language each word of a mixed sentence is in, and its own script for those that are Hindi or Punjabi.

    "main check kar raha hoon"   Hindi?  English  Hindi Hindi Hindi   ──> "मैं check कर रहा हूँ"

A word that both languages spell alike goes with its neighbours, the nearer the more.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from media_server.tts.text.homographs import settled
from media_server.tts.text.lexicon import Lexicon
from media_server.tts.text.roman import devanagari

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|[\u0900-\u0963\u0971-\u097f]+|[\u0a00-\u0a7f]+|[.!?।]")
_ENGLISH_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("er", ""),
    ("able", ""), ("'s", ""), ("’s", ""), ("n't", ""), ("'ll", ""), ("'re", ""), ("'ve", ""), ("'d", ""),
)  # fmt: skip
_FUNCTION_WORDS = frozenset(
    "the a an of your you is are was were will would can could should has have had for with this that it "
    "we our my and or but not please to in on at from by be been i me they their there what when where "
    "which how why if as do does did".split()
)
_VOWEL = re.compile("[aeiouy]")
_NEVER_FIRST = frozenset({"hi", "the"})
"""ही and थे begin no sentence: there these are English."""
_USED = ("kar", "ho", "ki")
"""Beginnings of words after which "use" is the English one: "use karein", not उसे."""
_USUALLY_NATIVE = frozenset({"do", "me"})
"""दो and में in any sentence that has a Hindi word: "passbook me entry karwani hai", "number do"."""
_USUAL = 0.8
_RATHER_ENGLISH = frozenset({"late"})
"""Hindi could be spelled so, and hardly ever is: लाते."""
_HALF = 4
"""Letters at least of each of two words that are written as one: sandalwood."""
_REACH = 4
"""Words on each side that have a say in a doubtful one."""


class Side(Enum):
    NATIVE = "Hindi or Punjabi"
    ENGLISH = "English"
    DOUBTFUL = "both"
    UNKNOWN = "neither"
    BREAK = "the end of a sentence"


@dataclass(frozen=True, slots=True)
class Words:
    """`english` may be any collection with a quick `in`; small letters."""

    lexicon: Lexicon
    english: Collection[str]

    def known(self, word: str) -> bool:
        """Whether some language has this word, given in small letters."""
        return word in self.lexicon.certain or word in self.lexicon.doubtful or self.is_english(word)

    def is_english(self, word: str) -> bool:
        if word in self.english:
            return True
        halves = range(_HALF, len(word) - _HALF + 1)
        if any(word[:at] in self.english and word[at:] in self.english for at in halves):
            return True
        return any(
            word.endswith(ending) and len(word) - len(ending) > 2 and word.removesuffix(ending) + stem in self.english
            for ending, stem in _ENGLISH_ENDINGS
        )

    def english_sentence(self, text: str) -> bool:
        """Nothing Hindi in it, and English grammar."""
        words = _WORD.findall(text)
        sides = [self._side(word) for word in words]
        if Side.NATIVE in sides:
            return False
        return sum(word.lower() in _FUNCTION_WORDS for word in words) >= 2

    def mostly_native(self, text: str) -> bool:
        """At least two words are Hindi or Punjabi, and more than are English: one alone may be a name."""
        sides = [self._side(word) for word in _WORD.findall(text)]
        return sides.count(Side.NATIVE) > max(1, sides.count(Side.ENGLISH))

    def in_own_script(self, text: str) -> str:
        """The text with its native words in their own script; English ones stay in Latin letters."""
        matches = list(_WORD.finditer(text))
        sides = [self._side(match[0]) for match in matches]
        english = self.english_sentence(text)
        written = []
        for place, match in enumerate(matches):
            following = matches[place + 1][0].lower() if place + 1 < len(matches) else ""
            written.append(self._written(match[0], sides, place, english, following))
        words = settled([match[0] for match in matches], written)
        out: list[str] = []
        end = 0
        for match, word in zip(matches, words, strict=True):
            out += (text[end : match.start()], word)
            end = match.end()
        return "".join(out) + text[end:]

    def _written(self, word: str, sides: Sequence[Side], place: int, english: bool, following: str) -> str:
        small = word.lower()
        side = sides[place]
        first = place == 0 or sides[place - 1] is Side.BREAK
        if side in (Side.ENGLISH, Side.BREAK) or not word.isascii():
            return word
        if side is Side.NATIVE:
            return self.lexicon.certain[small]
        if side is Side.UNKNOWN and not _VOWEL.search(small):
            return word  # letters: whoever says it spells them
        if english or (small in _NEVER_FIRST and first) or (len(word) == 1 and word.isupper()):
            return word
        usual = _USUAL if small in _USUALLY_NATIVE and Side.NATIVE in sides else 0.0
        if (
            small in _RATHER_ENGLISH
            or (small == "use" and following.startswith(_USED))
            or not self._native_here(sides, place, usual)
        ):
            return word
        return self.lexicon.doubtful.get(small) or devanagari(word)

    @staticmethod
    def _native_here(sides: Sequence[Side], place: int, usual: float) -> bool:
        score = usual + (0.3 if Side.NATIVE in sides else -0.1)
        for step in (-1, 1):
            for distance in range(1, _REACH + 1):
                at = place + step * distance
                if not 0 <= at < len(sides) or sides[at] is Side.BREAK:
                    break
                score += {Side.NATIVE: 1.0, Side.ENGLISH: -0.6}.get(sides[at], 0.0) / distance
        return score > 0

    def _side(self, word: str) -> Side:
        small = word.lower()
        if not word[0].isalpha():
            return Side.BREAK
        if not word.isascii() or small in self.lexicon.certain:
            return Side.NATIVE
        if small in self.lexicon.doubtful:
            return Side.DOUBTFUL
        return Side.ENGLISH if self.is_english(small) else Side.UNKNOWN
