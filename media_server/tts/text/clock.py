"""Dates and times of day as words."""

import re

from media_server.tts.text.numbers import cardinal, ordinal, year
from media_server.tts.text.tongues import Tongue

MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?"
)
"""A month's name in English, whole or short, for a pattern that ignores case."""
_FIRST_THREE = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_PART = re.compile(
    r"(?:subah|savere|dopahar|dopeher|shaam|sham|raat|सुबह|सवेरे|दोपहर|शाम|रात|ਸਵੇਰੇ|ਦੁਪਹਿਰ|ਸ਼ਾਮ|ਰਾਤ)(?:\s+(?:ko|ke|को|के|ਨੂੰ|ਦੇ))?\s*$",
    re.IGNORECASE,
)
"""A part of the day just before a time: it need not be said again."""

_QUARTERS = {
    "hi": {15: "सवा {}", 30: "साढ़े {}", 45: "पौने {}"},
    "pa": {15: "ਸਵਾ {}", 30: "ਸਾਢੇ {}", 45: "ਪੌਣੇ {}"},
}  # fmt: skip
_HALF_PAST = {("hi", 1): "डेढ़", ("hi", 2): "ढाई", ("pa", 1): "ਡੇਢ", ("pa", 2): "ਢਾਈ"}
_O_CLOCK = {"hi": "बजे", "pa": "ਵਜੇ"}
_PAST = {"hi": "{} बजकर {} मिनट", "pa": "{} ਵੱਜ ਕੇ {} ਮਿੰਟ"}


def month_number(name: str) -> int:
    """ "Sept" -> 9."""
    return _FIRST_THREE.index(name[:3].lower()) + 1


def date(day: int, month: int, full_year: int | None, tongue: Tongue) -> str | None:
    """(12, 8, 2026) -> "twelfth August twenty twenty six"; None for a day that is in no calendar."""
    if not (1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]):
        return None
    which = ordinal(day, tongue) if tongue.code == "en" else cardinal(day, tongue)
    words = f"{which} {tongue.months[month - 1]}"
    return f"{words} {year(full_year, tongue)}" if full_year else words


def full_year(written: str | None) -> int | None:
    """ "26" -> 2026, "99" -> 1999."""
    if not written:
        return None
    count = int(written)
    return count if len(written) == 4 else 2000 + count if count < 70 else 1900 + count


def time_of_day(hour: int, minute: int, half: str, tongue: Tongue, day_part_said: bool) -> str | None:
    """(5, 30, "p") -> "five thirty p m", "शाम साढ़े पाँच बजे". `half` is "a", "p" or "". None for an hour that no clock shows.

    From 13 to 23 the hour tells the half; then, and with `half`, the part of the day is said unless it was.
    """
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if not half and hour > 12:
        half = "p" if hour < 24 else "a"
    of_day = hour % 12 + (12 if half == "p" else 0)
    shown = hour % 12 or 12
    if tongue.code == "en":
        return _english_time(shown, minute, half, tongue)
    words = _indian_time(shown, minute, tongue)
    if not half or day_part_said or tongue.day_parts is None:
        return words
    morning, noon, evening, night = tongue.day_parts
    part = night if of_day < 4 else morning if of_day < 12 else noon if of_day < 16 else evening if of_day < 20 else night
    return f"{part} {words}"


def _english_time(shown: int, minute: int, half: str, tongue: Tongue) -> str:
    hour = cardinal(shown, tongue)
    minutes = "" if not minute else f" {cardinal(minute, tongue)}" if minute >= 10 else f" oh {cardinal(minute, tongue)}"
    ending = {"a": f" {tongue.a_m}", "p": f" {tongue.p_m}", "": "" if minute else " o'clock"}[half]
    return hour + minutes + ending


def _indian_time(shown: int, minute: int, tongue: Tongue) -> str:
    code = tongue.code
    o_clock = _O_CLOCK[code]
    if minute == 0:
        return f"{cardinal(shown, tongue)} {o_clock}"
    if minute == 30 and (code, shown) in _HALF_PAST:
        return f"{_HALF_PAST[code, shown]} {o_clock}"
    if minute == 45:
        following = shown % 12 + 1
        return f"{_QUARTERS[code][45].format(cardinal(following, tongue))} {o_clock}"
    if minute in _QUARTERS[code]:
        return f"{_QUARTERS[code][minute].format(cardinal(shown, tongue))} {o_clock}"
    return _PAST[code].format(cardinal(shown, tongue), cardinal(minute, tongue))
