"""The day that somebody names: "kal", "agle mangal", "chaubis November", "teen din baad", "ਪਰਸੋਂ". It lies ahead. ◆

Of two the last counts if the first is taken back ("kal nahin, parson"); else nobody knows.
"""

import re
from datetime import date, timedelta

from brain.outbound.amounts import tokens
from brain.outbound.spelling import folded
from brain.tools.when import date_in
from core.amounts import amounts

_WEEKDAYS = (
    "monday somvar somwar sombar", "tuesday mangalvar mangalwar mangal", "wednesday budhvar budhwar budh",
    "thursday guruvar guruwar brihaspativar veervar virvar", "friday shukravar shukrawar shukkarvar jumma",
    "saturday shanivar shaniwar shanichar shanicharvar", "sunday ravivar raviwar itvar itwar aitvar aitwar",
)  # fmt: skip
_WEEKDAY = {folded(name): day for day, names in enumerate(_WEEKDAYS) for name in names.split()}
_OTHERS = (
    "kal kall kalh bhalke tomorrow", "parson parso parsoon parsun", "aaj aj ajj today",
    "january janvari janvri jan", "february farvari farvri feb", "march marach mar", "april aprail apral", "may mai",
    "june jun joon", "july julai jul", "august agast agst aug", "september sitambar sitanbar satanbar sept sep",
    "october aktubar aktobar aktuber oct", "november navambar navanbar nov", "december disambar disanbar dasanbar dec",
    "tarikh tareekh taarikh tareek tarik", "din day days dinon", "hafte hafta hafton week weeks hafate",
    "mahine mahina month months",
    "agle agla agli next agale aunde coming",
)  # fmt: skip
_SPELT = {folded(name): names.split()[0] for names in (*_WEEKDAYS, *_OTHERS) for name in names.split()}
"""Every way to write a word -> the one that brain.tools.when knows."""
_LATER = re.compile(
    r" (\d+) (din|hafte|mahine) (?:(?:ke|de|ton) )?(?:bad|men|andar|later|from now)(?= )"
    r"| (?:in|after|within) (\d+) (din|hafte|mahine)(?= )"
)
_NEXT = re.compile(r" agle (?:hafte (?:(?:ke|ki|de) )?)?([a-z]+)(?= )")
_MONTH_DAY = re.compile(r" agle mahine (?:ki |di |ke )?(\d+)(?= )")
_OF_MONTH = re.compile(r" (\d+)(?= ko )")
_TAKEN_BACK = re.compile(r" (?:nahin|no|not|sorry|matlab|actually|balki|instead) ")
_OR = re.compile(r" (?:ya|ja|or|se|ton) ")


def day_said(text: str, today: date) -> date | None:
    said = f" {' '.join(canonical(text))} "
    said = re.sub(r" \d+\.\d+(?= )", "", said)  # half past five is no fifth of May
    said = _TAKEN_BACK.split(said)[-1] if _TAKEN_BACK.search(said.removesuffix(" nahin ")) else said
    if said.endswith(" nahin "):
        return None
    days = {day for part in _OR.split(f" {said.strip()} ") if (day := _named(f" {part.strip()} ", today)) is not None}
    return days.pop() if len(days) == 1 else None


def _named(said: str, today: date) -> date | None:
    if (later := _LATER.search(said)) is not None:
        return _later(today, int(later[1] or later[3]), later[2] or later[4])
    if (month := _MONTH_DAY.search(said)) is not None:
        first = (today.replace(day=1) + timedelta(32)).replace(day=1)
        return date_in(f"{first.year}-{first.month}-{month[1]}", today)
    if (following := _NEXT.search(said)) is not None and following[1] in _DAY_NUMBER:
        return _next(today, _DAY_NUMBER[following[1]])
    return date_in(_OF_MONTH.sub(r" \1 tarikh", said), today)


_DAY_NUMBER = {names.split()[0]: day for day, names in enumerate(_WEEKDAYS)}


def _next(today: date, weekday: int) -> date:
    """ "Agle mangal": on a Monday that is not tomorrow, but the Tuesday of next week."""
    ahead = (weekday - today.weekday() - 1) % 7 + 1
    return today + timedelta(ahead if today.weekday() + ahead > 6 else ahead + 7)


def _later(today: date, count: int, unit: str) -> date | None:
    if not 0 < count <= 365:
        return None
    if unit != "mahine":
        return today + timedelta(count * (7 if unit == "hafte" else 1))
    months = today.month - 1 + count
    first = date(today.year + months // 12, months % 12 + 1, 1)
    last = (first + timedelta(32)).replace(day=1) - timedelta(1)
    return first.replace(day=min(today.day, last.day))


def canonical(text: str) -> list[str]:
    """Words as brain.tools.when knows them, numbers in figures; 24/11 and 2026-11-24 as they are."""
    if re.search(r"\d[/.-]\d", text):
        return text.lower().split()
    said = tokens(re.sub(r"(\d)(?:st|nd|rd|th)\b(?! (?:of|[a-z]{3,}))", r"\1 tarikh", text.lower()))
    numbers = {amount.start: amount for amount in amounts(said)}
    found, at = list[str](), 0
    while at < len(said):
        if said[at : at + 3] == ["day", "after", "tomorov"]:
            found, at = [*found, "parson"], at + 3
            continue
        amount, word = numbers.get(at), str(said[at])
        found.append(_SPELT.get(word, word) if amount is None else f"{amount.value:g}")
        at = at + 1 if amount is None else amount.end
    return found
