"""The typed answer to a form's question, in what somebody said or keyed; None if there is none in it. ◆

yes_no  "kyon nahin"  ──> True          date   "agle mangal"        ──> "2026-11-24"
number  "dhai lakh"   ──> 250000        phone  "isi number par"     ──> "+919812345678"
choice  "doosra wala" ──> "villa"       text   "chhat par lagana hai" ──> as it is
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from brain.knowledge.sound import phonetic
from brain.outbound.amounts import number_said, tokens
from brain.outbound.assent import yes_no
from brain.outbound.days import day_said
from brain.outbound.spelling import phrase, plain, spelt, words
from core.amounts import amounts
from core.forms import Answer, Option, Question, texts
from core.number_words import ONES, TENS, VALUES

LONGEST = 300
"""Characters of an answer in free words."""
ALIKE = 0.75
"""So alike are two words that are taken for one (0 to 1), if they sound alike as well."""
_SAME_NUMBER = phrase(
    "(yahi|yehi|isi|is|eho|ise|ehi|ihi|usi) (wala)? (number|par|pe|te|mobile|fone)",
    "(this|same|current|present) (number|one|mobile)", "jis (par|pe|number|te) * (call|baat|bat|fone|kia|lagaya|kiti)",
    "number (yahi|yehi|eho|ehi)", "(yahi|yehi|eho|ihi) (hai|sahi|theek|wala)", "jo aapke pas hai",
)  # fmt: skip
_REPEATS = {"duble": 2, "double": 2, "dabal": 2, "triple": 3, "tripal": 3}
_SOME_DIGITS = 3
"""From so many on it was a number that they said, not "is ek number par"."""
_NOTHING = phrase(
    "pata nahin", "nahin pata", "maloom nahin", "kuchh (bhi)? nahin", "(don't|dont|do not) know", "no idea", "kah nahin sakte",
    "not sure", "kuchh khas nahin", "nothing", "that's all", "no thanks", "aur nahin",
)  # fmt: skip
_ORDINALS = tuple(
    spelt(names)
    for names in (
        "pehla pehle pehli pahla pahle pahli first pehlaa pahila pahili 1st",
        "doosra doosri dusra dusri dusre second dooja duja duji 2nd",
        "teesra teesri tisra tisri third tija tiji teeja 3rd", "chautha chauthi fourth chotha",
        "paanchva panchva panchvi fifth panjvan",
    )
)  # fmt: skip
_LAST = spelt("aakhri akhri akhiri last aakhiri antim")
_PLACE_WORDS = spelt("number option wala wali vala vali one no choice vikalp ji haan kijie bata likh do lijie chahie the hai")
_ALL = phrase(
    "koi bhi",
    "dono",
    "sab",
    "saare",
    "any",
    "both",
    "all of",
    "either",
    "jo bhi",
    "kujh vi",
    "koi vi",
    "donon",
    "dove",
    "teeno",
    "none",
    "koi nahin",
    "inme se koi",
)
_EMPTY = spelt("bas ji jee haan han haa sir madam to toh achha acha ok okay theek hai um uh hmm matlab arre hello please thanks")


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer may lean on."""

    today: date
    caller: str = ""
    """Their number, for "isi par"."""
    keyed: bool = False


def answer(question: Question, text: str, setting: Setting) -> Answer | None:
    found = _keyed(question, text, setting) if setting.keyed else _said(question, text, setting)
    if question.type == "number" and isinstance(found, float):
        return _within(question, found)
    return found


def _said(question: Question, text: str, setting: Setting) -> Answer | None:
    match question.type:
        case "yes_no":
            return yes_no(text)
        case "number":
            return number_said(text, _asked(question))
        case "choice":
            return choice(question.options, text)
        case "date":
            day = day_said(text, setting.today)
            return None if day is None else day.isoformat()
        case "phone":
            return _phone(text, setting.caller)
        case "text":
            return _free(text)


def _keyed(question: Question, digits: str, setting: Setting) -> Answer | None:
    match question.type:
        case "yes_no":
            return {"1": True, "2": False}.get(digits)
        case "number":
            return float(digits) if digits.isdecimal() else None
        case "choice":
            place = int(digits) if digits.isdecimal() else 0
            return question.options[place - 1].value if 0 < place <= len(question.options) else None
        case "phone":
            return _e164(digits)
        case "date" | "text":
            return None


def _asked(question: Question) -> str:
    return " ".join(texts(question.ask))


def _within(question: Question, value: float) -> int | float | None:
    if (question.least is not None and value < question.least) or (question.most is not None and value > question.most):
        return None
    return int(value) if value.is_integer() else value


def _free(text: str) -> str | None:
    own = [word for word in words(text) if word not in _EMPTY]
    said = yes_no(text)
    if not own or _NOTHING.search(plain(text)) or (said is not None and len(own) < (2 if said else 3)):
        return None
    return " ".join(text.split())[:LONGEST]


# ── a telephone number ───────────────────────────────────────────────────────────────────────────────────────────────
def _phone(text: str, caller: str) -> str | None:
    if len(digits := _digits(text)) >= 10:
        return _e164(digits)
    said = plain(text)
    same = not digits and _SAME_NUMBER.search(said) is not None and not re.search(r" (?:nahin|not|no) ", said)
    return (caller or None) if same else None


def _digits(text: str) -> str:
    """The longest run of figures, said one by one or in pairs: "double nine ek do", "ninety eight 76"."""
    runs, times, before = [""], 1, ""
    for word in words(text):
        figures = word if word.isdecimal() else f"{VALUES[word]:.0f}" if word in VALUES else "0" if word == "o" else ""
        if word in ONES and before in TENS:
            runs[-1] = runs[-1][:-1] + figures
        elif figures:
            runs[-1] += figures * times
        elif word not in _REPEATS:
            runs.append("")
        times, before = _REPEATS.get(word, 1), word
    longest = max(runs, key=len)
    return longest if len(longest) >= _SOME_DIGITS else ""


def _e164(digits: str) -> str | None:
    """An Indian mobile number, with or without 0 or 91 before it."""
    found = re.fullmatch(r"(?:91|0)?([6-9]\d{9})", digits)
    return f"+91{found[1]}" if found else None


# ── one of several ───────────────────────────────────────────────────────────────────────────────────────────────────
def choice(options: Sequence[Option], text: str) -> str | None:
    """By its words, by its number, by its place; None if it could be two of them, or was only refused."""
    said = plain(text)
    if (numbers := _numbers(options)) is not None and (value := number_said(text)) is not None:
        fitting = [option for option, held in numbers.items() if value in held]
        return fitting[0] if len(fitting) == 1 else None
    named, refused = dict[str, int](), set[str]()
    for option, name in ((each, name) for each in options for name in names(each)):
        at = said.find(f" {name} ") + 1
        if at and _is_refused(said, at, at + len(name)):
            refused.add(option.value)
        elif at:
            named[option.value] = max(named.get(option.value, 0), len(name))
    named = {value: length for value, length in named.items() if value not in refused}
    if named:
        longest = max(named, key=lambda value: named[value])
        return longest if all(value == longest or _is_part(value, longest, options) for value in named) else None
    if refused or _ALL.search(said):
        return None
    return _by_place(options, text) or _by_sound(options, text)


def names(option: Option) -> list[str]:
    """What it goes by, in the one form of words."""
    return [name for name in dict.fromkeys(" ".join(words(each)) for each in _written(option)) if name]


def _written(option: Option) -> list[str]:
    return [option.value.replace("_", " "), *texts(option.say), *option.words]


def _is_refused(said: str, start: int, end: int) -> bool:
    """ "Villa nahin", "not a villa"."""
    before = said[:start].split()[-2:]
    return said[end:].split()[:1] in (["nahin"], ["not"]) or before[-1:] == ["not"] or before in (["not", "a"], ["not", "the"])


def _is_part(value: str, of: str, options: Sequence[Option]) -> bool:
    """ "2 BHK" is in "2 BHK villa"."""
    mine = [name for option in options if option.value == value for name in names(option)]
    theirs = [name for option in options if option.value == of for name in names(option)]
    return any(f" {one} " in f" {other} " for one in mine for other in theirs)


def _numbers(options: Sequence[Option]) -> dict[str, set[float]] | None:
    """Of options that all have numbers in their names ("2 BHK", "under 50 lakh"): their number is meant, not their place."""
    found = {option.value: {amount.value for name in _written(option) for amount in amounts(tokens(name))} for option in options}
    return found if all(found.values()) else None


def _by_place(options: Sequence[Option], text: str) -> str | None:
    own = words(text)
    ordinals = {at for at, names_of in enumerate(_ORDINALS) if names_of & set(own)}
    if _LAST & set(own):
        ordinals.add(len(options) - 1)
    if not ordinals and (value := number_said(text)) is not None:
        others = [token for token in tokens(text) if isinstance(token, str) and token not in _PLACE_WORDS]
        ordinals = {int(value) - 1} if value.is_integer() and len(others) <= 1 else set()
    place = ordinals.pop() if len(ordinals) == 1 else -1
    return options[place].value if 0 <= place < len(options) else None


def _by_sound(options: Sequence[Option], text: str) -> str | None:
    """Misspelt or misheard: "apartmint", "vila"."""
    alike = dict[str, float]()
    for word in words(text):
        for option in options:
            for name in names(option):
                if " " not in name and len(name) > 3 and len(word) > 3 and phonetic(word) == phonetic(name):
                    near = SequenceMatcher(None, word, name).ratio()
                    alike[option.value] = max(alike.get(option.value, 0.0), near)
    near_enough = [value for value, near in alike.items() if near >= ALIKE]
    return near_enough[0] if len(near_enough) == 1 else None
