"""Dates and times in what a caller said: "kal shaam paanch baje", "24 November", "parson", "next Monday at 5 pm". ◆

Of two dates the last counts: "kal nahin, parson". "kal" is tomorrow: what is asked for here lies ahead.
"""

import re
from datetime import date, time, timedelta

from core.sites import Language

_DAYS = {
    "aaj": 0, "aj": 0, "today": 0, "kal": 1, "kall": 1, "kalh": 1, "bhalke": 1, "bhalake": 1, "tomorrow": 1,
    "parson": 2, "parso": 2, "parsoon": 2,
    "tarson": 3, "narason": 3, "parason": 2,
}  # fmt: skip
_WEEKDAYS = (
    ("monday", "somvar", "somwar", "somavar"), ("tuesday", "mangalvar", "mangalwar", "mangal", "mangalavar"),
    ("wednesday", "budhvar", "budhwar", "budh", "budhavar"),
    ("thursday", "guruvar", "guruwar", "brihaspativar", "veervar", "virvar", "viravar"),
    ("friday", "shukravar", "shukrawar", "shukrvar", "shukaravar"),
    ("saturday", "shanivar", "shaniwar", "shanichar", "shanicharavar"),
    ("sunday", "ravivar", "raviwar", "itvar", "itwar", "itavar", "aitvar", "aitavar"),
)  # fmt: skip
_MONTHS = (
    "january jan janvari janavari", "february feb farvari faravari", "march mar marach", "april apr aprail",
    "may mai",
    "june jun joon", "july jul julai", "august aug agast agasat", "september sep sept sitambar sitanbar satanbar",
    "october oct aktubar akatubar", "november nov navambar navanbar", "december dec disambar disanbar dasanbar",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WEEKDAY = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
_HOURS = {
    name: number
    for number, names in enumerate(
        "one ek ik,two do,three teen tin,four char chaar,five paanch panch panj,six chhe che chhah,seven saat sat satt,"
        "eight aath ath atth,nine nau naun,ten das dass,eleven gyarah giarah gyaran giaaran,twelve barah baran".split(","),
        start=1,
    )
    for name in names.split()
}
_PARTS = {
    "subah": "am", "savere": "am", "morning": "am", "am": "am", "dopahar": "pm", "dupahar": "pm",
    "dupahir": "pm", "afternoon": "pm", "noon": "pm",
    "shaam": "pm", "sham": "pm", "evening": "pm", "pm": "pm", "raat": "night", "rat": "night", "night": "night",
}  # fmt: skip
_VAGUE = {
    "subah": time(10), "savere": time(10), "morning": time(10), "dopahar": time(14), "dupahar": time(14),
    "dupahir": time(14), "afternoon": time(14),
    "noon": time(12), "shaam": time(18), "sham": time(18), "evening": time(18), "raat": time(20), "night": time(20),
}  # fmt: skip
_MINUTES = {"fifteen": 15, "thirty": 30, "forty five": 45, "pandrah": 15, "tees": 30}
_SHIFT = {
    "saadhe": 30,
    "sadhe": 30,
    "sarhe": 30,
    "saade": 30,
    "sade": 30,
    "half": 30,
    "sava": 15,
    "sawa": 15,
    "quarter": 15,
    "paune": -15,
}
_HALVES = {"dedh": time(13, 30), "derh": time(13, 30), "dhai": time(14, 30)}
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_WORD = re.compile(r"[^\W\d_]+|\d+")


def date_in(text: str, today: date) -> date | None:
    """The last day that is named in Latin-script text; None if none is, or if it can't be."""
    found: list[tuple[int, date]] = []
    for pattern, order in ((_ISO, (1, 2, 3)), (_NUMERIC, (3, 2, 1))):
        for match in pattern.finditer(text):
            if (day := _day(*(match[group] for group in order), today=today)) is not None:
                found.append((match.start(), day))
    words = [(match.start(), match[0]) for match in _WORD.finditer(text.lower())]
    for index, (start, word) in enumerate(words):
        if (named := _named(word, index, [word for _, word in words], today)) is not None:
            found.append((start, named))
    return max(found)[1] if found else None


def _named(word: str, index: int, words: list[str], today: date) -> date | None:
    before, after = words[max(0, index - 3) : index], words[index + 1 : index + 3]
    if word in _DAYS:
        return today + timedelta(2 if word == "tomorrow" and before[-2:] == ["day", "after"] else _DAYS[word])
    if word in _WEEKDAY:
        return today + timedelta((_WEEKDAY[word] - today.weekday() - 1) % 7 + 1)
    if word in _MONTH:
        numbers = [each for each in (*reversed(before), *after) if each.isdecimal() and int(each) <= 31]
        return _day(None, str(_MONTH[word]), numbers[0], today=today) if numbers else None
    if word in ("tarikh", "tareekh", "taarikh") and before and before[-1].isdecimal():
        this = _day(str(today.year), str(today.month), before[-1], today=today)
        return this if this is not None and this >= today else _in_next_month(before[-1], today)
    return None


def _in_next_month(number: str, today: date) -> date | None:
    first = (today.replace(day=1) + timedelta(32)).replace(day=1)
    return _day(str(first.year), str(first.month), number, today=today)


def _day(year: str | None, month: str, number: str, *, today: date) -> date | None:
    """Without a year: the next such day."""
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(number))
        this = date(today.year, int(month), int(number))
        return this if this >= today else date(today.year + 1, int(month), int(number))
    except ValueError:
        return None


def time_in(text: str, *, asked: bool = False) -> time | None:
    """The time of day that is named in Latin-script text; a part of the day alone ("shaam ko") has a time of its own.
    `asked`: it was asked for, so that "eleven" is one too."""
    words: list[str] = _WORD.findall(re.sub(r"\b([ap]) ?\.? ?m\b\.?", r"\1m", text.lower()))
    part = next((_PARTS[word] for word in words if word in _PARTS), "")
    for index, word in enumerate(words):
        hour = int(word) if word.isdecimal() and len(word) <= 2 else _HOURS.get(word, -1)
        if 0 <= hour <= 23 and (_is_clock(words, index) or (asked and _is_bare(words, index))):
            minute = _minute(words, index)
            before = words[max(0, index - 2) : index]
            shift = next((_SHIFT[each] for each in before if each in _SHIFT), 0)
            shift = -shift if before == ["quarter", "to"] else shift
            minutes = _hour_of_day(hour, part) * 60 + (minute or 0) + shift
            return time(minutes // 60 % 24, minutes % 60)
    return next((times[word] for times in (_HALVES, _VAGUE) for word in words if word in times), None)


def _is_clock(words: list[str], index: int) -> bool:
    """Whether the number there is an hour: "5 baje", "at 5", "5 pm", "5:30", "saadhe paanch"."""
    before, after = words[max(0, index - 2) : index], words[index + 1 : index + 3]
    told = {"baje", "bje", "vaje", "baj", "am", "pm", "o", "oclock", "bajkar", "bajey"}
    minute = bool(after) and after[0].isdecimal() and len(after[0]) == 2 and words[index].isdecimal() and int(after[0]) < 60
    part = any(word in _VAGUE for word in before[-1:]) or any(word in ("subah", "shaam", "sham", "raat") for word in after[:1])
    return bool(told & set(after)) or minute or part or any(word in _SHIFT or word == "at" for word in before)


def _is_bare(words: list[str], index: int) -> bool:
    """Whether the number there is the reply to "at what time?", and not the day of a date."""
    others = {*words[:index], *words[index + 1 :]}
    return not others & (_MONTH.keys() | {"tarikh", "tareekh", "taarikh", "of"})


def _minute(words: list[str], index: int) -> int | None:
    after = words[index + 1 : index + 3]
    if after and (minutes := _MINUTES.get(" ".join(after)) or _MINUTES.get(after[0])):
        return minutes
    return int(after[0]) if after and after[0].isdecimal() and len(after[0]) == 2 and int(after[0]) < 60 else None


def _hour_of_day(hour: int, part: str) -> int:
    """Without "subah" or "shaam" an hour from 1 to 7 is in the afternoon: that is when shops call back."""
    if hour > 12 or hour == 0:
        return hour
    if part == "am":
        return hour % 12
    if part == "night":
        return hour + 12 if 6 <= hour < 12 else hour % 12
    return hour % 12 + 12 if part == "pm" or hour <= 7 or hour == 12 else hour


def spoken_time(text: str, language: Language) -> str:
    """17:30, 2026-11-24T17:30:00+05:30 -> "shaam 5:30 baje", "5:30 PM". What is no time comes back as it is; so does UTC's: a
    machine's clock, not the one on the caller's wall."""
    try:
        at = time.fromisoformat(text.partition("T")[2] or text)
    except ValueError:
        return text
    if at.utcoffset() == timedelta():
        return text
    clock = f"{at.hour % 12 or 12}" + (f":{at.minute:02d}" if at.minute else "")
    part = 0 if 4 <= at.hour < 12 else 1 if 12 <= at.hour < 16 else 2 if 16 <= at.hour < 20 else 3
    match language:
        case "hi-Latn":
            return f"{('subah', 'dopahar', 'shaam', 'raat')[part]} {clock} baje"
        case "hi":
            return f"{('सुबह', 'दोपहर', 'शाम', 'रात')[part]} {clock} बजे"
        case "pa":
            return f"{('ਸਵੇਰੇ', 'ਦੁਪਹਿਰ', 'ਸ਼ਾਮ', 'ਰਾਤ')[part]} {clock} ਵਜੇ"
        case "en":
            return f"{clock} {'AM' if at.hour < 12 else 'PM'}"
