"""`haazir check` and `haazir test`: the same that continuous integration runs, with the same answers.

ruff, ruff format, mypy, import-linter side by side  ──>  pytest (only for `test`; its last line is ours)
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.settings import REPOSITORY

FAST = ("tests/unit",)
"""What `test --fast` runs: no Asterisk, no calls."""


def main(arguments: list[str]) -> int:
    name, *rest = arguments
    parser = argparse.ArgumentParser(
        prog=f"bin/haazir {name}",
        description="Style, types and import rules." if name == "check" else "All checks, then the test suite.",
        epilog="Example: bin/haazir check"
        if name == "check"
        else "Examples: bin/haazir test --fast     bin/haazir test -x -k barge",
    )
    if name == "test":
        parser.add_argument("--fast", action="store_true", help="leave out the tests that place real calls")
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
    status = subprocess.run(
        [*_tool("pytest"), *pytest_arguments(options.fast, unknown + options.pytest)], cwd=REPOSITORY
    ).returncode
    return status or (1 if failed else 0)


def commands() -> dict[str, list[str]]:
    """Name -> command of each check, run in the checkout."""
    return {
        "ruff": [*_tool("ruff"), "check", "--quiet", "--output-format", "concise", "."],
        "format": [*_tool("ruff"), "format", "--check", "."],
        "mypy": [*_tool("mypy"), "--no-error-summary"],
        "imports": [str(Path(sys.executable).with_name("lint-imports"))],
    }


def pytest_arguments(fast: bool, rest: list[str]) -> list[str]:
    """Tests named by the user win over --fast."""
    named = any(not argument.startswith("-") and (REPOSITORY / argument.split("::")[0]).exists() for argument in rest)
    return [*(FAST if fast and not named else ()), *rest]


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
