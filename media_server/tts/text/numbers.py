"""Figures as words, as Indians say them: lakh and crore, halves and quarters in Hindi and Punjabi."""

import functools
import re
from collections.abc import Iterable

from indic_numtowords import num2words

from media_server.tts.text.tongues import Tongue

CRORE = 10_000_000
MOST_DIGITS = 15
"""Longer numbers are said digit by digit: nobody counts that far on the telephone."""

FIGURES = r"\d+(?:,\d+)*(?:\.\d+)?"
"""A number as written: commas as Indians or others put them, a decimal part."""
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}|\d+")

_HALVES = {"hi": ("साढ़े", {1: "डेढ़", 2: "ढाई"}), "pa": ("ਸਾਢੇ", {1: "ਡੇਢ", 2: "ਢਾਈ"})}
_ORDINALS = {
    "hi": {1: "पहला", 2: "दूसरा", 3: "तीसरा", 4: "चौथा", 6: "छठा"},
    "pa": {1: "ਪਹਿਲਾ", 2: "ਦੂਜਾ", 3: "ਤੀਜਾ", 4: "ਚੌਥਾ"},
    "en": {},
}
_ORDINAL_ENDING = {"hi": "वाँ", "pa": "ਵਾਂ"}
_ENGLISH_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip


_MENDED = {
    "छः": "छह", "ਉਨਾਹਟ": "ਉਨਾਹਠ", "ਤਹੇਹਰ": "ਤਿਹੱਤਰ", "ਚਹੱਤਰ": "ਚੁਹੱਤਰ", "ਪਚਹੱਤ": "ਪਚਹੱਤਰ", "ਇਕਆਸੀ": "ਇਕਾਸੀ", "ਉਨੱਨਵੇਂ": "ਉਣਾਨਵੇਂ",
}  # fmt: skip
"""Words of indic-numtowords 1.1.0 that are misspelt, or that eSpeak misreads."""


@functools.lru_cache(4096)
def _below_crore(number: int, code: str) -> str:
    return " ".join(_MENDED.get(word, word) for word in str(num2words(number, lang=code)).split())


def cardinal(number: int, tongue: Tongue) -> str:
    """125000 -> "one lakh twenty five thousand". Crores of crores are counted in crores."""
    if number < 0:
        return f"{tongue.minus} {cardinal(-number, tongue)}"
    crores, rest = divmod(number, CRORE)
    if not crores:
        return _below_crore(rest, tongue.code)
    words = f"{cardinal(crores, tongue)} {tongue.scales['crore']}"
    if not rest:
        return words
    joint = " and " if tongue.code == "en" and rest < 100 else " "
    return words + joint + _below_crore(rest, tongue.code)


def digits(figures: Iterable[str], tongue: Tongue) -> str:
    """Digit by digit; anything else in it is left out."""
    return " ".join(tongue.digits[int(figure)] for figure in figures if figure in "0123456789")


def grouped(figures: str, tongue: Tongue) -> str:
    """A long number as it is read out to be written down: digit by digit, with a breath after every few."""
    count = len(figures)
    size = 5 if count == 10 else count if count <= 6 else 3 if count % 3 == 0 and count % 4 else 4
    return ", ".join(digits(figures[at : at + size], tongue) for at in range(0, count, size))


def number(figures: str, tongue: Tongue) -> str:
    """A number as written, e.g. "1,25,000", "12.50", "007". ValueError for what is not one."""
    whole, point, decimals = figures.partition(".")
    if not _GROUPED.fullmatch(whole):
        if "," in whole:  # 10,20,30 is a list
            return ", ".join(number(part, tongue) for part in figures.split(","))
        raise ValueError(f"not a number: {figures!r}")
    plain = whole.replace(",", "")
    if len(plain) > MOST_DIGITS:
        words = grouped(plain, tongue)
    elif len(plain) > 1 and plain.startswith("0"):
        words = digits(plain, tongue)
    else:
        words = cardinal(int(plain), tongue)
    return f"{words} {tongue.point} {digits(decimals, tongue)}" if point else words


def quantity(figures: str, tongue: Tongue) -> str:
    """A number before a unit or a scale: "2.5" -> "ढाई", where the language has a word for it."""
    whole, _, decimals = figures.replace(",", "").partition(".")
    if decimals.strip("0") == "" and whole:
        return number(figures.partition(".")[0], tongue)
    if decimals.rstrip("0") == "5" and tongue.code in _HALVES and whole.isdigit() and int(whole) > 0:
        half, own = _HALVES[tongue.code]
        return own.get(int(whole)) or f"{half} {cardinal(int(whole), tongue)}"
    return number(figures, tongue)


def ordinal(count: int, tongue: Tongue) -> str:
    """1 -> "first", "पहला"."""
    if (own := _ORDINALS[tongue.code].get(count)) is not None:
        return own
    words = cardinal(count, tongue)
    if tongue.code != "en":
        return words + _ORDINAL_ENDING[tongue.code]
    rest, space, last = words.rpartition(" ")
    if last in _ENGLISH_ORDINALS:
        return rest + space + _ENGLISH_ORDINALS[last]
    return rest + space + (last[:-1] + "ieth" if last.endswith("y") else last + ("h" if last.endswith("t") else "th"))


def year(count: int, tongue: Tongue) -> str:
    """2026 -> "twenty twenty six", 1999 -> "उन्नीस सौ निन्यानवे"."""
    century, rest = divmod(count, 100)
    if tongue.code == "en" and rest >= 10:
        return f"{cardinal(century, tongue)} {cardinal(rest, tongue)}"
    if tongue.code == "en":
        return cardinal(count, tongue).replace(" and", "")
    if 11 <= century <= 19:
        hundreds = f"{cardinal(century, tongue)} {tongue.scales['hundred']}"
        return f"{hundreds} {cardinal(rest, tongue)}" if rest else hundreds
    return cardinal(count, tongue)


def money(figures: str, scale: str, currency: str, tongue: Tongue) -> str:
    """("12.50", "", "₹") -> "twelve rupees and fifty paise"; ("2.5", "lakh", "₹") -> "ढाई लाख रुपये"."""
    one, several, parts = tongue.money[currency]
    if scale:
        return f"{quantity(figures, tongue)} {tongue.scales[scale]} {several}"
    whole, _, hundredths = figures.partition(".")
    if len(hundredths) > 2:
        return f"{number(figures, tongue)} {several}"
    cents = int((hundredths + "00")[:2])
    plain = whole.replace(",", "")
    units = "" if cents and not int(plain) else f"{number(whole, tongue)} {one if int(plain) == 1 else several}"
    if not cents:
        return units
    change = f"{cardinal(cents, tongue)} {parts}"
    return f"{units} {tongue.and_} {change}" if units and tongue.code == "en" else f"{units} {change}".strip()
