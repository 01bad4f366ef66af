"""How many calls a machine can hear and speak in time, reckoned from measured steps; and what another GPU would carry. ◆

    Step (streams, period, time, memory)  ──>  caps()       streams and slots that are in time here
                                          ──>  projected()  the same steps on a GPU of other bandwidth

A neural engine works in steps that serve all its streams at once: the recogniser one a chunk of sound (80 to 560 ms), the voice
one a frame of codes (11.6 ms). n streams are in time if a step for n takes less than BUSY of its period. Recogniser and voice on
one GPU take turns there, so their shares add up. Caps are for the worst case: everybody speaks and is spoken to at once.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

BUSY = 0.8
"""Share of a GPU's time that steps may fill. The rest is for what comes unevenly: new voices, decoding, falling clocks."""
RESERVE_MB = 1024
"""Memory left alone: the CUDA contexts of two processes, a desktop."""
CHUNKS_MS = (80, 160, 320, 560)
GUESSED_STREAMS: Mapping[str, int] = {"cuda": 16, "cpu": 4}
"""Where nothing was measured: the 15 calls that a card of 16 GB is planned for (docs/gpu.md); a small model on a processor."""
GUESSED_SLOTS: Mapping[str, int] = {"cuda": 16, "cpu": 1}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One measured shape of an engine's step."""

    engine: str
    streams: int
    period_ms: float
    """How often it is due: the chunk of the recogniser, the frame of the voice."""
    p50_ms: float
    p95_ms: float
    memory_mb: int = 0
    """All that the engine holds with so many streams: weights, caches, graphs, workspace. 0: not measured (a processor)."""
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
    """Chunk in ms -> callers heard at once, in time."""
    slots: int
    """Clauses made at once."""
    calls: int = 0
    """Calls in time when all of them are heard, at the longest chunk, and all are spoken to. 0: not reckoned."""
    measured: bool = False
    """Whether it was measured on this device, or guessed."""

    def most_streams(self) -> int:
        """Callers heard at once with the chunk that carries most."""
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
    return Caps(streams=dict.fromkeys(CHUNKS_MS, GUESSED_STREAMS[device]), slots=GUESSED_SLOTS[device])
