"""What a caller's words say for a tool's arguments: a number, a choice, a day, a name. ◆

    "order 12345 kal cancel kar dijiye"  ->  {order_number: "12345", change: "cancelled", day: 2026-11-25}

Every value is checked against the argument's JSON Schema, whoever it comes from: a caller or a model.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator

from brain.digits import number_in
from brain.knowledge.script import latin
from brain.tools.declaration import Declaration
from brain.tools.when import date_in, time_in
from brain.turn import Asked
from brain.understand import No, Yes, yes_or_no

LONGEST_WORDS = 300
"""Characters of an argument in free words."""
ASKED_FOR = ("words", "name", "yes_no")
"""Forms that are heard only as the reply to their own question: any words would fit them."""
_NAME = re.compile(
    r"^(?:ji|haan|hello|yes|okay|\s|,)*\b(?:mera naam|mera nam|naam|nam|my name is|name is|this is|i am|main|mainu)\b\s+"
    r"(?P<name>.+?)(?:\s+(?:hai|he|hoon|hun|bol raha hoon|bol rahi hoon|speaking|ji))?\s*$"
)
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
        if form in ASKED_FOR or (form == "number" and "digits" in forms.values()):
            continue
        if form == "digits" and not _alone(declaration, name):
            continue
        value = reply(declaration, name, asked, now)
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
    value = _value(declaration, argument, asked, now.date())
    return value if value is not None and is_valid(declaration, argument, value) else None


def _value(declaration: Declaration, argument: str, asked: Asked, today: date) -> Any:
    text = latin(asked.text).lower()
    match declaration.form(argument):
        case "digits":
            return _digits(text, declaration.length(argument))
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
            at = time_in(text)
            return None if at is None else at.isoformat("minutes")
        case "name":
            match = _NAME.match(text)
            if yes_or_no(text) is not None or any(character.isdecimal() for character in text):
                return None
            return (match["name"] if match else text).strip(" .,").title()[:80] or None
        case "words":
            return " ".join(asked.text.split())[:LONGEST_WORDS] or None if yes_or_no(text) is None else None


def _digits(text: str, length: int) -> str | None:
    number, _ = number_in(re.sub(r"(?<=\d)[\s,-]+(?=\d)", " ", text), fewest=min(length, 3) or 3)
    if length == 10:  # a mobile number, with or without 0 or +91 before it
        number = _PHONE_PREFIX.sub("", number)
    return number if number and length in (0, len(number)) else None


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
    for value in declaration.properties[argument].get("enum", ()):
        named = (*declaration.slot(argument).words.get(str(value), ()), str(value).replace("_", " "))
        for words in named:
            if len(words) > best[0] and re.search(rf"\b{re.escape(words.lower())}\b", text):
                best = len(words), value
    return best[1]
