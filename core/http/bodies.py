"""A request's body in JSON as one of our shapes, checked; answers in JSON. What is wrong is said field by field.

async def create(site: KbSite, new: Annotated[NewFaq, Body(NewFaq)]) -> Response: ...

A field that the shape does not have is refused: a misspelt setting that is silently ignored costs its owner an evening.
"""

import re
from typing import Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Request, Response

from core.http.description import MERGE_PATCH
from core.http.problems import FieldError, Invalid, Problem

Shape = TypeVar("Shape", bound=msgspec.Struct)

PRIVATE = {"Cache-Control": "private, no-store"}
"""A caller's words and voice, and a site's keys, belong in no shared cache."""

_PLACE = re.compile(r" - at `\$?(.*)`$")
"""How msgspec says where: "Expected `int`, got `str` - at `$.patience.pause`"."""
_MISSING = re.compile(r"^Object missing required field `(.*)`$")


def answer(shape: msgspec.Struct, status: int = 200, **headers: str) -> Response:
    """`shape` in JSON, for this client only."""
    return Response(msgspec.json.encode(shape), status, PRIVATE | headers, "application/json")


def nothing() -> Response:
    """204."""
    return Response(status_code=204, headers=PRIVATE)


def Body(shape: type[msgspec.Struct]) -> Any:  # reads like FastAPI's own
    """For Annotated[shape, Body(shape)]."""
    return Depends(_Reader(shape))


class _Reader(Generic[Shape]):
    def __init__(self, shape: type[Shape]) -> None:
        self._shape = shape

    async def __call__(self, request: Request) -> Shape:
        return understood(await read(request), self._shape)


async def read(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Problem 415, 422."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind not in ("application/json", MERGE_PATCH):
        raise Problem(415, "send JSON, with Content-Type: application/json", "not-json")
    try:
        given = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(422, f"the body is not JSON: {error}", "not-json") from error
    if not isinstance(given, dict):
        raise Invalid([FieldError(field="body", detail="must be an object")])
    if place := _nul(given, "body"):  # PostgreSQL's text can't hold it
        raise Invalid([FieldError(field=place, detail="has a NUL character")])
    return given


def understood(given: dict[str, Any], shape: type[Shape], place: str = "body") -> Shape:
    """`given` as a `shape`, all of it. Problem 422 names what is wrong."""
    try:
        made = msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        raise Invalid([where(error, place)]) from error
    if strange := unknown(given, msgspec.to_builtins(made), place):
        raise Invalid([FieldError(field=field, detail="there is no such field") for field in strange])
    return made


def where(error: msgspec.ValidationError, place: str) -> FieldError:
    """msgspec's complaint, its place apart from its words."""
    text = str(error)
    if found := _PLACE.search(text):
        place, text = place + found[1].replace("[...]", ".*"), text[: found.start()]
    if missing := _MISSING.match(text):
        place, text = f"{place}.{missing[1]}", "is missing"
    return FieldError(field=place, detail=text)


def unknown(given: Any, made: Any, place: str) -> list[str]:
    """Places in `given` that `made`, the same understood and written again, does not have."""
    if isinstance(given, dict) and isinstance(made, dict):
        return [
            strange
            for name, value in given.items()
            for strange in (unknown(value, made[name], f"{place}.{name}") if name in made else [f"{place}.{name}"])
        ]
    if isinstance(given, list) and isinstance(made, list | tuple) and len(given) == len(made):
        pairs = enumerate(zip(given, made, strict=True))
        return [strange for at, (one, other) in pairs for strange in unknown(one, other, f"{place}[{at}]")]
    return []


def _nul(value: Any, place: str) -> str | None:
    match value:
        case str():
            return place if "\0" in value else None
        case dict():
            inner = [(_nul(name, place) or _nul(each, f"{place}.{name}")) for name, each in value.items()]
        case list():
            inner = [_nul(each, f"{place}[{at}]") for at, each in enumerate(value)]
        case _:
            return None
    return next(filter(None, inner), None)
