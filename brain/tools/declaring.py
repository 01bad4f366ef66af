"""Does a declaration make sense? Every flaw at once, each with its place and how to mend it. ◆"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from brain.tools.declaration import Declaration, Words
from brain.tools.template import flaw, places
from core.public_address import Network, NotPublic, check_url

MOST_ARGUMENTS = 12
"""A caller answers no more questions than that, nor as many."""
MOST_UTTERANCES = 60
_SIMPLE = ("boolean", "integer", "number", "string")
_KEYWORDS = {
    "type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format",
    "title", "description", "default", "examples",
}  # fmt: skip
"""Of JSON Schema, in one argument. What is left out either makes no sense in one value or can be made to take for ever."""
_PATTERN = re.compile(
    r"\^?(?:(?:\[\^?(?:[^\]\\\[]|\\[dws.\-/+])+\]|\\[dws.\-/+]|[A-Za-z0-9 _@/:#,-])(?:[?*+]|\{\d{1,3}(?:,\d{0,3})?\})?)+\$?"
)
_ENDLESS = re.compile(r"[*+]|\{\d+,\}")
MOST_ENDLESS = 2
"""Open-ended repetitions in a pattern, which has neither groups nor alternatives: it is matched in the brain's own loop."""
MOST_CHOICES = 50
_WORDY = ("arguments",)
"""A name that every answer's template may use beside the answer's own fields."""
_OR_READ = ' (if it changes nothing, say "effect": "read")'
_OURS = {
    "idempotency-key",
    "host",
    "content-length",
    "content-type",
    "authorization",
    "transfer-encoding",
    "connection",
    "cookie",
}

Flaw = tuple[str, str]
"""(place in the declaration, what is wrong there)"""


def flaws(declaration: Declaration, allowed: Sequence[Network] = (), *, ours: Sequence[str] = ()) -> list[Flaw]:
    """Everything that is wrong with it. `allowed`: private networks it may reach; `ours`: names that are taken."""
    found = list(_arguments(declaration))
    if found:  # all that follows stands on the arguments
        return found
    if declaration.name in ours:
        found.append(("name", "is one of our own tools"))
    found += _target(declaration, allowed)
    found += _words(declaration)
    found += _authentication(declaration, allowed)
    return found


def _arguments(declaration: Declaration) -> Iterator[Flaw]:
    schema = declaration.arguments
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield ".".join(["arguments", *map(str, error.path)]), f"is no JSON Schema: {error.message[:200]}"
        return
    if schema.get("type") != "object" or not isinstance(schema.get("properties", {}), dict):
        yield "arguments", 'must be a JSON Schema of an object: {"type": "object", "properties": {…}}'
        return
    if _refers(schema):
        yield "arguments", "must hold no $ref: write the argument out"
    if len(declaration.properties) > MOST_ARGUMENTS:
        yield "arguments.properties", f"are more than {MOST_ARGUMENTS}"
    if not all(isinstance(each, dict) for each in declaration.properties.values()):
        yield "arguments.properties", "must each be an object"
        return
    for name, each in declaration.properties.items():
        for wrong in _argument(each):
            yield f"arguments.properties.{name}", wrong
    yield from _slots(declaration)


def _argument(schema: Mapping[str, Any]) -> Iterator[str]:
    if unknown := sorted(set(schema) - _KEYWORDS):
        yield f"has {unknown[0]!r}; of JSON Schema an argument may have {', '.join(sorted(_KEYWORDS))}"
    if "enum" in schema:
        choices = schema["enum"]
        if not 1 <= len(choices) <= MOST_CHOICES or not all(isinstance(choice, str | int | float) for choice in choices):
            yield f"has an enum that is not of 1 to {MOST_CHOICES} strings or numbers"
    elif schema.get("type") not in _SIMPLE:
        yield f"must have the type {', '.join(_SIMPLE)}, or an enum"
    pattern = schema.get("pattern", "")
    if pattern and (len(pattern) > 200 or not _PATTERN.fullmatch(pattern) or len(_ENDLESS.findall(pattern)) > MOST_ENDLESS):
        yield "has a pattern with more than characters, [classes] and repetitions (two without an end at most)"


def _slots(declaration: Declaration) -> Iterator[Flaw]:
    for name in declaration.required:
        if name not in declaration.properties:
            yield "arguments.required", f"names {name!r}, which is none of its properties"
        elif not declaration.slot(name).ask:
            yield f"slots.{name}.ask", "is missing: a required argument has to be asked for"
    for name, slot in declaration.slots.items():
        if name not in declaration.properties:
            yield f"slots.{name}", "is none of its arguments"
            continue
        values = {str(value) for value in declaration.properties[name].get("enum", ())}
        for table in ("words", "labels"):
            if unknown := set(getattr(slot, table)) - values:
                yield f"slots.{name}.{table}", f"has {sorted(unknown)[0]!r}, which is not in the argument's enum"


def _refers(schema: Any) -> bool:
    if isinstance(schema, dict):
        return "$ref" in schema or "$dynamicRef" in schema or any(map(_refers, schema.values()))
    return isinstance(schema, list) and any(map(_refers, schema))


def _target(declaration: Declaration, allowed: Sequence[Network]) -> Iterator[Flaw]:
    if declaration.kind == "python":
        return
    yield from _url("url", declaration.url, declaration, allowed)
    if declaration.kind == "mcp":
        if places(declaration.url):
            yield "url", "of an MCP server has no places"
        if not declaration.operation:
            yield "operation", "is missing: the name of the tool on the server"
    for name, value in (declaration.body or {}).items():
        if isinstance(value, str) and (wrong := flaw(value, declaration.properties)):
            yield f"body.{name}", wrong
    for name, value in declaration.headers.items():
        if name.lower() in _OURS:
            yield f"headers.{name}", "is set by us; for keys there is `key`"
        if any(ord(character) < 32 or ord(character) > 126 for character in value):
            yield f"headers.{name}", "must be printable ASCII"
    if declaration.key is not None and declaration.key.header.lower() in _OURS:
        yield "key.header", "is set by us: for Authorization use form bearer or basic"


def _url(place: str, url: str, declaration: Declaration, allowed: Sequence[Network]) -> Iterator[Flaw]:
    if wrong := flaw(url, declaration.properties):
        yield place, wrong
        return
    host = url.partition("://")[2].partition("/")[0].partition("?")[0]
    if places(host) or "\\" in url:
        yield place, "may have places after the host only"
    elif "#" in url:
        yield place, "has a # in it"
    else:
        try:
            check_url(url, allowed)
        except NotPublic as error:
            yield place, str(error)
    for each in places(url):
        if each.path not in declaration.required:
            yield place, f"needs {each.path!r}, which is not a required argument"


def _words(declaration: Declaration) -> Iterator[Flaw]:
    count = sum(map(len, declaration.utterances.values()))
    if not count:
        yield "utterances", "are missing: nobody could ask for it"
    if count > MOST_UTTERANCES:
        yield "utterances", f"are more than {MOST_UTTERANCES}"
    if declaration.writes and not declaration.confirm:
        yield "confirm", f"is missing: a write is read back before it is done{_OR_READ if not declaration.effect else ''}"
    if not declaration.writes and not declaration.answers and declaration.kind != "python":
        yield "answers", "are missing: nothing could be said of the answer"
    yield from _templates("confirm", declaration.confirm, tuple(declaration.properties))
    for number, case in enumerate(declaration.answers):
        if not case.say:
            yield f"answers.{number}.say", "is empty"
        for part in ("say", "write"):
            yield from _templates(f"answers.{number}.{part}", getattr(case, part), None)
    if declaration.answers and declaration.answers[-1].when and not declaration.writes:
        yield f"answers.{len(declaration.answers) - 1}.when", "must be empty in the last case: it is told if no other fits"
    for part in ("not_found", "refused"):
        yield from _templates(part, getattr(declaration, part), (*declaration.properties, *_WORDY))


def _templates(place: str, words: Words, known: Sequence[str] | None) -> Iterator[Flaw]:
    for language, text in words.items():
        if wrong := flaw(text, known):
            yield f"{place}.{language}", wrong


def _authentication(declaration: Declaration, allowed: Sequence[Network]) -> Iterator[Flaw]:
    asked = declaration.authentication
    if asked is None:
        return
    if {"caller_id", "last4"} & set(asked.ways):
        if asked.url:
            yield from _url("authentication.url", asked.url, declaration, allowed)
        elif declaration.writes:
            yield "authentication.url", "is missing: before a write, the registered number has to be looked up"
    if "keypad" in asked.ways:
        if asked.pin_url:
            yield from _url("authentication.pin_url", asked.pin_url, declaration, allowed)
        else:
            yield "authentication.pin_url", "is missing: who says whether a PIN is right?"
