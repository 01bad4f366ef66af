"""Templates that a site writes: addresses, and what is said of an answer. Values are put in whole, never spliced. ◆

    https://crm.example.com/orders/{order_number}?lang={language}      each value percent-encoded
    "Aapka {order.item} {expected_on|date} tak pahunch jayega."        a path into the answer, and how to say it

A place is {name}, {path.to.a.field} or {field|filter}. There is no other syntax, so nothing a caller or a CRM sends is code.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from brain.tools.order_lines import spoken_date, spoken_digits, spoken_rupees
from brain.tools.when import spoken_time
from core.sites import Language

Channel = Literal["call", "chat"]

FILTERS = ("digits", "rupees", "date", "time", "label")
LONGEST_VALUE = 200
"""Characters of one value that are said or written: a CRM that answers with a novel is cut short."""
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)(?:\|([a-z]+))?\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class Unfillable(ValueError):
    """A place has no value that could be put there; the message names the place."""


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    filter: str = ""

    @property
    def name(self) -> str:
        return self.path.partition(".")[0]


def places(template: str) -> list[Place]:
    return [Place(match[1], match[2] or "") for match in _PLACE.finditer(template)]


def flaw(template: str, known: Collection[str] | None = None) -> str:
    """What is wrong with a template, in words; empty: nothing. `known`: the names that may stand in it; None: any."""
    if re.search(r"[{}]", _PLACE.sub("", template)):
        return "has a { or } that is no place; a place is {name}, {path.to.field} or {field|filter}"
    for place in places(template):
        if place.filter and place.filter not in FILTERS:
            return f"has the filter {place.filter!r}; there are {', '.join(FILTERS)}"
        if known is not None and place.name not in known:
            return f"names {place.name!r}, which is none of its arguments"
    return ""


def at(values: Any, path: str) -> Any:
    """The value at a dotted path of JSON; list entries by number. Unfillable."""
    for step in path.split("."):
        if isinstance(values, Mapping) and step in values:
            values = values[step]
        elif isinstance(values, list) and step.isdecimal() and int(step) < len(values):
            values = values[int(step)]
        else:
            raise Unfillable(path)
    return values


def fill_url(template: str, arguments: Mapping[str, Any]) -> str:
    """The address, every value percent-encoded as one piece: it can't add a path, a query or a host. Unfillable."""

    def encoded(match: re.Match[str]) -> str:
        text = _plain(at(arguments, match[1]), match[1])
        if text in ("", ".", ".."):  # a path segment of dots is climbed by servers and clients, encoded or not
            raise Unfillable(match[1])
        return quote(text, safe="", errors="strict")

    try:
        return _PLACE.sub(encoded, template)
    except UnicodeEncodeError as error:
        raise Unfillable("text") from error


def fill_words(
    template: str,
    values: Any,
    language: Language,
    channel: Channel,
    labels: Mapping[str, Mapping[Any, Mapping[Language, str]]] | None = None,
) -> str:
    """The sentence, its values as people say them. `labels`: argument -> value -> words, for {argument|label}. Unfillable."""

    def worded(match: re.Match[str]) -> str:
        path, how = match[1], match[2] or ""
        value = at(values, path)
        if how == "label":
            words = (labels or {}).get(path, {}).get(value)
            return _clean(words.get(language) or next(iter(words.values()))) if words else _clean(_plain(value, path))
        return _clean(_said(value, how, path, language, channel))

    return _PLACE.sub(worded, template)


def _said(value: Any, how: str, path: str, language: Language, channel: Channel) -> str:
    match how:
        case "rupees":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise Unfillable(path)
            return spoken_rupees(round(value))
        case "digits":
            text = _plain(value, path)
            return spoken_digits(text) if channel == "call" else text
        case "date":
            return spoken_date(_plain(value, path), language)
        case "time":
            return spoken_time(_plain(value, path), language)
        case _:
            return _plain(value, path)


def _plain(value: Any, path: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
    raise Unfillable(path)


def _clean(text: str) -> str:
    """Of a stranger's text what can be said: one line, no control or direction marks, no link in disguise."""
    flat = " ".join(_CONTROL.sub(" ", text).replace("](", "] (").split())
    return flat[:LONGEST_VALUE]
