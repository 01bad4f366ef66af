"""Whether the site is open, from its hours and holidays: for who asks, and for a model to know. ◆

    "kya abhi khule ho" ──asked──> Asks(today, sure) ──told──> "Hum abhi band hain. Hum kal subah 10 baje khulenge."

A fact that the site wrote says when it usually opens; today may be a holiday, and it may be past eight. A site that has set no
hours is asked nothing here.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from brain.knowledge.normal import normalise
from brain.tools.order_lines import spoken_date
from brain.tools.when import date_in, spoken_time
from brain.wording import Lines, listed
from core.script import latin
from core.sites import WEEKDAYS, Hours, Language, Site

AHEAD = 14
"""Days that are looked through for the next opening."""

_ABOUT = frozenset("open opened close closed shut holiday".split())
_OPEN_ENDED = frozenset("when what hour hours time timing timings late early".split())
_BESIDE = frozenset(
    "are is am be you your we the a an do does it this there on in at of for till until by or not no yes right moment current"
    " currently still already now today tomorrow day after night morning evening please tell me done will shall go ho ki"
    " shop store showroom clinic hospital hotel restaurant institute centre center academy office place lab branch school"
    " monday tuesday wednesday thursday friday saturday sunday".split()
)
_TODAY = re.compile(r"\b(?:now|today|still|moment|current(?:ly)?|already)\b")


@dataclass(frozen=True, slots=True)
class Asks:
    day: date
    sure: bool
    """It is this day that is asked for; else when one opens in general, which a fact of the site's may say better."""


def local(site: Site, at: datetime) -> datetime:
    """`at` on the site's own clock."""
    return at.astimezone(ZoneInfo(site.timezone))


def is_known(site: Site) -> bool:
    return bool(site.hours.week or site.hours.holidays)


def asked(text: str, today: date) -> Asks | None:
    """None: it asks something else. "How do I open the box" has a word that opening hours have not."""
    english = normalise(text).english
    words = set(english.split())
    if not words & (_ABOUT | {"timing", "timings"}) or words - _ABOUT - _OPEN_ENDED - _BESIDE:
        return None
    day = date_in(latin(text).lower(), today)
    return Asks(day or today, sure=day is not None or bool(_TODAY.search(english)) or not words & _OPEN_ENDED)


# ── for who asks ─────────────────────────────────────────────────────────────────────────────────────────────────────
_OPEN_UNTIL: Lines = {
    "hi-Latn": "Ji haan, hum abhi khule hain, {until} tak.",
    "en": "Yes, we are open now, until {until}.",
    "hi": "जी हाँ, हम अभी खुले हैं, {until} तक।",
    "pa": "ਜੀ ਹਾਂ, ਅਸੀਂ ਹੁਣ ਖੁੱਲ੍ਹੇ ਹਾਂ, {until} ਤੱਕ।",
}
_OPEN: Lines = {
    "hi-Latn": "Ji haan, hum abhi khule hain.",
    "en": "Yes, we are open now.",
    "hi": "जी हाँ, हम अभी खुले हैं।",
    "pa": "ਜੀ ਹਾਂ, ਅਸੀਂ ਹੁਣ ਖੁੱਲ੍ਹੇ ਹਾਂ।",
}
_CLOSED_NOW: Lines = {
    "hi-Latn": "Hum abhi band hain.",
    "en": "We are closed now.",
    "hi": "हम अभी बंद हैं।",
    "pa": "ਅਸੀਂ ਹੁਣ ਬੰਦ ਹਾਂ।",
}
_CLOSED_ON: Lines = {
    "hi-Latn": "{day} hum band hain.",
    "en": "We are closed {day}.",
    "hi": "{day} हम बंद हैं।",
    "pa": "{day} ਅਸੀਂ ਬੰਦ ਹਾਂ।",
}
_OPEN_ON: Lines = {
    "hi-Latn": "{day} hum {times} khule hain.",
    "en": "We are open {day} {times}.",
    "hi": "{day} हम {times} खुले हैं।",
    "pa": "{day} ਅਸੀਂ {times} ਖੁੱਲ੍ਹੇ ਹਾਂ।",
}
_OPENS: Lines = {
    "hi-Latn": "Hum {day} {begins} khulenge.",
    "en": "We open {day} at {begins}.",
    "hi": "हम {day} {begins} खुलेंगे।",
    "pa": "ਅਸੀਂ {day} {begins} ਖੁੱਲ੍ਹਾਂਗੇ।",
}
_FROM_TO: Lines = {
    "hi-Latn": "{begins} se {ends} tak",
    "en": "from {begins} to {ends}",
    "hi": "{begins} से {ends} तक",
    "pa": "{begins} ਤੋਂ {ends} ਤੱਕ",
}
_ALL_DAY: Lines = {"hi-Latn": "din raat", "en": "all day", "hi": "दिन रात", "pa": "ਦਿਨ ਰਾਤ"}
_DAYS: tuple[Lines, Lines] = (
    {"hi-Latn": "aaj", "en": "today", "hi": "आज", "pa": "ਅੱਜ"},
    {"hi-Latn": "kal", "en": "tomorrow", "hi": "कल", "pa": "ਕੱਲ੍ਹ"},
)
_ON: Lines = {"hi-Latn": "{date} ko", "en": "on {date}", "hi": "{date} को", "pa": "{date} ਨੂੰ"}


def told(site: Site, asks: Asks, at: datetime, language: Language) -> tuple[str, ...]:
    """One sentence or two, as they are said."""
    here, hours = local(site, at), site.hours
    if asks.day == here.date() and asks.sure:
        if hours.is_open(here):
            until = _closes(hours, here)
            return ((_OPEN_UNTIL[language].format(until=spoken_time(until, language)) if until else _OPEN[language]),)
        closed = _CLOSED_NOW[language] if hours.openings(asks.day) else _on_day(_CLOSED_ON, asks.day, here, language)
        return (closed, *_next_opening(hours, here, language))
    if not (openings := hours.openings(asks.day)):
        return (_on_day(_CLOSED_ON, asks.day, here, language),)
    times = listed([_from_to(opening, language) for opening in openings], language)
    return (_on_day(_OPEN_ON, asks.day, here, language, times=times),)


def _on_day(line: Lines, day: date, here: datetime, language: Language, **values: str) -> str:
    text = line[language].format(day=_day(day, here, language), **values)
    return text[0].upper() + text[1:]


def _day(day: date, here: datetime, language: Language) -> str:
    ahead = (day - here.date()).days
    if 0 <= ahead < len(_DAYS):
        return _DAYS[ahead][language]
    return _ON[language].format(date=spoken_date(day.isoformat(), language))


def _from_to(opening: str, language: Language) -> str:
    if opening == "00:00-24:00":
        return _ALL_DAY[language]
    begins, ends = opening.split("-")
    return _FROM_TO[language].format(begins=spoken_time(begins, language), ends=spoken_time(_on_clock(ends), language))


def _on_clock(time: str) -> str:
    return "00:00" if time == "24:00" else time


def _closes(hours: Hours, here: datetime) -> str:
    """When what is open now closes; empty: not within a day."""
    at = here.replace(second=0, microsecond=0, tzinfo=None)
    for minutes in range(1, 24 * 60):
        if not hours.is_open(then := at + timedelta(minutes=minutes)):
            return f"{then:%H:%M}"
    return ""


def _next_opening(hours: Hours, here: datetime, language: Language) -> tuple[str, ...]:
    """In a sentence; empty if there is none soon."""
    for ahead in range(AHEAD):
        day = here.date() + timedelta(ahead)
        begins = sorted(opening.split("-")[0] for opening in hours.openings(day))
        for begin in begins:
            if ahead or begin > f"{here:%H:%M}":
                return (_OPENS[language].format(day=_day(day, here, language), begins=spoken_time(begin, language)),)
    return ()


# ── for a model ──────────────────────────────────────────────────────────────────────────────────────────────────────
def usually(site: Site) -> str:
    """The week and the holidays: the same from turn to turn. Empty: the site has set none."""
    if not is_known(site):
        return ""
    week = [f"{day} {' and '.join(site.hours.week.get(day, ())) or 'closed'}" for day in WEEKDAYS]
    days = "; ".join(week) if site.hours.week else "every day"
    holidays = ", ".join(f"{day:%d %B %Y}" for day in sorted(site.hours.holidays))
    return f"Opening hours: {days}." + (f" Closed all day on {holidays}." if holidays else "")


def now(site: Site, at: datetime | None) -> str:
    """What time it is there, and whether it is open. Empty: the site has set no hours."""
    if at is None or not is_known(site):
        return ""
    here = local(site, at)
    told_now = " ".join(told(site, Asks(here.date(), sure=True), at, "en"))
    return f"It is {here:%A, %d %B %Y, %H:%M} there. {told_now}"
