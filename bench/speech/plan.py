"""What 16, 24 and 80 GB would carry, reckoned from what steps must move and compute. Nothing here is measured.

    python -m bench.speech.plan

A step takes as long as its bytes at the card's bandwidth or its operations at the card's rate, whichever is longer, divided by
the share of that which is reached: 35 % is the least that we want, 60 % what we aim for. Table and limits: docs/gpu.md.
"""

from collections.abc import Iterator
from typing import NamedTuple

from core.budget import CHUNKS_MS, Machine, Part, Step, caps
from media_server.tts.parler import cost
from media_server.tts.parler.configuration import FRAME_RATE, Configuration

SHARES = (0.35, 0.6)
STREAMS = (1, 4, 15, 16, 32, 64, 128, 256)
FRAME_MS = 1000 / FRAME_RATE
CONTEXT, ROOM, DESCRIBED = 512, 1280, 64
"""Tokens that a step reads (the bucket of a clause of six seconds), that a slot has room for, and of a description."""
PIECE, MARGINS = 24, 18
"""Frames of a piece of sound, and those decoded beside it."""
EAR_WEIGHTS = 609_000_000
"""nemotron-3.5: FastConformer 24 × 1024 with its decoder."""
EAR_CACHE_BYTES = 3_145_000
"""Of a stream in half precision (6.29 MB in float32, measured)."""
EAR_FRAME_MS = 80
CODEC_WEIGHTS = 57_000_000
"""Of the DAC's decoder, which stays in float32."""
TF32 = 0.5
"""Of a card's rate in bfloat16: in what its convolutions are computed (torch's default)."""
WORKSPACE_MB = 900
"""Of each process: CUDA context, graphs, cuDNN. A guess."""


class Card(NamedTuple):
    name: str
    memory_mb: int
    gb_per_s: float
    tflops: float
    """bfloat16 with float32 sums, dense."""


CARDS = (
    Card("RTX 5060 Ti, 16 GB", 16_311, 448, 47),
    Card("RTX 4090, 24 GB", 24_564, 1008, 165),
    Card("A100, 80 GB", 81_920, 2039, 312),
    Card("H100, 80 GB", 81_559, 3350, 989),
)
"""By their makers' data sheets."""


def main() -> None:
    print(f"{'':20} {'share':>6} {'hear 15, 160 ms':>16} {'speak 15':>9} {'memory 16':>10}   calls in time; slots")
    for card in CARDS:
        for share in SHARES:
            print(line(card, share))


def line(card: Card, share: float) -> str:
    found = list(steps(card, share))
    ear = next(step for step in found if step.part == "hear" and step.period_ms == 160 and step.streams == 15)
    voice = next(step for step in found if step.part == "speak" and step.streams == 15)
    memory = sum(step.memory_mb for step in found if step.streams == 16 and (step.part == "speak" or step.period_ms == 160))
    carried = caps(Machine(device=card.name, memory_mb=card.memory_mb, gb_per_s=card.gb_per_s), found)
    calls = ", ".join(f"{count} at {chunk} ms" for chunk, count in carried.streams.items())
    told = f"{card.name:20} {share:6.0%} {ear.p95_ms:13.1f} ms {voice.p95_ms:6.1f} ms {memory / 1024:7.1f} GB   {calls}"
    return f"{told}; {carried.slots}"


def steps(card: Card, share: float) -> Iterator[Step]:
    """All steps that the card would have to do, at this share of its roofline."""
    of = Configuration()
    for count in STREAMS:
        for chunk in CHUNKS_MS:
            yield _step(card, share, "hear", count, chunk, _ear_bytes(count), _ear_flop(count, chunk), _ear_mb(count))
        moved = cost.step_bytes(of, count, CONTEXT, DESCRIBED)
        yield _step(
            card, share, "speak", count, FRAME_MS, moved, cost.step_flop(of, count, CONTEXT, DESCRIBED), _voice_mb(of, count)
        )
        samples = count * (PIECE + MARGINS) * 512
        yield _step(card, share, "decode", count, PIECE * FRAME_MS, 0, samples * cost.DAC_FLOP_PER_SAMPLE / TF32, 0)


def _step(
    card: Card, share: float, part: Part, count: int, period_ms: float, moved: float, flop: float, memory_mb: float
) -> Step:
    least_ms = max(moved / card.gb_per_s / 1e6, flop / card.tflops / 1e9)
    return Step(
        part=part,
        engine="computed",
        streams=count,
        period_ms=period_ms,
        p50_ms=least_ms / share,
        p95_ms=least_ms / share,
        memory_mb=round(memory_mb),
        moved_mb=moved / 1e6,
    )


def _ear_bytes(count: int) -> float:
    return 2 * EAR_WEIGHTS + 2 * count * EAR_CACHE_BYTES


def _ear_flop(count: int, chunk_ms: int) -> float:
    return 2 * EAR_WEIGHTS * count * chunk_ms / EAR_FRAME_MS


def _ear_mb(count: int) -> float:
    return (2 * EAR_WEIGHTS + 2 * count * EAR_CACHE_BYTES) / 2**20 + WORKSPACE_MB  # the caches, and a step's copy of them


def _voice_mb(of: Configuration, count: int) -> float:
    return (cost.weight_bytes(of) + cost.cache_bytes(of, count, ROOM, DESCRIBED) + 4 * CODEC_WEIGHTS) / 2**20 + WORKSPACE_MB


if __name__ == "__main__":
    main()
