"""Rules for dates and times of day."""

import re

from media_server.tts.text import clock
from media_server.tts.text.numbers import digits
from media_server.tts.text.rules import Rule, rule
from media_server.tts.text.tongues import Tongue


def _always(match: re.Match[str], tongue: Tongue) -> str:
    return tongue.always_open


def _date(match: re.Match[str], tongue: Tongue) -> str:
    day, month = int(match["day"]), int(match["month"])
    if month > 12 >= day:  # the American order: no other reading is possible
        day, month = month, day
    return clock.date(day, month, clock.full_year(match["year"]), tongue) or _by_parts(match, tongue)


def _named_month(match: re.Match[str], tongue: Tongue) -> str:
    month = clock.month_number(match["month"])
    return clock.date(int(match["day"]), month, clock.full_year(match["year"]), tongue) or _by_parts(match, tongue)


def _time(match: re.Match[str], tongue: Tongue) -> str:
    """One time, or two; the half of the day may be given once, after the second."""
    found = match.groupdict()
    said = bool(clock.DAY_PART.search(match.string[: match.start()]))
    half, half2 = (found.get("half") or "").lower(), (found.get("half2") or "").lower()
    hour = int(found["hour"])
    if found.get("hour2") is None:
        return clock.time_of_day(hour, int(found["minute"] or 0), half, tongue, said) or _by_parts(match, tongue)
    if half2 and not half and hour < int(found["hour2"]):
        half = half2
    until = int(found["hour2"]), int(found["minute2"] or 0)
    words = clock.time_of_day(hour, int(found["minute"] or 0), half, tongue, said), clock.time_of_day(*until, half2, tongue, said)
    return f" {tongue.to} ".join(map(str, words)) if all(words) else _by_parts(match, tongue)


def _by_parts(match: re.Match[str], tongue: Tongue) -> str:
    """It only looked like one: its numbers digit by digit, its words as they are."""
    return re.sub(r"\d+", lambda part: f" {digits(part[0], tongue)} ", re.sub(r"[/.:-]", " ", match[0]))


_ALONE, _END = r"(?<![\w.,/:-])", r"(?![\w/:-])"
_BAJE = r"(?:\s*(?:baje|bje|bajey|बजे|ਵਜੇ|o'?clock))"
_UNTIL = r"\s*(?:-|–|—|to\b|se\b|से|ਤੋਂ)\s*"
_MONTH = rf"(?P<month>{clock.MONTHS})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})\b"


def _clock(number: str = "") -> str:
    return rf"(?P<hour{number}>\d{{1,2}})(?:[:.](?P<minute{number}>\d{{2}}))?"


def _half(number: str = "") -> str:
    return rf"(?:\s?(?P<half{number}>[ap])(?:\.\s?m\b\.?|\s?m\b))"


RULES: tuple[Rule, ...] = (
    rule(r"\b24\s?[x*×/]\s?7\b", _always),
    rule(rf"{_ALONE}(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){_END}", _date),
    rule(rf"{_ALONE}(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_END}", _date),
    rule(rf"{_ALONE}(?P<day>\d{{1,2}})/(?P<month>0\d|1[0-2])(?P<year>\Z)?{_END}", _date),
    rule(rf"{_ALONE}{_DAY}(?:\s+of)?[\s-]+{_MONTH}\b(?:\.(?!\s*$))?(?:,?[\s-]+{_YEAR})?", _named_month),
    rule(rf"\b{_MONTH}\.?\s+{_DAY}(?![\w:%])(?!\s*%)(?:,?\s+{_YEAR})?", _named_month),
    rule(rf"{_ALONE}{_clock()}{_half()}?{_BAJE}?{_UNTIL}{_clock('2')}{_half('2')}{_BAJE}?", _time),
    rule(rf"{_ALONE}{_clock()}{_BAJE}?{_UNTIL}{_clock('2')}{_BAJE}", _time),
    rule(rf"{_ALONE}(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}){_UNTIL}(?P<hour2>\d{{1,2}}):(?P<minute2>\d{{2}})(?![\w:])", _time),
    rule(rf"{_ALONE}{_clock()}{_half()}{_BAJE}?", _time),
    rule(rf"{_ALONE}{_clock()}{_BAJE}", _time),
    rule(rf"{_ALONE}(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?![\w:])", _time),
)
