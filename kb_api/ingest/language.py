"""What a piece of a document is written in: by its script, and where that is Latin by the words that each language can't do
without. ◆"""

import re

from core.sites import Language

_WORD = re.compile(r"[a-z']+")
_ENGLISH = frozenset(
    "the of and a to in is that for it as with on be by this are or from at which your you we not can will have an if any all our"
    " may must within after before only more than".split()
)
_HINGLISH = frozenset(
    "hai hain ka ki ke ko se mein me par aur kya kaise kab kahan kitna kitne aap aapka aapki hum hamara nahi nahin ho hoga hogi"
    " karna karein karo karte sakte sakta sakti liye bhi yeh woh koi agar toh ya raha rahe wala wale diya gaya".split()
)


def language_of(text: str) -> Language:
    devanagari = sum(1 for letter in text if "\u0900" <= letter <= "\u097f")
    gurmukhi = sum(1 for letter in text if "\u0a00" <= letter <= "\u0a7f")
    latin = sum(1 for letter in text if letter.isascii() and letter.isalpha())
    if max(devanagari, gurmukhi) > latin:
        return "hi" if devanagari >= gurmukhi else "pa"
    words = _WORD.findall(text.lower())
    english = sum(word in _ENGLISH for word in words)
    hinglish = sum(word in _HINGLISH for word in words)
    return "hi-Latn" if hinglish > english else "en"
