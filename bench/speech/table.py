"""Measured steps as tables to read. ◆"""

from collections.abc import Iterator, Sequence

from core.budget import BUSY, TURN, Budget, Machine, Step, projected, roofline_share
from core.budget import caps as caps_of

OTHERS = (
    Machine(device="RTX 5060 Ti, 16 GB", memory_mb=16_311, gb_per_s=448),
    Machine(device="RTX 4090, 24 GB", memory_mb=24_564, gb_per_s=1008),
    Machine(device="A100, 80 GB", memory_mb=81_920, gb_per_s=2039),
    Machine(device="H100, 80 GB", memory_mb=81_559, gb_per_s=3350),
)
"""Vendors' bandwidths; what a copy reaches is some nine tenths of that."""
REACHED = 0.9
NAMES = {"hear": "recogniser", "speak": "voice, a frame", "decode": "sound of 24 frames"}


def steps(machine: Machine, measured: Sequence[Step]) -> Iterator[str]:
    """A line for each step: how long, of what period, how near to the roofline."""
    yield f"{'':20} {'streams':>7} {'due ms':>7} {'p50 ms':>8} {'p95 ms':>8} {'load':>6} {'roofline':>9} {'memory MB':>10}"
    for step in measured:
        yield line(machine, step)


def line(machine: Machine, step: Step) -> str:
    share = roofline_share(step, machine)
    late = "  LATE" if step.p95_ms > step.period_ms else ""
    return (
        f"{NAMES[step.part]:20} {step.streams:7} {step.period_ms:7.1f} {step.p50_ms:8.2f} {step.p95_ms:8.2f} "
        f"{step.p95_ms / step.period_ms:6.0%} {f'{share:.0%}' if share else '-':>9} {step.memory_mb or '-':>10}{late}"
    )


def caps(budget: Budget) -> Iterator[str]:
    """What this machine carries."""
    found = budget.caps
    chunks = ", ".join(f"{count} at {chunk} ms" for chunk, count in sorted(found.streams.items()))
    yield f"calls heard in time: {chunks}; clauses made at once: {found.slots}" + (
        f"; calls: {found.calls}" if found.calls else ""
    )
    yield f"(a step may fill {BUSY:.0%} of its time; a call is heard or spoken to, {TURN:.0%} of the time; no more than measured)"


def others(budget: Budget) -> Iterator[str]:
    """What other GPUs would carry by the same shares of their bandwidth. Nothing from a processor's figures."""
    if budget.machine.device == "cpu" or not budget.caps.calls:
        return
    yield "projected, not measured: calls in time if bandwidth alone decides (cautious), and if launches cost the same there"
    for other in OTHERS:
        there = Machine(device=other.device, memory_mb=other.memory_mb, gb_per_s=REACHED * other.gb_per_s)
        cautious, likely = (
            caps_of(there, projected(budget.steps, budget.machine, there, keep_fixed=kept)).calls for kept in (False, True)
        )
        yield f"  {other.device:20} {cautious:4} … {likely}"
