"""The machine: what its memory moves, how much there is of it, and how long something takes on it."""

import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from core.budget import Machine

COPIED_MB = 512
"""Far more than any cache holds; a graphics card of 16 GB has that to spare."""
COPIES = 20


class Spread(NamedTuple):
    p50_ms: float
    p95_ms: float
    times: int


def machine(device: torch.device) -> Machine:
    """The device's name, memory and measured bandwidth."""
    if device.type == "cpu":
        return Machine(device="cpu", gb_per_s=bandwidth(device))
    _, total = torch.cuda.mem_get_info(device)
    return Machine(device=torch.cuda.get_device_name(device), memory_mb=total >> 20, gb_per_s=bandwidth(device))


def bandwidth(device: torch.device) -> float:
    """GB/s of a copy within the device, read and written bytes both counted. Random bytes: zeros can be quicker."""
    source = torch.randint(0, 255, (COPIED_MB << 20,), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    spread = timed(device, lambda: target.copy_(source), times=COPIES if device.type == "cuda" else 3)
    return 2 * len(source) / spread.p50_ms / 1e6


def timed(device: torch.device, work: Callable[[], object], *, times: int = 40, most_s: float = 6.0, warm_up: int = 3) -> Spread:
    """How long `work` takes, each time to its end. On a processor its own CPU time counts: neighbours do not."""
    for _ in range(warm_up):
        work()
    clock, wait = _clock(device)
    wait()
    taken: list[float] = []
    began = time.monotonic()
    while len(taken) < times and (len(taken) < 3 or time.monotonic() - began < most_s):
        start = clock()
        work()
        wait()
        taken.append((clock() - start) * 1000)
    return Spread(float(np.percentile(taken, 50)), float(np.percentile(taken, 95)), len(taken))


def memory_mb(device: torch.device) -> int:
    """The most that this process has held on the device since `fresh`, as torch reserves it. 0 on a processor."""
    return torch.cuda.max_memory_reserved(device) >> 20 if device.type == "cuda" else 0


def fresh(device: torch.device) -> None:
    """What nobody holds any more is given back, and the peak is counted from now."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def _clock(device: torch.device) -> tuple[Callable[[], float], Callable[[], None]]:
    if device.type == "cuda":
        return time.perf_counter, torch.cuda.synchronize
    return time.thread_time, lambda: None
