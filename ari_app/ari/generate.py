"""Writes models.py from Asterisk's own description of ARI, and checks it against that of a running Asterisk.

    python -m ari_app.ari.generate FOLDER        FOLDER holds its api-docs (…/rest-api: channels.json, events.json…)

Only what we use is generated (`USED`, and what these refer to). Fields or events that a newer Asterisk adds are let
pass by msgspec; `mismatches` says what an Asterisk lacks or has changed.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

FILES = ("asterisk", "bridges", "channels", "events")
"""The api-docs that USED needs."""

USED = (
    "AsteriskInfo",
    "Bridge",
    "Channel",
    "StasisStart",
    "StasisEnd",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelUnhold",
    "ChannelStateChange",
    "ChannelVarset",
    "ApplicationReplaced",
)

HEADER = '''"""What Asterisk says over ARI, as far as we listen. Written by generate.py from Asterisk's api-docs: do not edit."""

from typing import Any

import msgspec
'''

SCALARS = {"string": "str", "int": "int", "long": "int", "double": "float", "boolean": "bool", "Date": "str"}

Docs = Mapping[str, Mapping[str, Any]]
"""Model name -> its description (`id`, `properties`, `subTypes`…), of all files together."""


def read_docs(folder: Path) -> Docs:
    """All models of an api-docs folder. OSError, ValueError for a folder that isn't one."""
    return merge(json.loads((folder / f"{name}.json").read_text()) for name in FILES)


def merge(files: Iterable[Mapping[str, Any]]) -> Docs:
    return {name: model for file in files for name, model in file["models"].items()}


def source(docs: Docs) -> str:
    """models.py, before `ruff format`. KeyError: this Asterisk has no such model."""
    structs = [_struct(docs, name) for name in _in_order(docs)]
    events = [name for name in USED if _is_event(docs, name)]
    table = "".join(f"    {name},\n" for name in events)
    union = f"\n\nEVENTS: tuple[type[msgspec.Struct], ...] = (\n{table})\n\nEvent = {' | '.join(events)}\n"
    return HEADER + "\n\n" + "\n\n".join(structs) + union


def mismatches(docs: Docs, structs: Iterable[type[msgspec.Struct]]) -> list[str]:
    """What the generated `structs` expect and `docs` do not promise, in words; empty when they fit."""
    found = []
    for struct in structs:
        if struct.__name__ not in docs:
            found.append(f"{struct.__name__}: gone")
            continue
        promised = {name: (kind, required) for name, kind, required in _fields(docs, struct.__name__)}
        for field in msgspec.structs.fields(struct):
            kind, required = promised.get(field.name, ("nothing", False))
            if kind != (expected := _spelled(field.type)):
                found.append(f"{struct.__name__}.{field.name}: {kind}, expected {expected}")
            elif field.required and not required:
                found.append(f"{struct.__name__}.{field.name}: may be missing")
    return found


def _in_order(docs: Docs) -> list[str]:
    """USED and what they refer to, each before its first use."""
    done: list[str] = []

    def visit(name: str) -> None:
        for _, kind, _ in _fields(docs, name):
            if (inner := kind.removeprefix("list[").removesuffix("]")) in docs and inner not in done:
                visit(inner)
        if name not in done:
            done.append(name)

    for name in USED:
        visit(name)
    return done


def _struct(docs: Docs, name: str) -> str:
    tag = ', tag_field="type", tag=True' if _is_event(docs, name) else ""
    lines = [f"class {name}(msgspec.Struct, frozen=True, kw_only=True{tag}):"]
    lines += [
        f"    {field}: {kind}" if required else f"    {field}: {kind} | None = None"
        for field, kind, required in _fields(docs, name)
    ]
    return "\n".join(lines) + "\n"


def _fields(docs: Docs, name: str) -> list[tuple[str, str, bool]]:
    """(name, Python type, required) of a model; an event's own first, then those that all events have."""
    models = [name, "Event", "Message"] if _is_event(docs, name) else [name]
    return [
        (field, _kind(about["type"]), bool(about.get("required", False)))
        for model in models
        for field, about in docs[model]["properties"].items()
        if not (model == "Message" and field == "type")  # the tag
    ]


def _is_event(docs: Docs, name: str) -> bool:
    return name in docs["Event"]["subTypes"]


def _kind(swagger: str) -> str:
    if swagger.startswith("List["):
        return f"list[{_kind(swagger[5:-1])}]"
    return "dict[str, Any]" if swagger == "object" else SCALARS.get(swagger, swagger)


def _spelled(annotation: object) -> str:
    """A field's annotation as `_kind` writes it, without its `| None`."""
    text = annotation.__name__ if isinstance(annotation, type) and not hasattr(annotation, "__args__") else str(annotation)
    return text.removesuffix(" | None").replace("typing.", "").replace(f"{__package__}.models.", "")


if __name__ == "__main__":
    target = Path(__file__).with_name("models.py")
    target.write_text(source(read_docs(Path(sys.argv[1]))))
