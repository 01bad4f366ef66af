"""Figures, signs and short forms of a sentence as words of one language; words are left as they are.

    "₹1,25,000 ka refund 12/08 tak, AB12CD" ──> "एक लाख पच्चीस हज़ार रुपये ka refund बारह अगस्त tak, ए बी एक दो सी डी"

RULES are tried in order over the whole text: what a rule has made words of contains no figures, so no later rule sees it.
"""

import re
import unicodedata
from collections.abc import Callable

from media_server.tts.text import amounts, calendar, spelling
from media_server.tts.text.abbreviations import expanded, number_signs
from media_server.tts.text.tongues import LETTER, Tongue

RULES = (
    *spelling.ADDRESSES, *amounts.MONEY, *spelling.TELEPHONES, *calendar.RULES, *amounts.MEASURES, *spelling.CODES,
    *amounts.NUMBERS,
)  # fmt: skip

_DIGITS = {base + value: str(value) for base in (0x0966, 0x0A66, 0xFF10) for value in range(10)}
_ALLOWED = re.compile(r"[^\x20-\x7eÀ-ɏऀ-ॿ਀-੿₹€£°×·–—…‘’“”\n]+")
"""What is left out: emoji, controls, and scripts that no voice of ours reads."""
_MARKUP = re.compile(r"[*_`~#>|\\^{}\[\]<₹$€£%°·×]+")
"""Signs that have no sound of their own, or were left without their figures."""
_MARKS = (
    (re.compile(r"\s*&\s*"), "&"), (re.compile(rf"(?<=[{LETTER}])\s*\+\s*(?=[{LETTER}])"), "+"), (re.compile(r"\s*=\s*"), "="),
    (re.compile(r"@"), "@"),
)  # fmt: skip


def cleaned(text: str) -> str:
    """The text without what has no sound: emoji, markup, control characters, foreign scripts."""
    text = unicodedata.normalize("NFC", text.translate(_DIGITS))
    text = re.sub(r"[‐‑−]", "-", text.replace("\u200d", "").replace("\u200c", ""))
    return re.sub(r"\s+", " ", _ALLOWED.sub(" ", text)).strip()


def normalised(text: str, tongue: Tongue, is_word: Callable[[str], bool] = lambda word: False) -> str:
    """The sentence in words. `is_word` knows words of any language, for those that are written in capitals."""
    text = number_signs(cleaned(text), tongue)
    for rule in RULES:
        text = rule.apply(text, tongue)
    text = expanded(text, tongue, is_word)
    for pattern, sign in _MARKS:
        text = pattern.sub(f" {tongue.signs[sign]} ", text)
    return _tidied(_MARKUP.sub(" ", text))


def _tidied(text: str) -> str:
    """One kind of pause per pause, no space before it."""
    text = re.sub(r"[()\"“”]+", ",", text)
    text = re.sub(r"\s+[-–—]+\s+", ", ", text)
    text = re.sub(r"(?<=\w)\s*/\s*(?=\w)", ", ", text)
    text = re.sub(r"(?<=\w)[-–—](?=\w)", " ", text).replace("/", " ")
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+(?=[,;:.!?।…])", "", text)
    text = re.sub(r"[,;:–—-]+(?=[,;:.!?।…])", "", text)
    text = re.sub(r"([.!?।…])[,.!?।…]+", r"\1", text)
    return re.sub(r",(?=[^\s])", ", ", text).strip(" ,;:-")
