"""How long callers waited for us: voice-to-voice of each turn, and of a call as a whole. ◆

v2v is speech_end -> first_sound (design.md section 5): `any` counts holding lines and openers, `content` the answer only.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from core.events import TurnCompleted
from core.records import CallRecord


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of wait over the turns that have it, in whole milliseconds."""

    turns: int
    p50: int
    p95: int
    max: int


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """None where no turn had the figure: an agent that only greeted, a caller who only keyed digits."""

    v2v_any: Figure | None = None
    v2v_content: Figure | None = None


def of_call(record: CallRecord) -> Latency:
    """The waits of one call."""
    answers = [turn.timings for turn in record.turns if turn.role == "agent"]
    return Latency(
        v2v_any=_figure(timings.v2v_any for timings in answers),
        v2v_content=_figure(timings.v2v_content for timings in answers),
    )


def waits(turn: TurnCompleted) -> dict[str, float]:
    """The waits of one turn in seconds, by kind (`any`, `content`); empty for a turn that answered nobody."""
    kinds = {"any": turn.timings.v2v_any, "content": turn.timings.v2v_content}
    return {kind: seconds for kind, seconds in kinds.items() if seconds is not None}


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The nearest rank: a value that really was measured. `share` within 0 to 1; ValueError if there are no values."""
    if not sorted_values:
        raise ValueError("no values")
    return sorted_values[max(0, math.ceil(share * len(sorted_values)) - 1)]


def _figure(seconds: Iterable[float | None]) -> Figure | None:
    waited = sorted(value * 1000 for value in seconds if value is not None)
    if not waited:
        return None
    return Figure(
        turns=len(waited),
        p50=round(percentile(waited, 0.5)),
        p95=round(percentile(waited, 0.95)),
        max=round(waited[-1]),
    )
