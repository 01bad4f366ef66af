"""Scenarios as code: a site's tools in Python, each a typed async function with a docstring.

    @tool(utterances={"en": ("how long is my warranty",)}, slots={"serial": Slot(ask={"en": "What is the serial number?"})})
    async def warranty_left(serial: Annotated[str, Meta(pattern="^[A-Z0-9]{8}$")]) -> str:
        "Tells how long a product's warranty lasts."

They run in the brain's own process, so they come from nowhere but `<home>/scenarios/<site_id>/*.py`, where the machine's admin
put them (`haazir sites apply` copies a folder's tools/*.py there). No API writes them. Trust them as you trust this program.
"""

import asyncio
import importlib.util
import inspect
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, get_type_hints

import msgspec

from brain.tools.declaration import Case, Declaration, Slot
from brain.tools.job import Job
from brain.tools.outcome import Away, Refused, Uncertain
from core.ids import SiteId

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])

_MARK = "__haazir_tool__"
_AS_IT_IS = (Case(say={"hi-Latn": "{answer}", "en": "{answer}", "hi": "{answer}", "pa": "{answer}"}),)


class ScenarioError(ValueError):
    """A file of scenarios can't be used; the message names it and what is wrong."""


def tool(**declared: Any) -> Callable[[F], F]:
    """Marks a function as a tool. Fields are Declaration's; name, description and arguments come from the function.

    A function that returns a string has it said as it is; one that returns a dict needs `answers` over it. It may raise
    brain.tools.outcome's NotFound, Refused and Away. A parameter `job` gets the brain.tools.job.Job: site, caller, key.
    """

    def mark(function: F) -> F:
        hints = get_type_hints(function, include_extras=True)
        parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "job"]
        properties = {each.name: _schema(hints.get(each.name, str)) for each in parameters}
        required = [each.name for each in parameters if each.default is inspect.Parameter.empty]
        fields = {"answers": _AS_IT_IS} | declared
        declaration = Declaration(
            name=function.__name__,
            description=(inspect.getdoc(function) or "").partition("\n")[0],
            kind="python",
            arguments={"type": "object", "properties": properties, "required": required},
            **fields,
        )
        setattr(function, _MARK, declaration)
        return function

    return mark


def _schema(annotation: Any) -> dict[str, Any]:
    return {name: value for name, value in msgspec.json.schema(annotation).items() if name != "title"}


def declared_in(path: Path) -> list[Declaration]:
    """What a file declares. It is imported, so its code runs. ScenarioError."""
    return [getattr(function, _MARK) for function in _functions(_load(path)).values()]


def _functions(module: ModuleType) -> dict[str, Callable[..., Awaitable[Any]]]:
    return {name: each for name, each in vars(module).items() if hasattr(each, _MARK) and each.__module__ == module.__name__}


def _load(path: Path) -> ModuleType:
    name = f"haazir_scenarios.{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScenarioError(f"{path}: no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where get_type_hints looks
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError, TypeError, ValueError, AttributeError, OSError) as error:
        del sys.modules[name]
        raise ScenarioError(f"{path}: {type(error).__name__}: {error}") from error
    return module


class Scenarios:
    """Performs declared tools of kind python. A file is loaded when it is first needed, and again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[Path, tuple[int, dict[str, Callable[..., Awaitable[Any]]]]] = {}

    async def perform(self, job: Job) -> Any:
        function = self._find(job.site.site_id, job.declaration.name)
        hints = get_type_hints(function, include_extras=True)
        try:
            given = {name: msgspec.convert(value, hints.get(name, Any)) for name, value in job.arguments.items()}
        except msgspec.ValidationError as error:
            raise Refused("an argument has the wrong type") from error
        if "job" in inspect.signature(function).parameters:
            given["job"] = job
        try:
            async with asyncio.timeout(job.declaration.timeout_s):
                answer = await function(**given)
        except TimeoutError as error:
            raise (Uncertain if job.declaration.writes else Away)("the scenario took too long") from error
        return msgspec.to_builtins(answer)

    def _find(self, site: SiteId, name: str) -> Callable[..., Awaitable[Any]]:
        for path in sorted((self._folder / site).glob("*.py")):
            changed = path.stat().st_mtime_ns
            if self._loaded.get(path, (0, {}))[0] != changed:
                try:
                    self._loaded[path] = changed, _functions(_load(path))
                except ScenarioError as error:
                    raise Away(f"{path.name} can't be loaded") from error
            if name in self._loaded[path][1]:
                return self._loaded[path][1][name]
        raise Away("no such scenario on this machine")


__all__ = ["Case", "ScenarioError", "Scenarios", "Slot", "declared_in", "tool"]
