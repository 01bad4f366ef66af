"""The shape of the code: style.md section 3. Lengths, blind excepts, words that say nothing, and the marks of plain objects."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import REPOSITORY

PACKAGES = (
    "core", "haazir", "asterisk", "ari_app", "media_server", "brain", "mirror", "kb_api", "gateway", "analytics", "watchdog",
    "outbound",
    "demo", "bench", "training",
)  # fmt: skip
FILES = sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
"""Lines of code: neither the docstring nor comments nor blank lines count."""
MEANINGLESS = re.compile(r"(utils?|helpers?|managers?|base|common|misc)(_|$)|_(utils?|helpers?|managers?|base)$")
GENERATED = ("ari_app/ari/models.py", "ari_app/ari/generated.py")
BLIND = {
    "core/bus.py": 1,  # a connection
    "ari_app/switchboard.py": 1,  # a call
    "media_server/edge.py": 2,  # a call; and its work within the one tick of all calls, handed on to the first
    "gateway/gate.py": 1,  # a request
    "brain/session.py": 1,  # a turn
    "kb_api/worker.py": 1,  # a step of a document
}
"""Blind excepts that are meant: the one place per process where a … dies and the next must live (style.md section 3, point 8)."""


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function that hold code. `step` alone may be long: it is a table (style.md section 3, point 3)."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    lines = path.read_text().splitlines()[body[0].lineno - 1 : function.end_lineno]
    return sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    if name(path) not in GENERATED:
        assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {f.name: code_lines(path, f) for f in functions(path) if f.name != "step" and code_lines(path, f) > LONGEST_FUNCTION}
    assert not long


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_is_named_after_nothing(path: Path) -> None:
    assert not MEANINGLESS.search(path.stem) and not MEANINGLESS.search(path.parent.name)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_blind_excepts_are_where_they_are_meant_to_be_and_nowhere_else() -> None:
    found = {name(path): count for path in FILES if (count := sum(map(is_blind, ast.walk(ast.parse(path.read_text())))))}
    assert {file: count for file, count in found.items() if count > BLIND.get(file, 0)} == {}


def is_blind(node: ast.AST) -> bool:
    """`except:`, or `except Exception` or wider that does not raise again what it caught."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    wide = any(kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")) for kind in caught)
    raises_again = bool(node.body) and isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
    return wide and not raises_again


def test_modules_marked_as_plain_objects_are_held_to_it() -> None:
    """A diamond in a module's docstring and a line in .importlinter's contract come together."""
    contracts = configparser.ConfigParser()
    contracts.read(REPOSITORY / ".importlinter")
    held = set(contracts["importlinter:contract:plain-objects"]["source_modules"].split())
    marked = {module(path) for path in FILES if "◆" in (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]}
    assert marked - held == set(), "marked, but not in .importlinter"


def module(path: Path) -> str:
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
