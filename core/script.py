"""Devanagari and Gurmukhi in Latin letters, as people type Hindi: a question in any script meets the same words. ◆

"मेरा ऑर्डर कहाँ है" -> "mera ordar kahan hai". The final a is not written, as it is not spoken. The Gurmukhi block of Unicode is
laid out like the Devanagari one, 0x100 above it.
"""

import functools
import re
import unicodedata

_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
        "k kh g gh n ch chh j jh n t th d dh n t th d dh n p f b bh m y r l v sh sh s h l".split(),
        strict=True,
    )
)
_DOTTED = {"k": "q", "j": "z", "d": "r", "dh": "rh", "s": "sh"}
"""What a nukta (the dot under a letter) makes of a consonant, where it changes it."""
_VOWELS = dict(zip("अआइईउऊएऐओऔऑऍऋ", "a aa i i u u e ai o au o e ri".split(), strict=True))
_SIGNS = {chr(0x093E + n): sound for n, sound in enumerate("a i i u u ri ri e e e ai o o o au".split())}
_SIGNS["\u094d"] = ""  # virama: no vowel
_NASAL = "\u0901\u0902\u0970"  # chandrabindu, anusvara, tippi
_DOUBLING = "\u0971"  # addak
_NUKTA = "\u093c"
_SOUNDS = (
    ("aa", "a"), ("ee", "i"), ("ii", "i"), ("oo", "u"), ("uu", "u"), ("chh", "ch"), ("ph", "f"), ("w", "v"), ("z", "j"),
    ("q", "k"), ("iy", "i"), ("yi", "i"),
)  # fmt: skip
_DIGITS = {chr(0x0966 + n): str(n) for n in range(10)}


def latin(text: str) -> str:
    """`text` with every Devanagari or Gurmukhi word in Latin letters; other words as they are."""
    if not any("\u0900" <= letter <= "\u0a7f" for letter in text):
        return text
    moved = "".join(chr(ord(letter) - 0x100) if "\u0a00" <= letter <= "\u0a7f" else letter for letter in text)
    apart = unicodedata.normalize("NFC", moved)  # which writes a dotted letter as letter and dot, if it is Devanagari
    return " ".join(_word(word) for word in apart.split())


def _word(word: str) -> str:
    sound = consonant = ""
    silent = False  # a spoken a is due after a consonant, unless a sign, a virama or the word's end follows
    for letter in word:
        if letter == _NUKTA:
            sound = sound.removesuffix(consonant) + _DOTTED.get(consonant, consonant)
        elif letter in _CONSONANTS:
            consonant = _CONSONANTS[letter]
            sound += ("a" if silent else "") + consonant
            silent = True
        elif letter in _SIGNS:
            sound += _SIGNS[letter]
            silent = False
        elif letter in _NASAL:
            sound += "an" if silent else "n"
            silent = False
        elif letter != _DOUBLING:
            vowel = _VOWELS.get(letter)
            sound += ("a" if silent and vowel else "") + (vowel or _DIGITS.get(letter, letter))
            silent = False
    return sound


@functools.lru_cache(16384)
def sounded(word: str) -> str:
    """A small Latin word in the one spelling for all that sound alike: "chahiye", "chaahiye", latin("चाहिए") -> "chahie"."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    word = re.sub(r"(ch|[^\d])\1+", r"\1", word)
    word = re.sub(r"(?<=[aeiou][^aeiou])a(?=[^aeiou][aeiou])", "", word)  # karana: written, not said
    return word
