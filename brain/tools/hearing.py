"""What a caller's words say for a tool's arguments: a number, a choice, a day, a name. ◆

    "order 12345 kal cancel kar dijiye"  ->  {order_number: "12345", change: "cancelled", day: 2026-11-25}

Every value is checked against the argument's JSON Schema, whoever it comes from: a caller or a model.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator

from brain.digits import number_in
from brain.tools.declaration import Declaration
from brain.tools.when import date_in, time_in
from brain.turn import Asked
from brain.understand import No, Yes, yes_or_no
from core.script import latin

LONGEST_WORDS = 300
"""Characters of an argument in free words."""
ASKED_FOR = ("words", "name", "yes_no")
"""Forms that are heard only as the reply to their own question: any words would fit them."""
_NAME = re.compile(
    r"^(?:ji|haan|hello|yes|okay|\s|,)*\b(?:mera naam|mera nam|naam|nam|my name is|name is|this is|i am|main|mainu)\b\s+"
    r"(?P<name>.+?)(?:\s+(?:hai|he|hoon|hun|bol raha hoon|bol rahi hoon|speaking|ji))?\s*$"
)
_CODE = re.compile(r"[^\W_]+(?:[-/_][^\W_]+)*")
_LETTERS = re.compile(r"\^([A-Za-z]+[-/_]?)(?=\[0-9\]|\\d)")
_PART = re.compile(r"[^\W\d_]+|\d+")
LONGEST_CODE = 4
"""Parts of an id: OD and 12345 are two."""
_PHONE_PREFIX = re.compile(r"^(?:\+?91|0)(?=[6-9]\d{9}$)")


def is_valid(declaration: Declaration, argument: str, value: Any) -> bool:
    """Whether the argument's schema allows the value."""
    return bool(Draft202012Validator(dict(declaration.properties[argument])).is_valid(value))


def believed(declaration: Declaration, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a model filled in, what the schema allows."""
    return {
        name: value for name, value in offered.items() if name in declaration.properties and is_valid(declaration, name, value)
    }


def mentioned(declaration: Declaration, asked: Asked, now: datetime) -> dict[str, Any]:
    """Arguments that the words name by themselves, without having been asked for."""
    forms = {name: declaration.form(name) for name in declaration.properties}
    found: dict[str, Any] = {}
    for name, form in forms.items():
        if (code := _coded(declaration, name, asked.text)) is not None:
            found[name] = code
            continue
        if form in ASKED_FOR or (form == "number" and "digits" in forms.values()):
            continue
        if form == "digits" and not _alone(declaration, name):
            continue
        value = _valid(declaration, name, _value(declaration, name, asked, now.date(), asked_for=False))
        if value is not None:
            found[name] = value
    return found


def _alone(declaration: Declaration, argument: str) -> bool:
    """Whether a number of this length can only be this argument."""
    length = declaration.length(argument)
    return not any(
        declaration.form(other) == "digits" and declaration.length(other) in (length, 0)
        for other in declaration.properties
        if other != argument
    )


def corrected(declaration: Declaration, arguments: Mapping[str, Any], asked: Asked, now: datetime) -> dict[str, Any]:
    """What the words say differently from `arguments`: "nahin, parson"; "mera naam Ravi hai"."""
    heard = mentioned(declaration, asked, now)
    for name in declaration.properties:
        if declaration.form(name) == "name" and (match := _NAME.match(latin(asked.text).lower())):
            heard[name] = match["name"].title()
    return {name: value for name, value in heard.items() if arguments.get(name) != value}


def reply(declaration: Declaration, argument: str, asked: Asked, now: datetime) -> Any:
    """The value that the words give for one argument; None: none that it could have."""
    return _valid(declaration, argument, _value(declaration, argument, asked, now.date(), asked_for=True))


def _valid(declaration: Declaration, argument: str, value: Any) -> Any:
    return value if value is not None and is_valid(declaration, argument, value) else None


def expected(declaration: Declaration, argument: str) -> tuple[str, ...]:
    """What a reply may be made of, for a recogniser that hears only what it expects (core.speech.Expect)."""
    match declaration.form(argument):
        case "date":
            return ("{day}",)
        case "time":
            return ("{time}",)
        case "number":
            return ("{number}",)
        case "choice":
            return tuple(dict.fromkeys(latin(words).lower() for _, words in _named(declaration, argument)))
    return ()


def _value(declaration: Declaration, argument: str, asked: Asked, today: date, *, asked_for: bool) -> Any:
    """`asked_for`: then "eleven" is a time, and "OD-12345" or "12345" the order's number, whatever else they could be."""
    text = latin(asked.text).lower()
    match declaration.form(argument):
        case "digits":
            return _coded(declaration, argument, asked.text) or _with_letters(
                declaration, argument, _digits(text, declaration.length(argument))
            )
        case "number":
            return _number(text, declaration.properties[argument].get("type") == "integer")
        case "choice":
            return _choice(declaration, argument, text)
        case "yes_no":
            answer = yes_or_no(text)
            return {Yes: True, No: False}.get(type(answer)) if answer is not None else None
        case "date":
            day = date_in(text, today)
            return None if day is None else day.isoformat()
        case "time":
            at = time_in(text, asked=asked_for)
            return None if at is None else at.isoformat("minutes")
        case "name":
            match = _NAME.match(text)
            if yes_or_no(text) is not None or any(character.isdecimal() for character in text):
                return None
            return (match["name"] if match else text).strip(" .,").title()[:80] or None
        case "words":
            if yes_or_no(text) is not None:
                return None
            return _coded(declaration, argument, asked.text) or " ".join(asked.text.split())[:LONGEST_WORDS] or None


def _digits(text: str, length: int) -> str | None:
    number, _ = number_in(re.sub(r"(?<=\d)[\s,-]+(?=\d)", " ", text), fewest=min(length, 3) or 3)
    if length == 10:  # a mobile number, with or without 0 or +91 before it
        number = _PHONE_PREFIX.sub("", number)
    return number if number and length in (0, len(number)) else None


def _with_letters(declaration: Declaration, argument: str, number: str | None) -> str | None:
    """ "12345" where the pattern begins with letters that nobody says: OD-12345."""
    letters = _LETTERS.match(declaration.properties[argument].get("pattern", ""))
    return f"{letters[1]}{number}" if number and letters is not None else number


def _number(text: str, whole: bool) -> int | float | None:
    written = re.search(r"\d+(?:,\d+)*(?:\.\d+)?", text)
    if written is not None and len(written[0]) <= 15:
        plain = written[0].replace(",", "")
        return float(plain) if "." in plain and not whole else int(float(plain))
    spoken, _ = number_in(text, fewest=1)
    return int(spoken) if spoken and len(spoken) <= 15 else None


def _choice(declaration: Declaration, argument: str, text: str) -> Any:
    """The value whose words are there; the longest of them, if those of several are."""
    best: tuple[int, Any] = (0, None)
    for value, words in _named(declaration, argument):
        if len(words) > best[0] and re.search(rf"\b{re.escape(words.lower())}\b", text):
            best = len(words), value
    return best[1]


def _named(declaration: Declaration, argument: str) -> Iterator[tuple[Any, str]]:
    """Each value of a choice with each way to say it."""
    for value in declaration.properties[argument].get("enum", ()):
        for words in (*declaration.slot(argument).words.get(str(value), ()), str(value).replace("_", " ")):
            yield value, words


def _coded(declaration: Declaration, argument: str, text: str) -> str | None:
    """The id with letters in it that the argument's pattern describes: OD-12345, also as "od 12345" or "OD12345"."""
    if "pattern" not in declaration.properties[argument] or not any(map(str.isdecimal, text)):
        return None
    written = latin(text)
    parts = _PART.findall(written)
    runs = [parts[at : at + length] for length in range(LONGEST_CODE, 1, -1) for at in range(len(parts) - length + 1)]
    codes: list[str] = _CODE.findall(written) + [joint.join(run) for run in runs for joint in ("-", "", "/", "_")]
    for code in codes:
        if any(map(str.isalpha, code)) and any(map(str.isdecimal, code)):
            for each in (code, code.upper(), code.lower()):
                if is_valid(declaration, argument, each):
                    return each
    return None
