"""English words in the script of the sentence that they stand in, as Indians say them: for voices that read one script well.

    "आपका order कल deliver होगा"  ──> "आपका ऑर्डर कल डिलीवर होगा"

A word is looked up in a table, with its usual endings; else read from its sounds in the CMU dictionary (phones.py), else put
together of two that are known, else spelled by rule as a name would be. The sounds are 12 MB more, and are read when the first
word asks for them: a worker with eSpeak alone never does.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

from media_server.tts.text import phones, roman
from media_server.tts.text.gurmukhi import gurmukhi
from media_server.tts.text.lexicon import lines
from media_server.tts.text.spelling import letters
from media_server.tts.text.tongues import PUNJABI, Tongue

Script = Literal["latin", "devanagari"]

_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-z]+)*")
_NATIVE = re.compile(r"[\u0900-\u097f\u0a00-\u0a7f]")
_VOWEL = re.compile("[aeiouy]")
_VOWEL_END = re.compile("[अ-औािीुूेैोौॉऑ]$")
_ENDINGS = {"ed": ("ड", "्ड"), "ing": ("इंग", "िंग"), "able": ("एबल", "ेबल"), "er": ("अर", "र"), "ly": ("ली", "ली")}
"""After a vowel, and after a consonant."""
_SHORTEST_PART = 3
_REMEMBERED = 8192


class IndianEnglish:
    """`table`: word in small letters -> Devanagari. `read_sounds`: word -> CMU phones, space between; asked once, if at all."""

    def __init__(self, table: Mapping[str, str], read_sounds: Callable[[], Mapping[str, str]]) -> None:
        self.table = table
        self._read_sounds = read_sounds
        self._remembered = functools.lru_cache(_REMEMBERED)(self._devanagari)

    @staticmethod
    def load() -> "IndianEnglish":
        text = (files("media_server.tts.text") / "data" / "loans.tsv").read_text("utf-8")
        table = {spelling: native for native, spellings in lines(text) for spelling in spellings}
        return IndianEnglish(table, cmu_sounds)

    @functools.cached_property
    def _sounds(self) -> Mapping[str, str]:
        return self._read_sounds()

    def in_one_script(self, text: str, tongue: Tongue) -> str:
        """`text` without Latin letters, if it has words in another script; else as it is: it is English as a whole."""
        if not _NATIVE.search(text):
            return text
        written = gurmukhi if tongue is PUNJABI else str

        def native(match: re.Match[str]) -> str:
            word = match[0].lower()
            spelled = len(word) == 1 or not (_VOWEL.search(word) or self._known(word))
            return letters(word, tongue) if spelled and word.isascii() else written(self.devanagari(word))

        return _LATIN.sub(native, text)

    def devanagari(self, word: str) -> str:
        """A word of Latin letters as Indians say it."""
        plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'")).encode("ascii", "ignore").decode()
        return self._remembered(plain)

    def _devanagari(self, word: str) -> str:
        for found in self._ways(word):
            return found
        return roman.devanagari(word)

    def _ways(self, word: str) -> Iterator[str]:
        """The surest first."""
        if own := self.table.get(word):
            yield own
        if inflected := self._inflected(word, self.table):
            yield inflected
        if sounds := self._sounds.get(word):
            yield phones.devanagari(word, sounds.split())
        if "'" in word:
            before, _, after = word.rpartition("'")
            yield joined(self._devanagari(before), "s") if after == "s" else self._devanagari(before)
        if inflected := self._inflected(word, self._sounds):
            yield inflected
        for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            if self._known(word[:at]) and self._known(word[at:]):
                yield self._devanagari(word[:at]) + self._devanagari(word[at:])

    def _known(self, word: str) -> bool:
        return word in self.table or word in self._sounds

    def _inflected(self, word: str, known: Mapping[str, str]) -> str:
        """A known word with an ending; empty if it is none."""
        for stem, ending in _stems(word):
            if stem in known:
                return joined(self._devanagari(stem), ending)
        return ""


def _stems(word: str) -> Iterator[tuple[str, str]]:
    """("orders") -> ("order", "s"); ("stopped") -> ("stop", "ed"), …"""
    for ending in ("s", "ed", "ing", "er", "ly", "able"):
        if not word.endswith(ending) or len(word) - len(ending) < 2:
            continue
        stem = word.removesuffix(ending)
        yield stem, ending
        if ending == "s" and stem.endswith("ie"):
            yield stem[:-2] + "y", "s"
        elif ending == "s" and stem.endswith("e"):
            yield stem[:-1], "es"
        elif ending == "ed" and stem.endswith("i"):
            yield stem[:-1] + "y", "ed"
        elif ending in ("ed", "ing", "er", "able"):
            yield stem + "e", ending
            if stem[-1] == stem[-2]:
                yield stem[:-1], ending


def joined(native: str, ending: str) -> str:
    """("ऑर्डर", "s") -> "ऑर्डर्स"; ("अपडेट", "ed") -> "अपडेटेड"."""
    vowel = bool(_VOWEL_END.search(native))
    if ending in ("s", "es"):
        if re.search("(?:[सशचजज़]|क्स)$", native):
            return native + "ेज़"
        return native + ("ज़" if vowel else "्स")
    if ending == "ed" and native[-1] in "टड":
        return native + "ेड"
    after_vowel, after_consonant = _ENDINGS[ending]
    return native + (after_vowel if vowel else after_consonant)


def cmu_words() -> frozenset[str]:
    """The words of the CMU dictionary that are English for sure: those of two letters are not."""
    return frozenset(word for word, _ in _cmu() if len(word) > 2)


@functools.cache
def cmu_sounds() -> Mapping[str, str]:
    """The CMU dictionary: a tenth of a second, the first time."""
    return dict(_cmu())


def _cmu() -> Iterator[tuple[str, str]]:
    """Words and their phones, out of the pocketsphinx wheel; nothing if that is not installed."""
    try:
        path = Path(str(files("pocketsphinx"))) / "model" / "en-us" / "cmudict-en-us.dict"
        with path.open(encoding="utf-8") as entries:
            for entry in entries:
                word, _, sounds = entry.rstrip().partition(" ")
                if word.isalpha():
                    yield word, sounds
    except (ModuleNotFoundError, OSError):
        return
