"""How many calls a machine can hear and speak in time, reckoned from measured steps; and what another GPU would carry. ◆

    Step (part, streams, period, time, memory)  ──>  caps()       streams and slots that are in time here
                                                ──>  projected()  the same steps on a GPU of other bandwidth

A neural engine works in steps that serve all its streams at once: the recogniser one a chunk of sound (80 to 560 ms), the voice
one a frame of codes (11.6 ms). n streams are in time if a step for n takes less than BUSY of its period. Recogniser and voice on
one GPU take turns there, so their shares add up. A call is heard or spoken to, seldom both: n streams at once serve more calls.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, sqrt
from typing import Literal

import msgspec

BUSY = 0.8
"""Share of a GPU's time that steps may fill. The rest is for what comes unevenly: new voices, decoding, falling clocks."""
RESERVE_MB = 1024
"""Memory left alone: the CUDA contexts of two processes, a desktop."""
TURN = 0.5
"""Share of its time that a call is heard, and that it is spoken to."""
SURE = 2.33
"""Standard deviations: in one moment of a hundred more calls are heard at once, and a step takes some of what BUSY leaves."""
CHUNKS_MS = (80, 160, 320, 560)
GUESSED_STREAMS = 32
"""Where nothing was measured. They are rows of memory: the recogniser's own steps say how many of them are used."""
GUESSED_SLOTS: Mapping[str, int] = {"cuda": 16, "cpu": 1}
"""The 15 calls that a card of 16 GB is planned for (docs/gpu.md)."""


Part = Literal["hear", "speak", "decode"]
"""A step of the recogniser; of the voice's frames; of the codec that makes sound of them."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One measured shape of an engine's step."""

    part: Part
    engine: str
    streams: int
    period_ms: float
    """How often it is due: the chunk of the recogniser, the frame of the voice."""
    p50_ms: float
    p95_ms: float
    memory_mb: int = 0
    """All that the engine holds with so many streams: weights, caches, graphs, workspace. 0: not measured, or told of by another
    part of the same engine."""
    moved_mb: float = 0.0
    """Bytes that a step must move through the device's memory: weights once, each stream's cache. 0: not known."""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    device: str
    """As torch names it; "cpu"."""
    memory_mb: int = 0
    gb_per_s: float = 0.0
    """Memory bandwidth as a copy reaches it, bytes read and written both counted."""


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """What the workers admit at start, unless the settings say otherwise."""

    streams: dict[int, int]
    """Chunk in ms -> calls that have a recogniser's stream: about half of them speak at a time."""
    slots: int
    """Clauses made at once."""
    calls: int = 0
    """Calls that are heard, with the chunk that carries most, and spoken to in time. 0: one of the two was not measured."""
    measured: bool = False
    """Whether it was measured on this device, or guessed."""

    def most_streams(self, chunk_ms: int = 0) -> int:
        """Callers heard at once with this chunk, or the one nearest to it of which something is known; 0: with the chunk that
        carries most."""
        if chunk_ms and self.streams:
            return self.streams[min(self.streams, key=lambda known: abs(known - chunk_ms))]
        return max(self.streams.values(), default=0)


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What `bin/haazir bench speech --write` leaves in home/speech-budget.json (core.budget_file)."""

    made_at: str
    """RFC 3339, UTC."""
    version: str
    machine: Machine
    stt: str = ""
    """Checkpoint that was measured, by its name in the registry. Empty: none was."""
    tts: str = ""
    random: bool = False
    """Whether their weights were random: the same shapes, so the same times."""
    steps: tuple[Step, ...] = ()
    caps: Caps


def guessed(device: Literal["cpu", "cuda"]) -> Caps:
    """Caps where nothing was measured."""
    return Caps(streams=dict.fromkeys(CHUNKS_MS, GUESSED_STREAMS), slots=GUESSED_SLOTS[device])


def caps(machine: Machine, steps: Sequence[Step]) -> Caps:
    """What is in time here by these steps. A part that was not measured takes no time, and its cap is a guess."""
    guess = guessed("cpu" if machine.device == "cpu" else "cuda")
    voice = [step for step in steps if step.part != "hear"]
    chunks = sorted({int(step.period_ms) for step in steps if step.part == "hear"})
    shared = machine.device != "cpu"  # there, recogniser and voice have a core each
    streams = {chunk: calls_of(most(machine, [*_hearing(steps, chunk), *(voice if shared else ())])) for chunk in chunks}
    slots = most(machine, [*(_hearing(steps, chunks[-1]) if shared and chunks else ()), *voice]) if voice else guess.slots
    return Caps(
        streams=streams or guess.streams,
        slots=slots,
        calls=min(max(streams.values()), calls_of(slots)) if streams and voice else 0,
        measured=bool(steps),
    )


def most(machine: Machine, steps: Sequence[Step]) -> int:
    """The most streams with which all these steps are in time and in memory: no more than every part was measured with."""
    parts = _parts(steps)
    room_mb = machine.memory_mb - RESERVE_MB
    fitting = 0
    for streams in range(1, min((part[-1].streams for part in parts), default=0) + 1):
        busy = sum(_between(part, streams, "p95_ms") / part[0].period_ms for part in parts)
        memory_mb = sum(_between(part, streams, "memory_mb") for part in parts)
        if busy > BUSY or (machine.memory_mb and memory_mb > room_mb):
            break
        fitting = streams
    return fitting


def at_once(calls: int) -> int:
    """How many of so many calls are heard at the same moment, but for one moment in a hundred; as many are spoken to."""
    return min(calls, ceil(calls * TURN + SURE * sqrt(calls * TURN * (1 - TURN))))


def calls_of(streams: int) -> int:
    """The most calls of which no more than so many are heard at once."""
    calls = streams
    while at_once(calls + 1) <= streams:
        calls += 1
    return calls


def roofline_share(step: Step, machine: Machine) -> float:
    """How near a step comes to the time in which its bytes could be moved at best: 1 is as fast as memory. 0: not known."""
    if not step.moved_mb or not machine.gb_per_s:
        return 0.0
    return step.moved_mb / 1000 / machine.gb_per_s * 1000 / step.p50_ms


def fixed_ms(steps: Iterable[Step]) -> float:
    """The part of a step's time that does not grow with the bytes it moves (launches, synchronisation): where the straight line
    through p50 over bytes meets zero bytes. 0 of fewer than two sizes, and never more than the quickest step."""
    points = [(step.moved_mb, step.p50_ms) for step in steps if step.moved_mb]
    if len({moved for moved, _ in points}) < 2:
        return 0.0
    mean_mb = sum(moved for moved, _ in points) / len(points)
    mean_ms = sum(time for _, time in points) / len(points)
    slope = sum((moved - mean_mb) * (time - mean_ms) for moved, time in points) / sum(
        (moved - mean_mb) ** 2 for moved, _ in points
    )
    return min(max(mean_ms - slope * mean_mb, 0.0), min(time for _, time in points))


def projected(steps: Sequence[Step], here: Machine, there: Machine, *, keep_fixed: bool = False) -> list[Step]:
    """The same steps on another GPU, by the ratio of bandwidths: each reaches the same share of the roofline as here.

    With `keep_fixed`, what does not grow with the bytes (fixed_ms) stays as long as it is here: launches cost the same on both.
    Without it a small step on a fast GPU, which mostly waits for launches, makes the other look slower than it is: the cautious
    answer.
    """
    ratio = here.gb_per_s / there.gb_per_s
    others = []
    for part in _parts(steps):
        fixed = fixed_ms(part) if keep_fixed else 0.0
        for step in part:
            p50_ms, p95_ms = (fixed + (time - fixed) * ratio for time in (step.p50_ms, step.p95_ms))
            others.append(msgspec.structs.replace(step, p50_ms=p50_ms, p95_ms=p95_ms))
    return others


def _hearing(steps: Iterable[Step], chunk_ms: int) -> list[Step]:
    return [step for step in steps if step.part == "hear" and int(step.period_ms) == chunk_ms]


def _parts(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps that differ in nothing but their streams, fewest first."""
    parts: dict[tuple[Part, float], list[Step]] = {}
    for step in sorted(steps, key=lambda step: step.streams):
        parts.setdefault((step.part, step.period_ms), []).append(step)
    return list(parts.values())


def _between(part: Sequence[Step], streams: int, field: Literal["p95_ms", "memory_mb"]) -> float:
    """A figure for so many streams, on the straight line between the measured ones around it; below the first, the first's."""
    above = next(index for index, step in enumerate(part) if step.streams >= streams)
    high = part[above]
    if above == 0 or high.streams == streams:
        return float(getattr(high, field))
    low = part[above - 1]
    along = (streams - low.streams) / (high.streams - low.streams)
    return float(getattr(low, field) + along * (getattr(high, field) - getattr(low, field)))
