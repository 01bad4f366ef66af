"""`bin/haazir bench speech`: steps of the neural engines on the machine at hand, and the caps that follow.

machine ──> steps of each engine ──> table, caps ──> --write: home/speech-budget.json ──> the workers, at their next start
                                 └──> --together: both at once, as calls want it
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import torch

from bench.speech import device as device_of
from bench.speech import hearing, made_up, speaking, table, together
from core.budget import CHUNKS_MS, Budget, Step, caps
from core.budget_file import write
from core.checkpoints import CheckpointUnfit
from core.settings import Settings, load
from haazir import VERSION
from media_server.device import DeviceFull, DeviceMissing
from media_server.tts.parler.weights import CheckpointError

OUT = Path(__file__).resolve().parent.parent / "out"
STREAMS = {"cuda": (1, 4, 15, 16, 64, 256), "cpu": (1, 4, 15)}

EXAMPLES = """\
Examples:
  bin/haazir bench speech                         this machine, its GPU if it has one; a processor gets tiny models
  bin/haazir bench speech --write                 and leave the caps where the workers read them when they start
  bin/haazir bench speech --engine hear --streams 15 --chunks 160
  bench/speech/on_gpu.sh                          everything on a GPU machine: tests with CUDA, then this

On a GPU the models have the real checkpoints' shapes, with random weights where no checkpoint is here: a step takes as
long. On a processor the clock is its own CPU time, so that neighbours do not count. Results: bench/out/*-speech.json.
"""


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    settings = load()
    torch.set_num_threads(1)  # two threads on busy cores wait for each other: docs/hearing.md
    device = torch.device(
        "cuda" if options.device == "auto" and torch.cuda.is_available() else options.device.replace("auto", "cpu")
    )
    if device.type == "cuda" and not torch.cuda.is_available():
        print("haazir: torch finds no GPU here: bin/haazir doctor --gpu says why", file=sys.stderr)
        return 1
    began = time.monotonic()
    try:
        budget = _measure(settings, device, options)
    except (CheckpointUnfit, CheckpointError, DeviceFull, DeviceMissing) as error:
        print(f"haazir: {error}", file=sys.stderr)
        return 1
    print()
    for line in (*table.caps(budget), *table.others(budget)):
        print(line)
    if options.together and not _both(settings, device, options):
        return 1
    _keep(settings, budget, options)
    print(f"{time.monotonic() - began:.0f} s")
    return 0


def _measure(settings: Settings, device: torch.device, options: argparse.Namespace) -> Budget:
    machine = device_of.machine(device)
    print(f"{machine.device}: a copy moves {machine.gb_per_s:.0f} GB/s (read and written), torch {torch.__version__}")
    real = options.shape == "real" or (options.shape == "auto" and device.type == "cuda")
    streams = options.streams or STREAMS[device.type]
    steps: list[Step] = []
    names: dict[str, str] = {}
    for line in table.steps(machine, ()):
        print(line)
    for part, found in _engines(settings, device, options, real, streams, names):
        if isinstance(found, str):
            print(f"{part:20} {found}", flush=True)
            continue
        steps.append(found)
        print(table.line(machine, found), flush=True)
    return Budget(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=VERSION,
        machine=machine,
        stt=names.get("hear", ""),
        tts=names.get("speak", ""),
        random="random" in names,
        steps=tuple(steps),
        caps=caps(machine, steps),
    )


def _engines(
    settings: Settings,
    device: torch.device,
    options: argparse.Namespace,
    real: bool,
    streams: Sequence[int],
    names: dict[str, str],
) -> Iterator[tuple[str, Step | str]]:
    """Each engine loaded, measured and let go: their memories are counted one by one."""
    if options.engine != "speak":
        ears = made_up.ears(settings, device, settings.hearing.precision, real)
        names |= {"hear": ears.name} | ({"random": "hear"} if ears.random else {})
        yield (
            "recogniser",
            f"{ears.name}{', random weights' if ears.random else ''}, {ears.model.precision}".replace("torch.", ""),
        )
        yield from (("hear", step) for step in hearing.steps(ears, streams, options.chunks))
        del ears
    device_of.fresh(device)
    if options.engine != "hear":
        mouth = made_up.mouth(settings, device, settings.speaking.precision, real)
        names |= {"speak": mouth.name, "random": "speak"}
        yield "voice", f"{mouth.name}, random weights, {_short(mouth.decoder.embeddings.dtype)}"
        yield from (("speak", found) for found in speaking.steps(mouth, streams))
    device_of.fresh(device)


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _both(settings: Settings, device: torch.device, options: argparse.Namespace) -> bool:
    print(f"\nboth at once, {options.together} calls, {options.seconds:.0f} s, in a process each:", flush=True)
    lines, worked = together.run(device.type, options.together, options.seconds)
    for line in lines:
        print(f"  {line}")
    return worked


def _keep(settings: Settings, budget: Budget, options: argparse.Namespace) -> None:
    OUT.mkdir(exist_ok=True)
    label = f"-{options.label}" if options.label else ""
    path = OUT / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-speech{label}.json"
    path.write_text(json.dumps(msgspec.to_builtins(budget, str_keys=True), indent=1))
    print(f"\nkept: {path.relative_to(OUT.parent.parent)}")
    if options.write:
        settings.home.mkdir(parents=True, exist_ok=True)
        print(f"written: {write(settings.home, budget)}; the workers heed it from their next start (bin/haazir down, up)")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/haazir bench speech",
        description="Measure the steps of neural hearing and speaking, and say how many calls are in time.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--engine", choices=("hear", "speak", "both"), default="both", help="only one of the two")
    parser.add_argument("--shape", choices=("auto", "real", "tiny"), default="auto", help="of the models (auto: real on a GPU)")
    parser.add_argument("--streams", type=_numbers, default=(), metavar="N,N,…", help="at once (to 256; to 15)")
    parser.add_argument("--chunks", type=_numbers, default=CHUNKS_MS, metavar="MS,MS,…", help="of the recogniser (all)")
    parser.add_argument("--together", type=int, default=0, metavar="N", help="then N calls at once, in real time")
    parser.add_argument("--seconds", type=float, default=20, help="of that (20)")
    parser.add_argument("--write", action="store_true", help="leave table and caps for the workers, in place of those before")
    parser.add_argument("--label", default="", help="part of the result file's name")
    return parser.parse_args(arguments)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in text.split(",")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
