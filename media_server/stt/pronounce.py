"""How words sound, in the phones of the English model: CMU for English, rules for romanised Hindi. ◆

    order  ->  AO R D ER · AO R D AH R          kahan  ->  K AH HH AA N

The model never heard Hindi: a dental t is the T, th or d it has. Variants cover the two or three ways that differ most,
and Indian English (v for w, dental th, a spoken r); each variant costs search time, so there are at most five of a word.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

MOST_VARIANTS = 5

_ACRONYMS = frozenset("upi emi cod otp gst sms id pin".split())
_LETTERS: Mapping[str, str] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY",
    "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R",
    "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z EH D",
}  # fmt: skip

_SPELLINGS = """
chh CH · ksh K SH · aa AA · ai EH · ao AA OW · ay EY · au AO · ee IY · ii IY · oo UW · uu UW · ou OW · kh K · gh G
ch CH · jh JH · th T · dh D · ph F · bh B · sh SH · ng NG G · nk NG K · ck K · a AH · b B · c K · d D · e EY · f F
g G · h HH · i IH · j JH · k K · l L · m M · n N · o OW · p P · q K · r R · s S · t T · u UH · v V · w V · x K S · y Y
z Z
"""
_PHONES: Mapping[str, str] = {
    spelling: sound
    for line in _SPELLINGS.strip().splitlines()
    for spelling, _, sound in [rule.partition(" ") for rule in line.split(" · ")]
}
_RULE = re.compile("|".join(sorted(_PHONES, key=len, reverse=True)))
_AT_THE_END: Mapping[str, str] = {"a": "AA", "i": "IY", "u": "UW", "ay": "EY"}
_BREATHED: Mapping[str, str] = {"th": "TH", "dh": "DH", "ph": "P", "w": "W"}
"""A second way of the consonants whose Hindi sound lies between two English ones."""

_INDIAN: Mapping[str, str] = {"TH": "T", "DH": "D", "W": "V", "ER": "AH R", "ZH": "JH"}


Sounds = Mapping[str, Sequence[str]]
"""Word -> its phone strings."""


def pronunciations(word: str, english: Sounds, hindi: Sounds) -> tuple[str, ...]:
    """Phone strings of a lower-case word, likeliest first; `english` is the CMU dictionary, `hindi` what rules get wrong.

    A word of both languages gets both sounds. One that neither has is read by the Hindi rules: names and brands usually
    come out well enough.
    """
    if word in _ACRONYMS or len(word) == 1:
        return (" ".join(_LETTERS[letter] for letter in word if letter in _LETTERS),)
    sounds = [*hindi.get(word, ())]
    if not sounds and word not in english:
        sounds = [_by_rule(word, {}), _by_rule(word, _BREATHED)]
    sounds += [_far_back(sound) for sound in sounds[:2]]
    for sound in english.get(word, ())[:2]:
        sounds += [sound, _as_in_india(sound)]
    return tuple(dict.fromkeys(sound for sound in sounds if sound))[:MOST_VARIANTS]


def read_dictionary(lines: Iterable[str], wanted: Collection[str]) -> dict[str, list[str]]:
    """The `wanted` words of a dictionary in CMU's form: `where(2) HH W EH R` is another sound of `where`."""
    sounds: dict[str, list[str]] = {}
    for line in lines:
        word, _, phones = line.rstrip().partition(" ")
        if (word := word.partition("(")[0]) in wanted:
            sounds.setdefault(word, []).append(phones)
    return sounds


def _as_in_india(sound: str) -> str:
    return " ".join(_INDIAN.get(phone, phone) for phone in sound.split())


def _far_back(sound: str) -> str:
    """Hindi's long a is said further back than the American one: over a telephone it is heard as AO as often as not."""
    return " ".join("AO" if phone == "AA" else phone for phone in sound.split())


def _by_rule(word: str, instead: Mapping[str, str]) -> str:
    """Longest spelling first; doubled consonants sound once; a final vowel is long."""
    phones: list[str] = []
    for match in _RULE.finditer(word):
        spelling = match.group()
        sound = _AT_THE_END.get(spelling) if match.end() == len(word) else None
        sound = sound or instead.get(spelling) or _PHONES[spelling]
        if not phones or phones[-1] != sound or sound in {"AH", "IH", "EY", "OW", "UH"}:
            phones.append(sound)
    return " ".join(phones)
