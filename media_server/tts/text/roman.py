"""Hindi in Latin letters to Devanagari by rule: for names and words that no lexicon has.

    "Lajpat" -> "लाजपत"?  No rule can know; what comes out is read by the Hindi voice as a Hindi reader would guess: लजपत

Vowels as people write them: a is short within a word and long at its end, aa ee oo are long. A nasal before a consonant,
and at the end of -ein and -on, is a dot.
"""

import re
from collections.abc import Sequence

_CONSONANTS = {
    "chh": "छ", "kh": "ख", "gh": "घ", "ch": "च", "jh": "झ", "th": "थ", "dh": "ध", "ph": "फ", "bh": "भ",
    "sh": "श", "ck": "क", "gy": "ग्य", "ksh": "क्ष", "k": "क", "q": "क", "c": "क", "g": "ग", "j": "ज",
    "z": "ज़", "t": "त", "d": "द", "n": "न", "p": "प", "f": "फ़", "b": "ब", "m": "म", "y": "य",
    "r": "र", "l": "ल", "v": "व", "w": "व", "s": "स", "h": "ह", "x": "क्स",
}  # fmt: skip
_VOWELS = {
    "aa": ("आ", "ा"), "ai": ("ऐ", "ै"), "au": ("औ", "ौ"), "ee": ("ई", "ी"), "ii": ("ई", "ी"),
    "ea": ("ई", "ी"), "ei": ("ए", "े"), "ey": ("ए", "े"), "oo": ("ऊ", "ू"), "uu": ("ऊ", "ू"),
    "ou": ("औ", "ौ"), "ow": ("औ", "ौ"), "a": ("अ", ""), "i": ("इ", "ि"), "u": ("उ", "ु"), "aya": ("आया", "ाया"),
    "aye": ("आए", "ाए"), "ayi": ("आई", "ाई"), "ao": ("आओ", "ाओ"),
    "e": ("ए", "े"), "o": ("ओ", "ो"),
}  # fmt: skip
_LONG_AT_END = {"a": ("आ", "ा"), "i": ("ई", "ी"), "u": ("ऊ", "ू"), "ai": ("आई", "ाई")}
_PIECE = re.compile(
    "(" + "|".join(sorted(_CONSONANTS, key=len, reverse=True)) + ")|(" + "|".join(sorted(_VOWELS, key=len, reverse=True)) + ")|."
)
_NASAL_END = re.compile(r"(?<=[aeiou])(?:(?<=ei)|(?<=ai)|(?<=oo)|(?<=o)|(?<=aye))n$")
_VIRAMA = "्"
_JOIN_AFTER = frozenset({"r", "y"})
_JOIN_S = frozenset("t th k p n m v w".split())
_STOPS = frozenset(_CONSONANTS) - frozenset("nmyrlvwhs")


def _joined(pieces: Sequence[str], place: int) -> bool:
    """Whether this consonant and the next are written as one. Within a word they are of two syllables mostly: गोरखपुर."""
    piece, following = pieces[place], pieces[place + 1] if place + 1 < len(pieces) else ""
    if following not in _CONSONANTS:
        return False
    outside = not any(each in _VOWELS for each in pieces[:place]) or not any(each in _VOWELS for each in pieces[place + 2 :])
    return outside or following in _JOIN_AFTER or piece == following or (piece in ("s", "sh") and following in _JOIN_S)


def devanagari(word: str) -> str:
    """A word of Latin letters in Devanagari. Anything but letters is dropped."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    nasal = bool(_NASAL_END.search(letters)) and len(letters) > 3
    pieces = [match.group() for match in _PIECE.finditer(letters[:-1] if nasal else letters)]
    out: list[str] = []
    for place, piece in enumerate(pieces):
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        last = not following
        if piece in _VOWELS:
            alone, sign = _LONG_AT_END.get(piece, _VOWELS[piece]) if last and not nasal and len(pieces) > 1 else _VOWELS[piece]
            after_consonant = place > 0 and pieces[place - 1] in _CONSONANTS
            out.append(sign if after_consonant else alone)
        elif piece in ("n", "m") and following in _STOPS and place and pieces[place - 1] in _VOWELS:
            out.append("ं")
        else:
            out.append(_CONSONANTS[piece] + (_VIRAMA if _joined(pieces, place) else ""))
    return "".join(out) + ("ं" if nasal else "")
