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
_APART_AFTER = {
    **dict.fromkeys("टडकगपबतदचजफ़व", "मनबपफगदवडहज"), **dict.fromkeys("शथ", "मबपलडर"), "ल": "सबकनवर", "स": "बदफडग", "म": "ल",
}  # fmt: skip
"""Consonants that belong to two syllables and are not written as one: नेटवर्क, स्टेटमेंट, होलसेल."""
_NASAL_BEFORE = {"N": frozenset("T D CH JH S K G".split()), "M": frozenset("P B".split()), "NG": frozenset("K G".split())}
_LETTER_GROUPS = re.compile(r"qu|^y(?=[aeiou])|[aeiou]+y?(?![aeiou])|[aeiou]+|y")
_SILENT = re.compile("(?<=[^aeiou])e(?:ment|ful|less|ness|ly|[sd]?$)")
_SHORT = 4
"""Letters."""
_BROAD_A = re.compile(r"a(?:ss|st|sk|sp|ft|ns)")
"""Where British English, and so Indian, has the a of "father"."""


def devanagari(word: str, phones: Sequence[str]) -> str:
    """`word` in small letters, `phones` CMU's of it."""
    return _Writing(word, phones).written()


class _Writing:
    def __init__(self, word: str, phones: Sequence[str]) -> None:
        self._word = word
        self._phones = phones
        self._vowels = sum(phone in _VOWELS for phone in phones)
        self._written = 0
        """So many of them."""
        self._letters = _letters_of_vowels(word, self._vowels)
        self._out: list[str] = []
        self._open = False
        """The last consonant still waits for its vowel."""

    def written(self) -> str:
        for place, phone in enumerate(self._phones):
            if phone in _VOWELS:
                letters, at = self._letters[self._written] if self._letters else ("", 0)
                self._add_vowel(place, phone, letters, at)
                self._written += 1
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
        elif phone == "T" and not following and self._word.endswith("ed"):
            self._consonant("ड")
        elif phone == "Z" and not following and self._word.endswith("s") and self._open:
            self._consonant("स")
        else:
            self._consonant(_CONSONANTS[phone])

    def _consonant(self, letter: str) -> None:
        within = 0 < self._written < self._vowels
        if self._open and not (within and letter[0] in _APART_AFTER.get(self._out[-1], "")):
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
            self._open = not (0 < self._written < self._vowels - 1 and following not in _VOWELS)  # internet, percent
        elif phone == "AW":
            self._diphthong("ा", "व" if following in _VOWELS else "", "उ", following)
        elif phone == "AY":
            self._diphthong("ा", "य" if following in _VOWELS or following == "R" else "", "इ" if following else "ई", following)
        elif phone == "OY":
            whole = following in ("", "L") or following in _VOWELS or letters == "oy"
            self._diphthong("ॉ", "य" if whole else "", "इ", following)
        elif phone in ("IY", "IH") and following in _VOWELS:
            self._diphthong("ि", "य", "", following)
        elif following == "R" and phone in ("EH", "IH") and self._next(place, 2) not in _VOWELS:
            self._diphthong({"EH": "े", "IH": "ि"}[phone], "य", "", following)
        elif phone == "UW" and letters[:2] in ("ew", "u", "ue", "ui") and place and self._phones[place - 1] in ("N", "D", "T"):
            self._consonant("य")
            self._vowel("ू")
        else:
            self._vowel(self._sign(place, phone, letters, at))

    def _diphthong(self, sign: str, glide: str, second: str, following: str) -> None:
        self._vowel(sign)
        if glide:
            self._consonant(glide)
            self._open = following in _VOWELS  # or it has the vowel that a consonant has anyway
        else:
            self._out.append(second)

    def _sign(self, place: int, phone: str, letters: str, at: int) -> str:
        following, over = self._next(place), not self._next(place, 2)
        if (own := self._by_beginning_or_end(phone, letters, at, following)) is not None:
            return own
        if phone == "AA":
            return "ॉ" if letters.startswith("o") or self._word[at - 1 : at] == "w" else "ा"
        if phone == "AE":
            return "ा" if _BROAD_A.match(self._word, at) else "े" if at == 0 and len(self._word) > _SHORT else "ै"
        if phone == "AO":
            return "ो" if re.match(r"o(?:re|or|ur|ar)|ort", self._word[at:]) and following == "R" else "ॉ"
        if phone in ("AH", "IH") and letters:
            return self._swallowed(place, phone, letters, over)
        return "ा" if phone == "AH" and not following else _SIGNS[phone]

    def _by_beginning_or_end(self, phone: str, letters: str, at: int, following: str) -> str | None:
        """What Indians say of exchange, return, category, Sunday, certificate, available; None: nothing of their own."""
        rest = self._word[at:]
        if at == 0 and phone in ("IH", "EH") and re.match("e[xnm]", rest):
            return "े"
        if at == 1 and phone in ("IY", "AH", "IH") and re.match("(?:re|de)[^aeiou]", self._word):
            return "ि"
        if phone == "AH" and rest.startswith(("able", "abil")):
            return "े"
        if phone in ("AO", "EH") and rest in ("ory", "ary") and at > _SHORT:
            return ""
        if rest == "ay" and self._word.endswith("day"):
            return "े"
        return "े" if phone in ("AH", "IH") and rest == "ate" and following == "T" else None

    def _swallowed(self, place: int, phone: str, letters: str, over: bool) -> str:
        """The vowel that Americans say alike whatever its letter."""
        following = self._next(place)
        if not following:
            return "ा"
        if letters.endswith("a") and following == "JH":
            return "े"  # message
        if following == "N" and self._next(place, 2) in ("T", "S") and letters[-1] in "ae":
            return "े"  # payment, balance
        if letters == "e" and over and following in ("T", "D", "S", "Z"):
            return "े"  # market
        if letters in ("ai", "ei"):
            return "े"
        if letters == "o" and self._next(place, 2) in _VOWELS and (self._written or self._word[0] == "o"):
            return "ो"  # biometric, original
        if letters == "u" and place and self._phones[place - 1] == "Y":
            return "ु"  # regular
        return "ि" if phone == "IH" or letters in ("i", "y") else ""


def _letters_of_vowels(word: str, vowels: int) -> list[tuple[str, int]]:
    """(letters, where they stand) of each vowel that is heard; empty where that is not plain."""
    groups = [(match[0], match.start()) for match in _LETTER_GROUPS.finditer(word) if match[0] not in ("qu",)]
    groups = [group for group in groups if not (group[1] == 0 and group[0] == "y" and len(word) > 1)]
    if len(groups) > vowels and (silent := _SILENT.search(word)):
        groups = [group for group in groups if group[1] != silent.start()]
    return groups if len(groups) == vowels else []
