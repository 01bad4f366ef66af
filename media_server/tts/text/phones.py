"""An English word as Indians say it, in Devanagari: from the phones of the CMU dictionary, and from its letters.

    delivery  D IH L IH V ER IY  ──> डिलिवरी        service  S ER V AH S  ──> सर्विस

CMU's phones are American and without stress; the letters tell what Indians make of a vowel that Americans swallow: the o of
"hot" is ऑ, the i of "service" इ, the a of "last" आ. t and d are retroflex, v and w one sound, every r is heard.
"""

import re
from collections.abc import Sequence

_CONSONANTS = {
    "B": "ब", "CH": "च", "D": "ड", "DH": "द", "F": "फ़", "G": "ग", "HH": "ह", "JH": "ज", "K": "क", "L": "ल", "M": "म", "N": "न",
    "P": "प", "R": "र", "S": "स", "SH": "श", "T": "ट", "TH": "थ", "V": "व", "W": "व", "Y": "य", "Z": "ज़", "ZH": "ज़",
}  # fmt: skip
_ALONE = {
    "": "अ", "ा": "आ", "ि": "इ", "ी": "ई", "ु": "उ", "ू": "ऊ", "े": "ए", "ै": "ऐ", "ो": "ओ", "ौ": "औ", "ॉ": "ऑ",
}  # fmt: skip
"""Vowel sign -> the same vowel where no consonant is before it. The empty sign is the vowel that a consonant has anyway."""
_SIGNS = {
    "AA": "ा", "AE": "ै", "AH": "", "AO": "ॉ", "EH": "े", "EY": "े", "IH": "ि", "IY": "ी", "OW": "ो", "UH": "ु", "UW": "ू",
}  # fmt: skip
_VOWELS = frozenset((*_SIGNS, "AW", "AY", "OY", "ER"))
_VIRAMA, _NASAL = "्", "ं"
_NASAL_BEFORE = {"N": frozenset("T D CH JH S K G".split()), "M": frozenset("P B".split()), "NG": frozenset("K G".split())}
_LETTER_GROUPS = re.compile(r"qu|^y(?=[aeiou])|[aeiou]+y?(?![aeiou])|[aeiou]+|y")
_BROAD_A = re.compile(r"a(?:ss|st|sk|sp|ft|ns)")
"""Where British English, and so Indian, has the a of "father"."""


def devanagari(word: str, phones: Sequence[str]) -> str:
    """`word` in small letters, `phones` CMU's of it."""
    return _Writing(word, phones).written()


class _Writing:
    def __init__(self, word: str, phones: Sequence[str]) -> None:
        self._word = word
        self._phones = phones
        self._letters = _letters_of_vowels(word, sum(phone in _VOWELS for phone in phones))
        self._out: list[str] = []
        self._open = False
        """The last consonant still waits for its vowel."""

    def written(self) -> str:
        vowel = 0
        for place, phone in enumerate(self._phones):
            if phone in _VOWELS:
                letters, at = self._letters[vowel] if self._letters else ("", 0)
                self._add_vowel(place, phone, letters, at)
                vowel += 1
            else:
                self._add_consonant(place, phone)
        return "".join(self._out)

    def _next(self, place: int, distance: int = 1) -> str:
        """The phone so far after this one; empty: the word is over."""
        return self._phones[place + distance] if place + distance < len(self._phones) else ""

    def _add_consonant(self, place: int, phone: str) -> None:
        following = self._next(place)
        if place and following in _NASAL_BEFORE.get(phone, ()) and not self._open:
            self._out.append(_NASAL)
            return
        if phone == "NG":
            self._consonant(_NASAL + "ग")
        elif phone == "Z" and not following and self._word.endswith("s") and self._open:
            self._consonant("स")
        else:
            self._consonant(_CONSONANTS[phone])

    def _consonant(self, letter: str) -> None:
        if self._open:
            self._out.append(_VIRAMA)
        self._out.append(letter)
        self._open = True

    def _vowel(self, sign: str) -> None:
        self._out.append(sign if self._open else _ALONE[sign])
        self._open = False

    def _add_vowel(self, place: int, phone: str, letters: str, at: int) -> None:
        following = self._next(place)
        if phone == "ER":
            self._vowel("")
            self._consonant("र")
        elif phone == "AW":
            self._diphthong("ा", "व" if following in _VOWELS else "", "उ")
        elif phone == "AY":
            self._diphthong("ा", "य" if following in _VOWELS else "", "इ" if following else "ई")
        elif phone == "OY":
            self._diphthong("ॉ", "" if following and following not in _VOWELS else "य", "इ")
        elif phone in ("IY", "IH") and following in _VOWELS:
            self._diphthong("ि", "य", "")
        elif following == "R" and phone in ("EH", "IH") and self._next(place, 2) not in _VOWELS:
            self._diphthong({"EH": "े", "IH": "ि"}[phone], "य", "")
            self._vowel("")
        elif phone == "UW" and letters[:2] in ("ew", "u", "ue", "ui") and place and self._phones[place - 1] in ("N", "D", "T"):
            self._consonant("य")
            self._vowel("ू")
        else:
            self._vowel(self._sign(place, phone, letters, at))

    def _diphthong(self, sign: str, glide: str, second: str) -> None:
        self._vowel(sign)
        if glide:
            self._consonant(glide)
        else:
            self._out.append(second)

    def _sign(self, place: int, phone: str, letters: str, at: int) -> str:
        following, over = self._next(place), not self._next(place, 2)
        if phone == "AA":
            return "ॉ" if letters.startswith("o") else "ा"
        if phone == "AE":
            return "ा" if _BROAD_A.match(self._word, at) else "ै"
        if phone == "AO":
            return "ो" if re.match(r"o(?:re|or|ur|ar)|ort", self._word[at:]) and following == "R" else "ॉ"
        if phone in ("AH", "IH") and letters:
            return self._swallowed(phone, letters, following, over)
        return "ा" if phone == "AH" and not following else _SIGNS[phone]

    def _swallowed(self, phone: str, letters: str, following: str, over: bool) -> str:
        """The vowel that Americans say alike whatever its letter."""
        if not following:
            return "ा"
        if letters == "a" and following == "JH":
            return "े"  # message
        if letters == "e" and ((over and following in ("T", "D", "S", "Z")) or (phone == "AH" and following == "N" and not over)):
            return "े"  # market, payment
        if letters in ("ai", "ei"):
            return "े"
        if phone == "IH" or letters in ("i", "y"):
            return "ि"
        return ""


def _letters_of_vowels(word: str, vowels: int) -> list[tuple[str, int]]:
    """(letters, where they stand) of each vowel that is heard; empty where that is not plain."""
    groups = [(match[0], match.start()) for match in _LETTER_GROUPS.finditer(word) if match[0] not in ("qu",)]
    groups = [group for group in groups if not (group[1] == 0 and group[0] == "y" and len(word) > 1)]
    if len(groups) == vowels + 1 and re.search(r"e[sd]?$", word):
        groups = [group for group in groups if group[1] != word.rindex("e")]
    return groups if len(groups) == vowels else []
