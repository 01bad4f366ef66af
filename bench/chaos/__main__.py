"""`python -m bench.chaos`: real calls through a house of our own in which everything breaks; a table, and whether all was well.

Exit status 0: no call dropped by us, no record incomplete, nothing left. See bench/README.md.
"""

import argparse
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import uvloop

from bench.chaos.disk import own_disk
from bench.chaos.party import EXTENSIONS, Party, Plan
from bench.chaos.plan import NAMES
from bench.chaos.table import Run, table
from core.settings import load
from haazir.caller import trial
from haazir.caller.server import NoServer
from haazir.caller.trial import Trial
from haazir.caller.voices import Voices

OUT = Path(__file__).parent.parent / "out"


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    OUT.mkdir(exist_ok=True)
    try:
        with own_disk() as disk:
            run = _run(options, disk)
    except (NoServer, trial.TrialFailed) as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 1
    print(f"\n{table(run)}\n\nwritten to {_save(run)}, logs in {_logs(run.seed)}")
    return 0 if run.met else 1


def _run(options: argparse.Namespace, disk: Path | None) -> Run:
    names = [name for name in options.faults if disk or name != "full disk"]
    plan = Plan(options.calls, options.at_once, options.seed, names)
    print(f"{plan.calls} calls, {plan.at_once} at once, seed {plan.seed}, faults: {', '.join(names) or 'none'}", flush=True)
    if len(names) < len(options.faults):
        print("! no full disk: a disk of its own takes root", flush=True)
    with _house(disk) as house:
        try:
            run: Run = uvloop.run(Party(house, house.server(), Voices(load().home / "cache" / "callers"), plan).run())
            return run
        finally:  # they would go with the home
            shutil.rmtree(_logs(plan.seed), ignore_errors=True)
            shutil.copytree(house.settings.log_dir, _logs(plan.seed))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.chaos",
        description="Real calls while processes are killed and stopped, packets lost, the disk is full, the database away, the\n"
        "brain slow. Ends with a table; exit status 0: no call dropped by us, no record incomplete, nothing left.",
        epilog="Examples: python -m bench.chaos --calls 200        as the issue wants it: about 12 minutes on two cores\n"
        "          python -m bench.chaos --calls 15 --seed 7 --faults 'kill ari-app' 'full disk'",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--calls", type=int, default=200, help="how many in all (default: 200)")
    parser.add_argument("--at-once", type=int, default=8, help="how many callers there are (default: 8; the site takes 15)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10_000), help="the same one gives the same faults and callers"
    )
    parser.add_argument(
        "--faults", nargs="*", choices=NAMES, default=NAMES, metavar="NAME", help=f"only these: {', '.join(NAMES)}"
    )
    return parser.parse_args(arguments)


@contextmanager
def _house(disk: Path | None) -> Iterator[Trial]:
    """An instance of our own, on a disk of its own, with a phone for each operator."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "haazir.toml"
        configuration.write_text("".join(f'[[asterisk.operators]]\nextension = "{name}"\n' for name in EXTENSIONS))
        with trial.running(disk, HAAZIR_CONFIG=str(configuration)) as house:
            yield house


def _logs(seed: int) -> Path:
    return OUT / f"chaos-{seed}-log"


def _save(run: Run) -> Path:
    path = OUT / f"chaos-{run.seed}.json"
    path.write_text(json.dumps(asdict(run), indent=1))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
