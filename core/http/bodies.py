"""A request's body in JSON as one of our shapes, checked; answers in JSON. What is wrong is said field by field.

async def create(site: KbSite, new: Annotated[NewFaq, Body(NewFaq)]) -> Response: ...

A field that the shape does not have is refused: a misspelt setting that is silently ignored costs its owner an evening.
"""

from typing import Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Request, Response

from core import places
from core.http.description import MERGE_PATCH
from core.http.problems import FieldError, Invalid, Problem

Shape = TypeVar("Shape", bound=msgspec.Struct)

PRIVATE = {"Cache-Control": "private, no-store"}
"""A caller's words and voice, and a site's keys, belong in no shared cache."""


_CURLS = "application/x-www-form-urlencoded"
"""What `curl -d` claims of everything. A form is no JSON, so nothing is taken for what it is not; and we have no cookies."""


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
    if kind not in ("application/json", MERGE_PATCH, _CURLS):
        raise Problem(415, "send JSON, with Content-Type: application/json", "not-json")
    try:
        given = msgspec.json.decode(await request.body() or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(422, f"the body is not JSON: {error}", "not-json") from error
    except RecursionError as error:
        raise Problem(422, "the body is nested too deep", "not-json") from error
    if not isinstance(given, dict):
        raise invalid("", "must be an object")
    if (place := places.nul(given)) is not None:
        raise invalid(place, "has a NUL character")
    return given


def understood(given: dict[str, Any], shape: type[Shape]) -> Shape:
    """`given` as a `shape`, all of it. Problem 422 names what is wrong."""
    try:
        made = msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        place, words = places.complaint(error, shape)
        raise invalid(place, words) from error
    if strange := places.unknown(given, msgspec.to_builtins(made)):
        raise Invalid([FieldError(field=f"body.{field[:200]}", detail="there is no such field") for field in strange[:20]])
    return made


def invalid(place: str, words: str) -> Invalid:
    """Problem 422 for one place in the body; an empty place is the body itself."""
    return Invalid([FieldError(field=places.within("body", place), detail=words)])
