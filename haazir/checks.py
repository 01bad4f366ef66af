"""`haazir check` and `haazir test`: the same that continuous integration runs, with the same answers.

ruff, ruff format, mypy, import-linter side by side  ──>  pytest (only for `test`): unit tests two at a time, then the calls
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.settings import REPOSITORY

UNIT = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "tests/unit")
"""What `test --fast` runs: no Asterisk, no calls. In the order of folders: else the longest file is the last, and alone."""
CONTROL = ("tests/e2e/control",)
"""What `test --control` runs: transfers, reception, calls out, orders upon live calls, what calls outlive."""
SPEECH = ("tests/speech",)
"""What `test --speech` runs: neural hearing and speaking at length."""
CALLS = ("tests/e2e", f"--ignore={CONTROL[0]}")
"""One running instance for all of them, and sounds that must be on time: nothing runs beside them."""
NOTHING_COLLECTED = 5
"""pytest's status where `-k` chose none of a part's tests."""


def main(arguments: list[str]) -> int:
    name, *rest = arguments
    parser = argparse.ArgumentParser(
        prog=f"bin/haazir {name}",
        description="Style, types and import rules." if name == "check" else "All checks, then the test suite.",
        epilog="Example: bin/haazir check"
        if name == "check"
        else "Examples: bin/haazir test --fast     bin/haazir test -x -k barge     bin/haazir test --control",
    )
    if name == "test":
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--fast", action="store_true", help="leave out the tests that place real calls")
        part.add_argument("--control", action="store_true", help="only the long tests of call control, left out otherwise")
        part.add_argument("--speech", action="store_true", help="only the long tests of neural hearing and speaking")
        parser.add_argument("pytest", nargs="*", help="anything that pytest takes")
    options, unknown = parser.parse_known_args(rest)
    if name == "check" and unknown:
        parser.error(f"unknown: {' '.join(unknown)}")
    with ThreadPoolExecutor() as side_by_side:
        passed = side_by_side.map(_passes, commands().keys(), commands().values())
        failed = [check for check, ok in zip(commands(), passed, strict=True) if not ok]
    if failed:
        print(f"failed: {', '.join(failed)}")
    if name == "check":
        return 1 if failed else 0
    alone = {UNIT: options.fast, CONTROL: options.control, SPEECH: options.speech}
    parts = tuple(part for part, chosen in alone.items() if chosen) or (UNIT, CALLS)
    return worst([_pytest(run) for run in pytest_runs(parts, unknown + options.pytest)]) or (1 if failed else 0)


def commands() -> dict[str, list[str]]:
    """Name -> command of each check, run in the checkout."""
    return {
        "ruff": [*_tool("ruff"), "check", "--quiet", "--output-format", "concise", "."],
        "format": [*_tool("ruff"), "format", "--check", "."],
        "mypy": [*_tool("mypy"), "--no-error-summary"],
        "imports": [str(Path(sys.executable).with_name("lint-imports"))],
    }


def pytest_runs(parts: tuple[tuple[str, ...], ...], rest: list[str]) -> list[list[str]]:
    """The arguments of each run of pytest. Tests named by the user are run as named, and win over parts."""
    if any(not argument.startswith("-") and (REPOSITORY / argument.split("::")[0]).exists() for argument in rest):
        return [rest]
    return [[*part, *rest] for part in parts]


def worst(statuses: list[int]) -> int:
    """0 if every run passed; a part in which nothing was chosen counts only if nothing was in any."""
    chosen = [status for status in statuses if status != NOTHING_COLLECTED]
    return max(chosen) if chosen else NOTHING_COLLECTED


def _pytest(arguments: list[str]) -> int:
    return subprocess.run([*_tool("pytest"), *arguments], cwd=REPOSITORY).returncode


def _tool(module: str) -> list[str]:
    return [sys.executable, "-P", "-m", module]


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    outcome = subprocess.run(
        command, cwd=REPOSITORY, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"}
    )
    passed = outcome.returncode == 0
    told = f"{name:8} {'ok' if passed else 'FAILED'}   {time.monotonic() - began:.1f} s"
    print(told if passed else f"{told}\n{outcome.stdout.strip()}", flush=True)
    return passed
