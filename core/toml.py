"""Writes TOML that people like to read and tomllib reads back as it was: what exported folders are made of. ◆

Tables come after plain values, short lists on one line, long ones an item a line, texts of several lines as they are.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

WIDTH = 90
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def dumps(values: Mapping[str, Any]) -> str:
    """TypeError for a value that TOML has no form for (None, bytes)."""
    return "\n".join(_table(values, "")).strip("\n") + "\n"


def _table(values: Mapping[str, Any], place: str) -> list[str]:
    lines = [
        f"{_key(name)} = {_value(value)}" for name, value in values.items() if not _is_table(value) and not _are_tables(value)
    ]
    for name, value in values.items():
        inner = f"{place}.{_key(name)}" if place else _key(name)
        if _is_table(value):
            body = _table(value, inner)
            only_tables = bool(body) and all(_is_table(each) or _are_tables(each) for each in value.values())
            lines += ["", *([] if only_tables else [f"[{inner}]"]), *(body[1:] if only_tables else body)]
        elif _are_tables(value):
            for each in value:
                lines += ["", f"[[{inner}]]", *_table(each, inner)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return _long_text(value) if "\n" in value.strip("\n") else _text(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return _list(value)
        case Mapping():
            return "{" + ", ".join(f"{_key(name)} = {_inline(each)}" for name, each in value.items()) + "}"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _inline(value: Any) -> str:
    return _text(value) if isinstance(value, str) else _value(value)


def _list(values: Sequence[Any]) -> str:
    items = [_inline(value) for value in values]
    line = f"[{', '.join(items)}]"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _text(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _long_text(text: str) -> str:
    """In three quotes; a line feed after the first three is not part of it."""
    lines = "\n".join("".join(map(_escaped, line)) for line in text.split("\n"))
    return f'"""\n{lines}"""'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter >= " " and letter != "\x7f" else f"\\u{ord(letter):04x}"
