"""Devanagari to Gurmukhi, sound by sound: English words of a Punjabi sentence.

डिलीवरी ──> ਡਿਲੀਵਰੀ      नंबर ──> ਨੰਬਰ      ऑर्डर ──> ਆਰਡਰ
"""

import re

_LETTERS = dict(zip(
    "अआइईउऊएऐओऔऑकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौॉ़ँं।",
    "ਅਆਇਈਉਊਏਐਓਔਆਕਖਗਘਙਚਛਜਝਞਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਯਰਲਵਸਸਸਹਾਿੀੁੂੇੈੋੌਾ਼ਂਂ।",
    strict=True,
))  # fmt: skip
_MENDED = (
    ("ॉ", "ा"), ("ऑ", "आ"), ("श", "श़"), ("ड़", "ੜ"), ("ढ़", "ੜ੍ਹ"), ("ः", ""), ("ृ", "्रि"), ("ऋ", "रि"), ("ळ", "ल"), ("ॅ", "ै"),
    ("ऍ", "ऐ"),
)  # fmt: skip
_TIPPI = re.compile(r"(?<=[ਅਇਉਕ-ਹ਼ਿੁੂ])ਂ(?=.)")
"""After a short vowel, within a word, the nasal is written so."""
_DOUBLED = re.compile(r"([क-ह]़?)्\1")
_JOINED = re.compile(r"्(?![रह])")
"""Gurmukhi joins r and h only; other consonants stand beside each other."""


def gurmukhi(text: str) -> str:
    """`text` with its Devanagari letters in Gurmukhi, everything else as it is."""
    for devanagari, other in _MENDED:
        text = text.replace(devanagari, other)
    text = _JOINED.sub("", _DOUBLED.sub(r"ੱ\1", text)).replace("्", "੍")
    text = "".join(_LETTERS.get(letter, letter) for letter in text)
    return _TIPPI.sub("ੰ", text)
