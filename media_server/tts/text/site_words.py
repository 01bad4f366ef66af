"""A site's own lexicon over a sentence: its words are replaced by what is to be said for them, before all else.

    Xiaomi -> शाओमी       "XIAOMI ka phone"  ──> "शाओमी ka phone"      "xiaomis", "help@xiaomi.in" stay

What is said in a word's place is read like any other text, figures and all; it is not looked up again.
"""

import hashlib
import re
from collections.abc import Iterable

from core.lexicon import Saying, Tongue, table
from media_server.tts.text.tongues import LETTER

_WORD = re.compile(f"[{LETTER}]+")
_IN_ADDRESS = re.compile(f"[{LETTER}][.@/_]$|@$|//$")
_ADDRESS_GOES_ON = re.compile(f"[@_]|[./][{LETTER}]")
_REACH = 2
"""Characters before a word that tell whether it is a part of an address."""


class SiteLexicon:
    def __init__(self, sayings: Iterable[Saying]) -> None:
        kept = tuple(sayings)
        self.version = hashlib.sha256(table(kept).encode()).hexdigest()[:16] if kept else ""
        """The same for the same lines; empty without any."""
        self._say = {(each.word, each.language): each.say for each in kept}
        self._beginning: dict[str, tuple[str, ...]] = {}
        """First word of an entry -> all entries that begin with it, the longest first."""
        for word in sorted({each.word for each in kept}, key=len, reverse=True):
            if first := _WORD.match(word):
                self._beginning[first[0]] = (*self._beginning.get(first[0], ()), word)

    def over(self, text: str, tongue: Tongue) -> str:
        """`text` with the site's words as they are said in a sentence of that language. Spaces in it are single ones."""
        if not self._beginning:
            return text
        small = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
        out: list[str] = []
        end = 0
        for match in _WORD.finditer(small):
            word = self._at(small, match.start(), tongue) if match.start() >= end else ""
            if word:
                out += (text[end : match.start()], self._said(word, tongue))
                end = match.start() + len(word)
        return "".join(out) + text[end:]

    def _at(self, small: str, start: int, tongue: Tongue) -> str:
        """The longest entry that stands there as a whole; empty: none."""
        if _IN_ADDRESS.search(small, max(0, start - _REACH), start):
            return ""
        first = _WORD.match(small, start)
        for word in self._beginning.get(first[0], ()) if first else ():
            after = small[start + len(word) : start + len(word) + _REACH]
            goes_on = _ADDRESS_GOES_ON.match(after) or (_WORD.match(word, len(word) - 1) and _WORD.match(after))
            if small.startswith(word, start) and not goes_on and self._said(word, tongue):
                return word
        return ""

    def _said(self, word: str, tongue: Tongue) -> str:
        return self._say.get((word, tongue)) or self._say.get((word, None), "")
