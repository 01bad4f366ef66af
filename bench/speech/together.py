"""Recogniser and voice at once on one device, each in a process of its own and at the pace of calls: how late they get.

    run()  ──"go"──>  python -m bench.speech.together hear    a chunk of every call, due one after another over the chunk
           ──"go"──>  python -m bench.speech.together speak   every call wants one clause after another

The load of engines that do nothing else: no bus, no front end, no admission. Everybody speaks and is spoken to all the time.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from bench.speech import made_up
from bench.speech.talkers import Talkers
from core.audio import RATE
from core.settings import REPOSITORY, load
from media_server.stt.nemo.slots import Slots as Rows
from media_server.stt.nemo.step import Row, Stepper

CHUNK_MS = 160
LATE_S = 5.0
"""So far behind, a run is given up: it would never catch up."""


def run(device: str, calls: int, seconds: float) -> tuple[list[str], bool]:
    """Both for so long; lines that tell how it went, and whether both did."""
    parts = [subprocess.Popen(_command(part, device, calls, seconds), **_PIPES) for part in ("hear", "speak")]  # type: ignore[call-overload]
    try:
        ready = [part.stdout.readline() for part in parts]
        if any(line.strip() != "ready" for line in ready):
            return ["one of them did not start: see above"], False
        for part in parts:
            part.stdin.write("go\n")
            part.stdin.flush()
        answers = [part.stdout.readline() for part in parts]
        worked = [part.wait() == 0 for part in parts]
    finally:
        for part in parts:
            part.kill()
            part.communicate()
    if not all(worked):
        return ["one of them broke off: see above"], False
    return [line for answer in answers for line in _told(json.loads(answer))], True


_PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": REPOSITORY}


def _command(part: str, device: str, calls: int, seconds: float) -> list[str]:
    module = [sys.executable, "-P", "-m", "bench.speech.together", part]
    return [*module, "--device", device, "--calls", str(calls), "--seconds", str(seconds)]


def _told(answer: dict[str, Any]) -> Iterator[str]:
    for name, times in answer["times_ms"].items():
        if times:
            p50, p95 = np.percentile(times, [50, 95])
            yield f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(times):.0f} ms ({len(times)})"
        else:
            yield f"{name}: none in the time"
    yield from (f"{name}: {count}" for name, count in answer["counts"].items())


def _hear(device: torch.device, calls: int, wait: Callable[[], None], seconds: float) -> dict[str, Any]:
    """Each call's chunk k is whole at (k + its place) chunks; a step takes all that are whole and not heard yet."""
    ears = made_up.ears(load(), device, "auto", device.type == "cuda")
    model, chunk_s = ears.model, CHUNK_MS / 1000
    slots = Rows(model, calls)
    stepper = Stepper(model, slots)
    sound = (0.1 * np.random.default_rng(5).standard_normal((calls, RATE * CHUNK_MS // 1000))).astype(np.float32)
    stepper.step([Row(row, 0) for row in range(calls)], sound)
    wait()
    began, whole = time.monotonic(), [chunk_s * (1 + call / calls) for call in range(calls)]
    late_ms: list[float] = []
    while (now := time.monotonic() - began) < seconds and now - min(whole) < LATE_S:
        if due := [call for call in range(calls) if whole[call] <= now]:
            stepper.step([Row(call, 0) for call in due], sound[: len(due)])
            done = time.monotonic() - began
            late_ms += [(done - whole[call]) * 1000 for call in due]
            for call in due:
                whole[call] += chunk_s
        else:
            time.sleep(max(min(whole) - now, 0))
    return {"times_ms": {f"words of a chunk of {CHUNK_MS} ms after its end": late_ms}, "counts": {}}


def _speak(device: torch.device, calls: int, wait: Callable[[], None], seconds: float) -> dict[str, Any]:
    talkers = Talkers(made_up.mouth(load(), device, "auto", device.type == "cuda"), calls)
    wait()
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        if not talkers.turn(now):
            time.sleep(0.001)
    return {
        "times_ms": {"first sound of a clause": [time_s * 1000 for time_s in talkers.first_s]},
        "counts": {"times that a listener waited within a clause": talkers.ran_dry, "clauses said": talkers.said},
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=("hear", "speak"))
    parser.add_argument("--device", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)

    def wait() -> None:
        print("ready", flush=True)
        sys.stdin.readline()

    work = _hear if options.part == "hear" else _speak
    print(json.dumps(work(torch.device(options.device), options.calls, wait, options.seconds)), flush=True)


if __name__ == "__main__":
    main()
