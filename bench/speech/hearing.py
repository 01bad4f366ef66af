"""Steps of the recogniser: so many streams, each with a chunk of sound, in one forward."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from bench.speech.device import fresh, memory_mb, timed
from bench.speech.made_up import Ears
from core.audio import RATE
from core.budget import Step
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Row, Stepper


def steps(ears: Ears, streams: Sequence[int], chunks_ms: Sequence[int]) -> Iterator[Step]:
    """One measured step for each number of streams and each chunk of the model's menu. The sound is noise."""
    model = ears.model
    for count in streams:
        for frames in model.chunks:
            if frames * model.frame * 1000 // RATE in chunks_ms:
                yield _step(ears, count, frames)


def _step(ears: Ears, count: int, frames: int) -> Step:
    model = ears.model
    fresh(model.device)
    slots = Slots(model, count)
    stepper = Stepper(model, slots)
    rows = [Row(row, row % len(model.prompts)) for row in range(count)]
    sound = (0.1 * np.random.default_rng(5).standard_normal((count, frames * model.frame))).astype(np.float32)
    spread = timed(model.device, lambda: stepper.step(rows, sound))
    return Step(
        part="hear",
        engine="nemo",
        streams=count,
        period_ms=frames * model.frame * 1000 // RATE,
        p50_ms=spread.p50_ms,
        p95_ms=spread.p95_ms,
        memory_mb=memory_mb(model.device),
        moved_mb=(_weights(ears) + 2 * _remembered(slots)) / 1e6,
    )


def _weights(ears: Ears) -> int:
    return sum(weight.numel() * weight.element_size() for weight in ears.model.net.parameters())


def _remembered(slots: Slots) -> int:
    """Bytes of all streams' rows: read and written by a step."""
    tensors = (getattr(slots.state, name) for name in slots.state.__slots__)
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors if isinstance(tensor, torch.Tensor))
