"""`python -m bench.control`: the figures of call control, one table, exit status 1 if a must is not met.

See bench/README.md and docs/benchmarks.md.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

import uvloop

from bench.control import accepted, gone, killed, load
from bench.control.ground import Ground, prepared
from bench.control.rows import Row, table
from haazir.caller.precedence import first_served
from haazir.caller.script import CallOver, CallRefused
from haazir.caller.trial import TrialFailed

OUT = Path(__file__).parents[1] / "out"
FIGURES = ("load", "accepted", "killed", "gone")

Measure = Callable[[Ground], Coroutine[Any, Any, list[Row]]]


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    measures: dict[str, Measure] = {
        "load": lambda ground: load.measure(ground, options.calls, options.seconds),
        "accepted": lambda ground: accepted.measure(ground, options.transfers),
        "killed": lambda ground: killed.measure(ground, options.killed),
        "gone": gone.measure,
    }
    rows: list[Row] = []
    try:
        with prepared(options.calls) as ground, first_served():
            gc.disable()  # a hundred thousand packets that were heard take 0.1 s to look through
            for name in FIGURES:
                if not options.only or name in options.only:
                    print(f"measuring: {name}", file=sys.stderr)
                    rows += _measured(name, measures[name](ground))
                    ground.until_ready()
    except (TrialFailed, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"{table(rows)}\nload of the machine {os.getloadavg()[0]:.1f}")
    print(f"written to {_save(rows)}")
    return 0 if all(row.met for row in rows) else 1


def _measured(name: str, work: Coroutine[Any, Any, list[Row]]) -> list[Row]:
    """A figure that could not be taken is one that is not met."""
    try:
        found: list[Row] = uvloop.run(work)
        return found
    except (CallRefused, CallOver, TimeoutError) as error:  # NotHeard is a TimeoutError
        return [Row(f"{name}: {error or type(error).__name__}", "", inf, 0, 0)]


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.control",
        description="Call control by figures, on an instance of its own. Exit status 1: a must was not met.",
        epilog="Example: python -m bench.control --only load --calls 60 --seconds 60",
    )
    parser.add_argument("--only", action="append", choices=FIGURES, help="this figure (again: these); default: all")
    parser.add_argument("--calls", type=int, default=60, help="load: how many at once (default: 60)")
    parser.add_argument("--seconds", type=float, default=60.0, help="load: how long it is measured (default: 60)")
    parser.add_argument("--transfers", type=int, default=24, help="accepted: how many (default: 24)")
    parser.add_argument("--killed", type=int, default=10, help="killed: calls that go on meanwhile (default: 10)")
    return parser.parse_args(arguments)


def _save(rows: list[Row]) -> Path:
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{datetime.now(UTC).strftime('%Y%m%d-%H%M%S')}-control.json"
    found = {"load": os.getloadavg(), "at": time.time(), "rows": [asdict(row) | {"met": row.met} for row in rows]}
    path.write_text(json.dumps(found, indent=2))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
