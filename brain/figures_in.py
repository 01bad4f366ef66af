"""The numbers in a text, however they are written: "₹1,499", "१४९९", "three to five days" -> {"1499"}, {"3", "5"}. ◆

What a model tells must have its numbers from somewhere: brain.guard compares the answer's with those it was shown.
"""

import re

from core.script import latin

_NAMES = (
    "zero shunya sifar", "one ek ik", "two do don", "three teen tin tinn", "four char chaar", "five paanch panch panj",
    "six chhe che chhah chheh chah", "seven saat sat satt", "eight aath ath atth", "nine nau", "ten das", "eleven gyarah gyara",
    "twelve barah bara", "thirteen terah", "fourteen chaudah", "fifteen pandrah", "sixteen solah", "seventeen satrah",
    "eighteen atharah", "nineteen unnis",
)  # fmt: skip
_TENS = {
    "twenty": 20, "bees": 20, "pachees": 25, "pachchees": 25, "thirty": 30, "tees": 30, "forty": 40, "chalis": 40,
    "fortyfive": 45, "fifty": 50, "pachas": 50, "pachaas": 50, "sixty": 60, "saath": 60, "seventy": 70, "sattar": 70,
    "eighty": 80, "assi": 80, "ninety": 90, "nabbe": 90, "hundred": 100, "sau": 100, "thousand": 1000, "hazar": 1000,
    "hazaar": 1000, "lakh": 100_000, "crore": 10_000_000, "karod": 10_000_000,
}  # fmt: skip
_WORDS = {name: value for value, names in enumerate(_NAMES) for name in names.split()} | _TENS

_UNITS = (
    "day days din dino dinon hour hours ghanta ghante ghanton minute minutes minat week weeks hafta hafte hafton month months"
    " mahina mahine mahinon year years saal sal varsh rupee rupees rupaye rupay rupaya rupye percent pratishat fisadi baje baj"
    " o'clock am pm km kilometre kg"
).split()
"""Beside one of these a number word is a figure: "ek saal" is one, "ek achha phone" is not."""

_TO = frozenset({"to", "se", "ya", "or", "ton"})
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?")
_MODEL_NAME = re.compile(r"\b(?:[A-Za-z]+-?\d+[A-Za-z]*|\d+(?!AM\b|PM\b)[A-Z]{1,2})\b")
"""MP3, USB3, 5G, 4K: a name that has a digit in it."""


def figures_in(text: str, *, loosely: bool = False) -> frozenset[str]:
    """As plain digits. `loosely`: number words count wherever they stand, so that more is found than is surely meant."""
    tokens = _TOKEN.findall(_MODEL_NAME.sub(" ", latin(_plain(text))).lower())
    found = set()
    for at, token in enumerate(tokens):
        if token[0].isdecimal():
            found.add(_digits(token))
        elif token in _WORDS and (loosely or _has_unit(tokens, at)):
            found.add(str(_WORDS[token]))
    return frozenset(found)


def _has_unit(tokens: list[str], at: int) -> bool:
    """A unit follows, perhaps after more of the same number, or after the other end of a range."""
    following = at + 1
    while following < len(tokens) and (tokens[following] in _WORDS or tokens[following] in _TO):
        following += 1
    return following < len(tokens) and tokens[following] in _UNITS


def _plain(text: str) -> str:
    """Digits of any script as ASCII ones."""
    return "".join(str(int(each)) if each.isdecimal() else each for each in text)


def _digits(token: str) -> str:
    """1,49,900.00 -> 149900; 2.50 -> 2.5"""
    whole, _, part = token.replace(",", "").partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")
