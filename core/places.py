"""Where in a piece of JSON or TOML something is wrong: body.phrases.en.greeting. ◆"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import msgspec.inspect

_PLACE = re.compile(r" - at (?:`key` in )?`\$?\.?(.*)`$")
"""How msgspec says where: "Expected `int`, got `str` - at `$.patience.pause`"."""
_MISSING = re.compile(r"^Object missing required field `(.*)`$")


def within(place: str, inner: str) -> str:
    """`inner` of `place`; either may be empty, the whole."""
    return f"{place}.{inner}" if place and inner and not inner.startswith("[") else place + inner


def complaint(error: msgspec.ValidationError, shape: Any = None) -> tuple[str, str]:
    """(place, what is wrong there). A key that the owner chose is a * in the place: msgspec does not tell it.

    With the `shape` that was wanted, a value that is none of a few is told with those few.
    """
    place, words = "", str(error)
    if found := _PLACE.search(words):
        place, words = found[1].replace("[...]", ".*").lstrip("."), words[: found.start()]
    if missing := _MISSING.match(words):
        place, words = within(place, missing[1]), "is missing"
    if words == "Expected `str` of length >= 1":
        words = "must not be empty"
    if words.startswith("Invalid enum value") and shape is not None and (choices := _choices(shape, place)):
        words += f"; there are {', '.join(map(str, choices))}"
    return place, words


def _choices(shape: Any, place: str) -> Sequence[Any]:
    """The values of the Literal that stands at a place of `shape`, or that its keys are; none: it is something else."""
    found = msgspec.inspect.type_info(shape)
    for part in re.findall(r"[^.\[\]]+", place):
        match _wanted(found):
            case msgspec.inspect.StructType(fields=fields):
                found = next((field.type for field in fields if field.encode_name == part), found)
            case msgspec.inspect.DictType(value_type=inner) | msgspec.inspect.VarTupleType(item_type=inner):
                found = inner
            case msgspec.inspect.ListType(item_type=inner):
                found = inner
    found = _wanted(found)
    if isinstance(found, msgspec.inspect.DictType):
        found = found.key_type
    return found.values if isinstance(found, msgspec.inspect.LiteralType) else ()


def _wanted(found: Any) -> Any:
    """The type itself, without its description, and without the None of a value that may be left out."""
    while isinstance(found, msgspec.inspect.Metadata):
        found = found.type
    if isinstance(found, msgspec.inspect.UnionType):
        return next(each for each in found.types if not isinstance(each, msgspec.inspect.NoneType))
    return found


def unknown(given: Any, understood: Any, place: str = "") -> list[str]:
    """Places in `given` that `understood`, the same after it was read and written again, does not have."""
    if isinstance(given, dict) and isinstance(understood, dict):
        strange = [within(place, name) for name in given if name not in understood]
        pairs = [(value, understood[name], within(place, name)) for name, value in given.items() if name in understood]
    elif isinstance(given, list | tuple) and isinstance(understood, list | tuple) and len(given) == len(understood):
        strange = []
        pairs = [(one, other, f"{place}[{at}]") for at, (one, other) in enumerate(zip(given, understood, strict=True))]
    else:
        return []
    return strange + [deeper for one, other, inner in pairs for deeper in unknown(one, other, inner)]


def nul(value: Any, place: str = "") -> str | None:
    """The first place with a NUL character, which PostgreSQL's text can't hold."""
    match value:
        case str():
            return place if "\0" in value else None
        case dict():
            inner = [nul(name, place) or nul(each, within(place, name)) for name, each in value.items()]
        case list() | tuple():
            inner = [nul(each, f"{place}[{at}]") for at, each in enumerate(value)]
        case _:
            return None
    return next((found for found in inner if found is not None), None)
