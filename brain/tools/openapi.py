"""An OpenAPI description (3.0 or 3.1, as JSON) read as tools: the operations that the site chose, one declaration each. ◆

What a description can't say (how callers ask, what is said of the answer) comes from whoever imports it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from brain.tools.declaration import Method

_METHODS = ("get", "post", "put", "patch", "delete")
_KEPT = ("type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "description")
"""Of a parameter's schema: what we check, and what makes its question."""
DEEPEST = 20
"""References within references: more is a circle."""


class OpenApiError(ValueError):
    """The description can't be used; the message says what is wrong, and where."""


def operations(document: Mapping[str, Any]) -> dict[str, tuple[str, Method, Mapping[str, Any]]]:
    """operationId -> (path, method, operation). OpenApiError."""
    if not str(document.get("openapi", "")).startswith("3."):
        raise OpenApiError("openapi: must be a description of version 3.0 or 3.1, in JSON")
    found: dict[str, tuple[str, Method, Mapping[str, Any]]] = {}
    for path, item in _mapping(document.get("paths"), "paths").items():
        item = _resolved(document, item, f"paths.{path}")
        for method in _METHODS:
            if isinstance(operation := item.get(method), Mapping) and isinstance(name := operation.get("operationId"), str):
                shared = {"parameters": [*item.get("parameters", ()), *operation.get("parameters", ())]}
                found[name] = path, cast(Method, method.upper()), {**operation, **shared}
    return found


def declared(document: Mapping[str, Any], operation_id: str, server: str = "") -> dict[str, Any]:
    """A Declaration's fields, as far as the description has them. `server`: in place of its first one. OpenApiError."""
    try:
        return _declared(document, operation_id, server)
    except (AttributeError, TypeError, KeyError, IndexError) as error:  # a list where the standard has an object, and so on
        raise OpenApiError("the description does not have the shape that the standard gives it") from error


def _declared(document: Mapping[str, Any], operation_id: str, server: str) -> dict[str, Any]:
    known = operations(document)
    if operation_id not in known:
        raise OpenApiError(f"there is no operation {operation_id!r}; there are {', '.join(sorted(known)[:20]) or 'none'}")
    path, method, operation = known[operation_id]
    url = (server or _server(document)).rstrip("/") + path
    properties: dict[str, Any] = {}
    required: list[str] = []
    query: list[str] = []
    for name, where, needed, schema in _parameters(document, operation):
        if where == "path" or (where == "query" and needed):
            properties[name] = schema
            required.append(name)
            query += [name] * (where == "query")
        elif needed:
            raise OpenApiError(f"{operation_id}: the {where} parameter {name!r} is required, and only path and query can be told")
    body, needed_of_body = _body(document, operation)
    properties |= body
    required += needed_of_body
    if query:
        url += "?" + "&".join(f"{name}={{{name}}}" for name in query)
    return {
        "kind": "openapi",
        "operation": operation_id,
        "method": method,
        "effect": "read" if method == "GET" else "write",
        "url": url,
        "description": str(operation.get("summary") or operation.get("description") or operation_id)[:500],
        "arguments": {"type": "object", "properties": properties, "required": required},
        "slots": {name: {"ask": _question(name, properties[name])} for name in required},
    }


def _server(document: Mapping[str, Any]) -> str:
    servers = document.get("servers") or [{}]
    url = servers[0].get("url", "") if isinstance(servers, list) and isinstance(servers[0], Mapping) else ""
    if not url.startswith(("http://", "https://")):
        raise OpenApiError("servers: has no absolute address; send `server` with the import")
    return str(url)


def _parameters(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
    for each in operation["parameters"]:
        parameter = _resolved(document, each, "parameters")
        schema = _kept(document, parameter.get("schema", {}))
        if "description" not in schema and isinstance(told := parameter.get("description"), str):
            schema["description"] = told
        where = str(parameter.get("in"))
        yield str(parameter.get("name")), where, bool(parameter.get("required")) or where == "path", schema


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """(properties, the required ones) of a JSON body; an optional property that is not flat is left out."""
    content = _resolved(document, operation.get("requestBody", {}), "requestBody").get("content", {})
    schema = _resolved(document, content.get("application/json", {}).get("schema", {}), "requestBody")
    required = [str(name) for name in schema.get("required", ())]
    kept = {name: _kept(document, each) for name, each in schema.get("properties", {}).items()}
    flat = {
        name: each
        for name, each in kept.items()
        if "enum" in each or each.get("type") in ("string", "number", "integer", "boolean")
    }
    if deep := [name for name in required if name not in flat]:
        raise OpenApiError(f"{operation['operationId']}: its body needs {deep[0]!r}, which is no single value")
    return {name: flat[name] for name in required}, required


def _kept(document: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    found = _resolved(document, schema, "schema")
    return {name: found[name] for name in _KEPT if name in found}


def _resolved(document: Mapping[str, Any], value: Any, place: str) -> Mapping[str, Any]:
    """`value`, or what its local $ref points to."""
    for _ in range(DEEPEST):
        value = _mapping(value, place)
        reference = value.get("$ref")
        if reference is None:
            return cast(Mapping[str, Any], value)
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise OpenApiError(f"{place}: only references within the description are followed")
        value = document
        for step in reference[2:].split("/"):
            value = _mapping(value, place).get(step.replace("~1", "/").replace("~0", "~"))
    raise OpenApiError(f"{place}: its references go in a circle")


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise OpenApiError(f"{place}: should be an object")
    return value


def _question(name: str, schema: Mapping[str, Any]) -> dict[str, str]:
    what = str(schema.get("description") or name.replace("_", " ")).strip().rstrip(".")[:200].replace("{", "").replace("}", "")
    return {"en": f"Please tell me the {what}.", "hi-Latn": f"Kripya {what} bataiye."}
