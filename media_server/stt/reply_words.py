"""What callers reply to a question: a day, a time, yes or no. Named in a phrase: "{day} {clock}" is all of them. ◆

Only the words: brain/tools/when.py and brain/understand.py say what they mean, and know more of them than are listened for.
"""

import functools
from collections.abc import Iterator, Mapping

from media_server.stt.numbers import HINDI_VALUES

_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_BAJE = "ek do teen chaar paanch chhe saat aath nau das gyarah barah".split()
_DAYS = """
today · tomorrow · day after tomorrow · aaj · kal · parson · kal ka · aaj ka · kal ke liye · aaj ke liye · parson ke liye
"""
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
somvar mangalvar budhvar guruvar veervar shukravar shanivar ravivar itvar
"""
_MONTHS = "january february march april may june july august september october november december"
_ORDINALS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
seventeenth eighteenth nineteenth twentieth twenty·first twenty·second twenty·third twenty·fourth twenty·fifth twenty·sixth
twenty·seventh twenty·eighth twenty·ninth thirtieth thirty·first
"""
_CARDINALS = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty twenty·one twenty·two twenty·three twenty·four twenty·five twenty·six twenty·seven twenty·eight twenty·nine thirty
thirty·one
"""
_YES_NO = """
yes · yes please · yes do it · yes go ahead · go ahead · please do · sure · okay · that is right · correct · confirm
no · no thank you · do not · no do not do it · not now
haan · haan ji · ji haan · ji · bilkul · theek hai · sahi hai · haan sahi hai · haan kar do · haan kar dijiye
kar do · kar dijiye · haan bilkul · haan theek hai · ji kar dijiye · ok kar do
nahin · nahi · nahin chahiye · mat karo · mat kijiye · nahin mat karo · rehne do · rehne dijiye · abhi nahin
"""


def _listed(text: str) -> list[str]:
    return [phrase.strip() for line in text.strip().splitlines() for phrase in line.split(" · ")]


def _days() -> Iterator[str]:
    yield from _listed(_DAYS)
    for day in _WEEKDAYS.split():
        yield from (day, f"on {day}", f"next {day}", f"this {day}", f"agle {day}", f"{day} ko")


def _dates() -> Iterator[str]:
    ordinals, cardinals = ([word.replace("·", " ") for word in text.split()] for text in (_ORDINALS, _CARDINALS))
    hindi = [word for word, value in HINDI_VALUES.items() if 1 <= value <= 31]
    for month in _MONTHS.split():
        for number in (*ordinals, *cardinals):
            yield from (f"{number} {month}", f"{month} {number}")
        yield from (f"{number} {month}" for number in hindi)
        yield from (f"{number} of {month}" for number in ordinals)
    yield from (f"{number} tarikh" for number in (*hindi, *cardinals))
    yield from ordinals


def _clocks() -> Iterator[str]:
    for hour in _HOURS:
        yield from (f"at {hour}", f"{hour} o'clock", f"{hour} a m", f"{hour} p m", f"half past {hour}", f"quarter past {hour}")
        yield from (f"{hour} {minute}" for minute in ("fifteen", "thirty", "forty five"))
        yield from (f"quarter to {hour}", f"{hour} in the morning", f"{hour} in the afternoon", f"{hour} in the evening")
        yield from (f"{part} {hour} baje" for part in ("subah", "shaam"))
        yield f"{hour} baje"
    for hour in _BAJE:
        yield from (f"{part}{hour} baje" for part in ("", "subah ", "dopahar ", "shaam ", "raat "))
        yield from (f"{part} {hour} baje" for part in ("saadhe", "sava", "paune"))
        yield from (f"{hour} baj kar {minute} minute" for minute in ("das", "pandrah", "bees", "tees"))
    yield from ("dedh baje", "dhai baje", "subah", "dopahar", "shaam", "raat", "morning", "afternoon", "evening", "noon")
    yield from ("in the morning", "in the afternoon", "in the evening")


def _bare_hours() -> Iterator[str]:
    """Only where a time is asked for: "aath" is heard in anything."""
    yield from _HOURS
    yield from (f"{part}{hour}" for hour in _BAJE for part in ("", "saadhe ", "sava ", "paune "))


def _numbers() -> Iterator[str]:
    yield from (word.replace("·", " ") for word in _CARDINALS.split())
    yield from (word for word, value in HINDI_VALUES.items() if value)
    for tens in "thirty forty fifty sixty seventy eighty ninety".split():
        yield from (tens, *(f"{tens} {ones}" for ones in _HOURS[:9]))


RARELY: Mapping[str, tuple[str, ...]] = {
    "{day}": ("{date}", "{day} {clock}", "{date} {clock}"),
    "{time}": ("{day} {clock}",),
}
"""What is also said to who asks for it, but less often than it would be misheard."""


@functools.cache
def named() -> Mapping[str, tuple[str, ...]]:
    """By the name that stands in a phrase."""
    return {
        "{day}": tuple(_days()),
        "{date}": tuple(_dates()),
        "{clock}": (clocks := tuple(_clocks())),
        "{time}": (*clocks, *_bare_hours()),
        "{yes_no}": tuple(_listed(_YES_NO)),
        "{number}": tuple(_numbers()),
    }
