"""The OpenAPI description: FastAPI writes the paths, msgspec the shapes; here the two are put together.

@router.get("/{call_id}", responses=gives(shapes.Call) | refuses(401, 404))
@router.post("", openapi_extra=takes(shapes.NewSite), responses=gives(shapes.Site, 201) | refuses(401, 409, 422))
"""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from core.http import problems

DESCRIPTION = """
Haazir answers calls and chats for a site in Hinglish, Hindi, English and Punjabi. This is the one public port.

* **Keys**: `X-Site-Id` with `X-Api-Key`, or `Authorization: Bearer` with an API key alone. A key opens one site.
* **Errors** are problem details (RFC 9457) with a `detail` that says how to mend it.
* **Lists** are `{"data": […], "next_cursor": …}`: give `next_cursor` as `cursor` until it is null.
* **Writes** take `Idempotency-Key`: sent again with the same key within a day, a write is done once and answered alike.
* **Times** are RFC 3339 in UTC.
"""

REFERENCE = "#/components/schemas/{name}"
MERGE_PATCH = "application/merge-patch+json"

_REASONS = {
    400: "The request can't be read",
    401: "The key is missing, wrong, or opens another site",
    403: "The key was made without the scope that this needs",
    404: "This site has none of that name; or it is not there yet, and `detail` says why",
    409: "Something that is there is in the way: `detail` says what",
    410: "It was there, and is gone",
    413: "The body is too large",
    415: "This kind of content can't be used",
    416: "The file is shorter than the range",
    422: "A value can't be used; `errors` says which",
    429: "Too much at once",
    502: "A server that this needs answered with something that can't be used",
    503: "Something that this needs is away for the moment: the database, mostly",
    504: "A server that this needs did not answer in time",
}

Responses = dict[int | str, dict[str, Any]]

_published: dict[str, type[msgspec.Struct]] = {}
"""Shapes that routes speak of, by name; those within them come along. Filled as routers are imported."""


def gives(shape: type[msgspec.Struct], status: int = 200) -> Responses:
    """This status (200, 201 …) with this shape in JSON."""
    return {status: {"description": "Done" if status > 200 else "Found", "content": _json(shape)}}


def gives_nothing() -> Responses:
    """204: done, and there is nothing to say."""
    return {204: {"description": "Done"}}


def gives_text(shape: type[msgspec.Struct], kind: str = "text/plain") -> Responses:
    """200 with this shape in JSON, or as text of this kind."""
    responses = gives(shape)
    responses[200]["content"][kind] = {"schema": {"type": "string"}}
    return responses


def gives_or_streams(shape: type[msgspec.Struct]) -> Responses:
    """200 with this shape in JSON, or with its pieces as server-sent events."""
    responses = gives(shape)
    responses[200]["content"]["text/event-stream"] = {"schema": {"description": "Events: data: {…}"}}
    return responses


def gives_wav() -> Responses:
    """200 or 206 with sound."""
    sound = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The file", "content": sound}, 206: {"description": "The range", "content": sound}}


def refuses(*statuses: int) -> Responses:
    """These statuses, with a problem."""
    schema = {problems.MEDIA_TYPE: {"schema": _reference(problems.ProblemDetails)}}
    return {status: {"description": _REASONS[status], "content": schema} for status in statuses}


def takes(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """For a route's `openapi_extra`: a body of this shape in JSON (core.http.bodies.Body reads it)."""
    return {"requestBody": {"required": True, "content": _json(shape)}}


def takes_patch(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The same as a JSON merge patch (RFC 7396) of this shape: every field may be left out, null takes it away."""
    loose = {"schema": {"type": "object", "description": f"Any fields of {shape.__name__}; null: back to the default"}}
    return {"requestBody": {"required": True, "content": {MERGE_PATCH: loose, "application/json": loose}}}


def install(app: FastAPI) -> None:
    """Let /openapi.json have our shapes beside FastAPI's paths."""
    written: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not written:
            written.update(_described(app))
        return written

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _described(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION.strip(), routes=app.routes)
    _, ours = msgspec.json.schema_components(_published.values(), ref_template=REFERENCE)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(ours)
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        if {"site": []} in operation.get("security", ()):  # FastAPI lists headers one by one, as if any of them were enough
            operation["security"] = [{"site": [], "key": []}, {"bearer": []}]
    return document


def _json(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": _reference(shape)}}


def _reference(shape: type[msgspec.Struct]) -> dict[str, str]:
    known = _published.setdefault(shape.__name__, shape)
    assert known is shape, f"two shapes are named {shape.__name__}: {known.__module__} and {shape.__module__} have one"
    return {"$ref": REFERENCE.format(name=shape.__name__)}
