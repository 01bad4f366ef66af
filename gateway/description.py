"""The OpenAPI description: FastAPI writes the paths, msgspec the shapes; here the two are put together.

@router.get("/{call_id}", responses=gives(shapes.Call) | refuses(401, 404))
"""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway import problems, shapes

DESCRIPTION = """
Haazir answers calls for a site in Hinglish, Hindi, English and Punjabi. This is the one public port.

* **Keys**: `X-Site-Id` with `X-Api-Key`, or `Authorization: Bearer` with an API key alone. A key opens one site.
* **Errors** are problem details (RFC 9457) with a `detail` that says how to mend it.
* **Lists** are `{"data": […], "next_cursor": …}`: give `next_cursor` as `cursor` until it is null.
* **Times** are RFC 3339 in UTC.
"""

REFERENCE = "#/components/schemas/{name}"
PUBLISHED = (shapes.CallList, shapes.Transcript, shapes.EventList, problems.ProblemDetails)
"""Shapes that nothing else refers to; the others come with them."""

_REASONS = {
    401: "The key is missing, wrong, or opens another site",
    404: "This site has none of that name; or it is not there yet, and `detail` says why",
    413: "The body is too large",
    416: "The file is shorter than the range",
    422: "A value can't be used; `errors` says which",
    503: "The database is away for the moment",
}

Responses = dict[int | str, dict[str, Any]]


def gives(shape: type[msgspec.Struct]) -> Responses:
    """200 with this shape in JSON."""
    return {200: {"description": "Found", "content": {"application/json": {"schema": _reference(shape)}}}}


def gives_text(shape: type[msgspec.Struct]) -> Responses:
    """200 with this shape in JSON, or as plain text."""
    responses = gives(shape)
    responses[200]["content"]["text/plain"] = {"schema": {"type": "string"}}
    return responses


def gives_wav() -> Responses:
    """200 or 206 with sound."""
    sound = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The file", "content": sound}, 206: {"description": "The range", "content": sound}}


def refuses(*statuses: int) -> Responses:
    """These statuses, with a problem."""
    schema = {problems.MEDIA_TYPE: {"schema": _reference(problems.ProblemDetails)}}
    return {status: {"description": _REASONS[status], "content": schema} for status in statuses}


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
    _, ours = msgspec.json.schema_components(PUBLISHED, ref_template=REFERENCE)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(ours)
    return document


def _reference(shape: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=shape.__name__)}
