"""`bin/haazir bench` (or python -m bench.calls): N real SIP calls with spoken turns, measured on the wire.

    instance (the running one, or one of our own) <── callers ──> outcomes ──> figures ──> table, bench/out/*.json

See bench/README.md for which run gives which figure.
"""

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import uvloop

from bench.farm import Farm, Ground, Plan
from bench.figures import figures
from bench.processes import left_in_asterisk, spent, uses
from bench.report import Report, save, table
from core.settings import Settings, load
from core.sites import Patience
from haazir.caller import trial
from haazir.caller.precedence import first_served
from haazir.caller.server import NoServer, find
from haazir.caller.voices import Voices

OUT = Path(__file__).parent / "out"
ENGINES = ("STT", "TTS", "BRAIN")


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    plan = Plan(options.calls, options.turns, options.soak, options.barge_in, options.echo_db, options.quiet, options.stagger)
    try:
        with _instance(options) as settings, first_served():
            less = Patience().end_of_turn if options.engines == "instant" else 0.0
            report = uvloop.run(_bench(settings, options.site, plan, less))
    except (NoServer, trial.TrialFailed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(table(report))
    print(f"\nwritten to {save(report, OUT, options.label)}")
    return 1 if report.figures.failed else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/haazir bench",
        description="Real SIP calls with spoken turns, measured on the wire. bench/README.md says which run gives which figure.",
        epilog="Example: bin/haazir bench --calls 15 --turns 20 --engines instant     Neural engines: bin/haazir bench speech -h",
    )
    parser.add_argument("--site", default="demo")
    parser.add_argument("--calls", type=int, default=1, help="how many at once (default: 1)")
    parser.add_argument("--turns", type=int, default=8, help="questions per call (default: 8)")
    parser.add_argument(
        "--soak",
        type=int,
        default=0,
        metavar="N",
        help="N calls one after another (by each of --calls callers), and what they leave",
    )
    parser.add_argument("--barge-in", action="store_true", help="interrupt each answer")
    parser.add_argument("--echo-db", type=float, metavar="DB", help="callers' lines return what they hear, at this level (-15)")
    parser.add_argument(
        "--engines", choices=("configured", "instant"), default="configured", help="instant: the pipeline alone; implies --own"
    )
    parser.add_argument("--own", action="store_true", help="start an instance of our own instead of using the running one")
    parser.add_argument("--quiet", type=float, default=0.9, help="silence after which the next question comes (default: 0.9)")
    parser.add_argument("--stagger", type=float, default=0.15, help="seconds from one caller's start to the next (default: 0.15)")
    parser.add_argument("--label", default="", help="part of the result file's name")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _instance(options: argparse.Namespace) -> Iterator[Settings]:
    """The running one's settings, or those of one that we start and stop."""
    instant = options.engines == "instant"
    if not instant and not options.own:
        yield load()
        return
    variables = {f"HAAZIR_ENGINES_{name}": "instant" for name in ENGINES} if instant else {}
    with trial.running(**variables) as own:
        yield own.settings


async def _bench(settings: Settings, site: str, plan: Plan, less: float) -> Report:
    server = await find(settings, site)
    farm = Farm(server, plan, Voices(load().home / "cache" / "callers"))
    await farm.warm_up()
    processes = server.status.processes
    ground = Ground(processes, uses(processes), left_in_asterisk(settings))
    own_before, began = time.process_time(), time.time()
    await farm.run(ground)
    seconds, own = time.time() - began, time.process_time() - own_before
    await asyncio.sleep(1.0)  # the last call's ends are tied up
    after, harvest = uses(processes), farm.harvest
    return Report(
        plan=plan,
        seconds=seconds,
        figures=figures(harvest.outcomes, [arrival.tolist() for arrival in harvest.arrivals], harvest.failed, less=less),
        less_ms=less * 1000,
        cpu_s=spent(ground.before, after),
        peak_mb=ground.peak_mb,
        before=ground.before,
        after=after,
        left_before=ground.left_before,
        left_after=left_in_asterisk(settings),
        caller_cpu=own / seconds,
        caller_late_p99_ms=float(np.percentile(harvest.lateness, 99)) * 1000 if harvest.lateness else 0.0,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
