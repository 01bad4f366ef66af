"""Steps of the voice: a frame of codes for so many clauses, and the codec that makes sound of twenty-four of them."""

from collections.abc import Iterator, Sequence

import torch

from bench.speech.device import fresh, memory_mb, timed
from bench.speech.made_up import Mouth
from core.budget import Step
from media_server.tts.parler import cost
from media_server.tts.parler.configuration import FRAME_RATE
from media_server.tts.parler.dac import LEFT, RIGHT, Piece
from media_server.tts.parler.opening import CONTEXT
from media_server.tts.parler.slots import Slots

PROMPT = 250
"""Tokens. With it, steps read 512 tokens of context, as those in the midst of a clause of six seconds do."""
DESCRIBED = 64
MEASURED = 512
KEPT = 24
"""Frames of a piece of sound after the first."""
FRAME_MS = 1000 / FRAME_RATE
_SPARE = 0.85
"""Share of the free memory that slots may take; graphs and workspaces want the rest."""


def steps(mouth: Mouth, streams: Sequence[int]) -> Iterator[Step | str]:
    """A frame and a piece of sound for each number of streams; in words, what is left out for want of memory."""
    for count in streams:
        wanted = cost.cache_bytes(mouth.decoder.configuration, count, CONTEXT, DESCRIBED, _item(mouth))
        fresh(_device(mouth))
        if wanted > _free(mouth):
            yield f"{count} clauses at once: left out, their caches alone want {wanted >> 20} MB"
            continue
        yield from (_frame(mouth, count), _piece(mouth, count))


def _frame(mouth: Mouth, count: int) -> Step:
    of, device = mouth.decoder.configuration, _device(mouth)
    slots = Slots(mouth.decoder, count, CONTEXT, description=DESCRIBED)
    slots.warm_up()
    voice = torch.randn(of.layers, 2, of.heads, DESCRIBED, of.head_size, device=device).to(mouth.decoder.embeddings.dtype)
    prompt = [number % of.prompt_vocabulary for number in range(PROMPT)]
    for slot in range(count):
        slots.join(slot, voice, prompt, seed=slot)
    for _ in range(2 * of.codebooks):  # beyond the delay pattern's beginning, in the bucket of 512
        slots.step(range(count))
    spread = timed(device, lambda: slots.step(range(count)), times=200)
    return Step(
        part="speak",
        engine="parler",
        streams=count,
        period_ms=FRAME_MS,
        p50_ms=spread.p50_ms,
        p95_ms=spread.p95_ms,
        memory_mb=memory_mb(device),
        moved_mb=cost.step_bytes(of, count, MEASURED, DESCRIBED, _item(mouth)) / 1e6,
    )


def _piece(mouth: Mouth, count: int) -> Step:
    of, device = mouth.decoder.configuration, _device(mouth)
    codes = torch.randint(0, of.codebook_size, (of.codebooks, LEFT + KEPT + RIGHT), device=device)
    pieces = [Piece(codes, 0, LEFT, LEFT + KEPT, 8000)] * count
    spread = timed(device, lambda: mouth.dac.sound(pieces), times=20)
    return Step(part="decode", engine="dac", streams=count, period_ms=KEPT * FRAME_MS, p50_ms=spread.p50_ms, p95_ms=spread.p95_ms)


def _device(mouth: Mouth) -> torch.device:
    device: torch.device = mouth.decoder.embeddings.device
    return device


def _item(mouth: Mouth) -> int:
    return int(mouth.decoder.embeddings.element_size())


def _free(mouth: Mouth) -> float:
    if _device(mouth).type == "cpu":
        return float("inf")
    free: int = torch.cuda.mem_get_info()[0]
    return _SPARE * free
