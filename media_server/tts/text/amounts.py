"""Rules for money, percentages, measures and plain numbers."""

import re
from collections.abc import Callable

from media_server.tts.text.numbers import FIGURES, grouped, money, number, ordinal, quantity, year
from media_server.tts.text.rules import rule
from media_server.tts.text.tongues import Tongue

_SCALE = r"lakhs?|lacs?|crores?|cr|thousand|hundred|hazaa?r|million|billion|k|लाख|करोड़|हज़ार|हजार|ਲੱਖ|ਕਰੋੜ|ਹਜ਼ਾਰ"
_SCALES = {
    "lac": "lakh", "cr": "crore", "hazar": "thousand", "hazaar": "thousand", "लाख": "lakh", "करोड़": "crore", "हज़ार": "thousand",
    "हजार": "thousand", "ਲੱਖ": "lakh", "ਕਰੋੜ": "crore", "ਹਜ਼ਾਰ": "thousand",
}  # fmt: skip
_BEFORE = r"₹|(?<![a-z])rs\.?|(?<![a-z])inr|\$|(?<![a-z])usd|€|£"
_AFTER = r"₹|rs\b\.?|inr\b|rupees?\b|rupaye\b|rupaiye\b|rupay\b|rupaya\b|rupe\b|रुपये|रुपए|रुपया|रूपये|रुपयों|रु\.?|ਰੁਪਏ|ਰੁਪਇਆ|ਰੁਪਿਆ|/-"
_CURRENCIES = {"$": "$", "usd": "$", "€": "€", "£": "£"}
_UNIT = (
    r"kgs?|gms?|g|mg|kms?|cm|mm|m|ft|inch(?:es)?|ltrs?|l|ml|gb|mb|tb|kb|[kmg]bps|mah|g?hz|kw|watts?|w|v|mins?|minutes?|secs?|hrs?|hours?"
    r"|°\s?c|sq\.?\s?ft|pcs?"
)
_UNIT_NAMES = {"gms": "gm", "ltrs": "ltr", "inches": "inch", "watts": "watt", "minutes": "minute", "hours": "hour"}
_ONE_UNIT = {
    "feet": "foot",
    "inches": "inch",
    "square feet": "square foot",
    "degrees Celsius": "degree Celsius",
    "hertz": "hertz",
}
_AS_WRITTEN = frozenset({"inch", "minute", "hour", "watt"})
"""English words already: "a 6.5 inch screen"."""
_WHOLE_UNITS = (
    r"(?:किलो|किग्रा|लीटर|मीटर|घंटे|साल|महीने|हफ़्ते|हफ्ते|दिन|kilo|lit(?:re|er)|meter|ghante|saal|mahine|hafte|din"
    r"|ਕਿਲੋ|ਲੀਟਰ|ਘੰਟੇ|ਸਾਲ|ਮਹੀਨੇ|ਦਿਨ)"
)
_HALF = {"en": "half", "hi": "आधा", "pa": "ਅੱਧਾ"}
_NOT_WITHIN = r"(?<![\w.,/])(?<!\d-)"
_NETWORK = r"(?![2-6]g\b|[248]k\b)"
"""5G and 4K are names, not five grams and four thousand."""


def _scale(written: str | None) -> str:
    if not written:
        return ""
    name = written.lower()
    return _SCALES.get(name) or _SCALES.get(name.rstrip("s")) or name.rstrip("s")


def _money(match: re.Match[str], tongue: Tongue) -> str:
    currency = _CURRENCIES.get((match["sign"] or "").lower(), "₹")
    scale = _scale(match["scale"])
    words = money(match["until"] or match["figures"], scale, currency, tongue)
    if match["until"]:
        words = f"{quantity(match['figures'], tongue)} {tongue.to} {words}"
    return f"{words} {tongue.per}" if match["per"] else words


def _ranged(match: re.Match[str], tongue: Tongue, say: Callable[[str, Tongue], str]) -> str:
    first = say(match["figures"], tongue)
    return f"{first} {tongue.to} {say(match['until'], tongue)}" if match["until"] else first


def _percent(match: re.Match[str], tongue: Tongue) -> str:
    return f"{_ranged(match, tongue, number)} {tongue.percent}"


def _measure(match: re.Match[str], tongue: Tongue) -> str:
    written = re.sub(r"[\s.]", "", match["unit"].lower())
    unit = tongue.units[_UNIT_NAMES.get(written, written)]
    if tongue.code == "en" and (written in _AS_WRITTEN or (match["figures"] == "1" and not match["until"])):
        unit = _ONE_UNIT.get(unit, unit.removesuffix("s"))
    minus = f"{tongue.minus} " if match["minus"] else ""
    return f"{minus}{_ranged(match, tongue, quantity)} {unit}"


def _half(match: re.Match[str], tongue: Tongue) -> str:
    unit = (match["unit"] or "").lower()
    words = f"{_HALF[tongue.code]} {tongue.units[_UNIT_NAMES.get(unit, unit)]}" if unit else _HALF[tongue.code]
    return words.replace("half ", "half a ").removesuffix("s") if unit and tongue.code == "en" else words


def _scaled(match: re.Match[str], tongue: Tongue) -> str:
    return f"{_ranged(match, tongue, quantity)} {tongue.scales[_scale(match['scale'])]}"


def _compound(match: re.Match[str], tongue: Tongue) -> str:
    return f"{number(match[1], tongue)} {match[2]}"


def _ordinal(match: re.Match[str], tongue: Tongue) -> str:
    return ordinal(int(match[1]), tongue)


def _halves(match: re.Match[str], tongue: Tongue) -> str:
    return quantity(match[1], tongue)


def _past_year(match: re.Match[str], tongue: Tongue) -> str:
    return year(int(match[1]), tongue)


def _year(match: re.Match[str], tongue: Tongue) -> str:
    return match[1] + year(int(match[2]), tongue)


def _range(match: re.Match[str], tongue: Tongue) -> str:
    return _ranged(match, tongue, number)


def _by(match: re.Match[str], tongue: Tongue) -> str:
    written = (match["unit"] or "").lower()
    unit = f" {tongue.units[_UNIT_NAMES.get(written, written)]}" if written else ""
    return f"{number(match[1], tongue)} {tongue.signs['×']} {number(match[2], tongue)}{unit}"


def _number(match: re.Match[str], tongue: Tongue) -> str:
    minus = f"{tongue.minus} " if match[1] else ""
    if re.fullmatch(r"\d{7,}", match[2]):
        return minus + grouped(match[2], tongue)  # nobody writes an amount so: it is some code
    return minus + number(match[2], tongue)


_UNTIL = rf"(?:\s?(?:-|–|to\b|se\b|से|ਤੋਂ)\s?(?:₹|rs\.?)?\s?(?P<until>{FIGURES}))?"
_AMOUNT = rf"(?P<figures>{FIGURES}){_UNTIL}"
_MINUS = r"(?P<minus>(?<![\w)])-(?=\d))?"
_PER = r"(?P<per>\s?/\s?(?=[a-z]))?"

MONEY = (
    rule(rf"(?P<sign>{_BEFORE})\s?{_AMOUNT}(?:\s?(?P<scale>{_SCALE})(?!\w))?(?:\s?(?:{_AFTER[2:]}))?{_PER}", _money),
    rule(rf"{_NOT_WITHIN}(?P<sign>\Z)?{_AMOUNT}(?:\s?(?P<scale>{_SCALE}))?\s?(?:{_AFTER}){_PER}", _money),
)
MEASURES = (
    rule(rf"(?<![\w.,])({FIGURES})\s?[x×*]\s?({FIGURES})(?:\s?(?P<unit>{_UNIT}))?(?!\w)", _by),
    rule(rf"{_NOT_WITHIN}1/2(?:\s?(?P<unit>{_UNIT}))?(?![\w/])", _half),
    rule(rf"{_NOT_WITHIN}{_AMOUNT}\s?(?:%|percent\b|per\s?cent\b|pct\b)", _percent),
    rule(
        rf"{_NOT_WITHIN}{_NETWORK}{_MINUS}(?P<figures>{FIGURES})(?:\s?[-–]\s?(?P<until>{FIGURES}))?[\s-]?(?P<unit>{_UNIT})(?!\w)",
        _measure,
    ),
    rule(rf"{_NOT_WITHIN}{_NETWORK}{_AMOUNT}\s?(?P<scale>{_SCALE})(?!\w)", _scaled),
    rule(r"(?<![\w.,/-])(\d{1,4})-([a-z]{3,})(?![\w-])", _compound, case=True),
)
NUMBERS = (
    rule(rf"{_NOT_WITHIN}(\d+\.50?)(?=\s?{_WHOLE_UNITS}(?!\w))", _halves),
    rule(r"(?<![\w.,/-])(19\d\d)(?=\s(?:में|mein|me|ਵਿੱਚ)(?!\w))", _past_year),
    rule(r"(?<![\w.])(\d+)(?:st|nd|rd|th)\b", _ordinal),
    rule(r"(\b(?:in|since|year|from|until|till|by|san)\s|सन\s)((?:19|20)\d\d)(?![,.]?\d|\w)", _year),
    rule(rf"{_NOT_WITHIN}(?P<figures>{FIGURES})\s?[-–]\s?(?P<until>{FIGURES})(?![\w/-])", _range),
    rule(rf"((?<![\w)])-)?({FIGURES})", _number),
)
