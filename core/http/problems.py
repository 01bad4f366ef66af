"""Every error of the public port is a problem detail (RFC 9457, application/problem+json).

    {"type": "urn:haazir:problem:recording-not-ready", "title": "Not Found", "status": 404, "detail": "…"}

`type` is about:blank where the status says it all. What a caller sent is never quoted back.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from msgspec import Meta
from starlette.exceptions import HTTPException

from core.db import DatabaseAway

MEDIA_TYPE = "application/problem+json"
OPENAI = ("/v1/chat/", "/v1/models", "/v1/audio/")
"""Paths that OpenAI's clients call."""


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    field: Annotated[str, Meta(description="Where it stood: query.limit, header.x-site-id, body.text")]
    detail: str


class OpenAiError(msgspec.Struct, frozen=True, kw_only=True):
    """The same for OpenAI's clients, which look nowhere else."""

    message: str
    type: str
    code: str | None
    param: str | None


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, and how to mend it (RFC 9457)."""

    status: int
    title: Annotated[str, Meta(description="The status in words")]
    type: Annotated[str, Meta(description="Names the kind of problem for programs; absent: about:blank")] = "about:blank"
    detail: Annotated[str, Meta(description="This occurrence in words")] = ""
    instance: Annotated[str, Meta(description="Names this occurrence in our log")] = ""
    errors: Annotated[tuple[FieldError, ...], Meta(description="One for each value that was refused")] = ()
    error: Annotated[OpenAiError | None, Meta(description="Where OpenAI's clients call: their form of it")] = None


class Problem(HTTPException):
    """Raise it anywhere below a request. `name` is the last part of the problem's type."""

    def __init__(self, status: int, detail: str, name: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, headers)
        self.name = name


class Invalid(Problem):
    """422, with what is wrong field by field."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(422, "a value can't be used, see errors", "invalid-value")
        self.errors = tuple(errors)


def answer(
    status: int,
    detail: str = "",
    *,
    name: str = "",
    instance: str = "",
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    path: str = "",
) -> Response:
    """`path` of the request: OpenAI's clients get their own form beside ours."""
    details = ProblemDetails(
        status=status,
        title=HTTPStatus(status).phrase,
        type=f"urn:haazir:problem:{name}" if name else "about:blank",
        detail=detail,
        instance=instance,
        errors=tuple(errors),
        error=_for_openai(status, detail, name, errors) if path.startswith(OPENAI) else None,
    )
    return Response(msgspec.json.encode(details), status, headers, MEDIA_TYPE)


def _for_openai(status: int, detail: str, name: str, errors: Sequence[FieldError]) -> OpenAiError:
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    said = "; ".join(f"{each.field.removeprefix('body.')}: {each.detail}" for each in errors) or detail
    return OpenAiError(
        message=said or HTTPStatus(status).phrase,
        type=kind if status < 500 else "server_error",
        code=name.replace("-", "_") or None,
        param=errors[0].field.removeprefix("body.") if errors else None,
    )


def install(app: FastAPI) -> None:
    """Make the application's errors problems. What escapes even that, gateway.gate turns into one."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        detail = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
        name, errors = getattr(error, "name", ""), getattr(error, "errors", ())
        return answer(error.status_code, detail, name=name, errors=errors, headers=error.headers, path=request.url.path)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [FieldError(field=".".join(map(str, each["loc"])), detail=each["msg"]) for each in error.errors()]
        return answer(422, "a value can't be used, see errors", name="invalid-value", errors=errors, path=request.url.path)

    @app.exception_handler(DatabaseAway)
    async def away(request: Request, error: DatabaseAway) -> Response:
        detail = "the database is away for the moment; calls go on and are recorded, try again soon"
        return answer(503, detail, name="database-away", headers={"Retry-After": "2"}, path=request.url.path)

    @app.exception_handler(psycopg.errors.ForeignKeyViolation)
    async def gone(request: Request, error: psycopg.errors.ForeignKeyViolation) -> Response:
        detail = "what this belongs to was deleted while you wrote: look again"
        return answer(503, detail, name="deleted-meanwhile", headers={"Retry-After": "1"}, path=request.url.path)
