"""From many calls' outcomes to the few figures of the benchmark. ◆"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from haazir.caller.measure import Exchange, Outcome


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one kind of wait, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    max: float


def spread(seconds: Iterable[float | None]) -> Spread | None:
    """None if there is nothing to spread."""
    values = [value * 1000 for value in seconds if value is not None]
    if not values:
        return None
    p50, p95, p99 = (float(value) for value in np.percentile(values, [50, 95, 99]))
    return Spread(len(values), p50, p95, p99, float(max(values)))


@dataclass(frozen=True, slots=True)
class Figures:
    calls: int
    failed: list[str]
    """Calls that were refused or came to nothing, in words."""
    call_minutes: float
    turns: int
    lost: int
    """Turns that were never answered: silence, or only the question whether we are still there."""
    cut_off: int
    """Turns into which the agent spoke."""
    cut_off_in: dict[str, int]
    """Which sentences, how often."""
    paused: int
    """Turns with a pause inside: the ones at risk of being cut off."""
    v2v_any: Spread | None
    v2v_content: Spread | None
    greeting: Spread | None
    stop: Spread | None
    """The caller's onset -> the agent's last sample, where the caller interrupted."""
    not_stopped: int
    agent_turns: int
    self_interrupted: int
    """Agent turns that the record calls interrupted though the caller said nothing over them."""
    pacing: Spread | None
    """How far the distance of neighbouring packets was from 20 ms, as they arrived at the callers."""
    missing: int
    gaps: int
    """Distances over 60 ms."""
    sender_pacing_p99_ms: float
    """The same as the media server saw it when it sent; the worst call's."""
    underruns: int
    """Frames of silence in the middle of a sentence, by the server's own account."""
    problems: list[str] = field(default_factory=list)
    every_turn: list[dict[str, Any]] = field(default_factory=list)
    """Call, what was said, and how it went: to look at the slow ones."""


def figures(outcomes: Sequence[Outcome], arrivals: Sequence[Sequence[float]], failed: list[str], *, less: float = 0.0) -> Figures:
    """`arrivals`: each call's packet distances in milliseconds. `less`: seconds taken from every voice-to-voice figure,
    for the silence that ends a turn, where only the pipeline counts."""
    asked = [exchange for outcome in outcomes for exchange in outcome.exchanges]
    plain = [exchange for exchange in asked if not _spoke_over(exchange) and not _lost(exchange)]
    barged = [exchange for exchange in asked if exchange.interrupted]
    agent_turns = [turn for outcome in outcomes for turn in _of_agent(outcome)]
    return Figures(
        calls=len(outcomes),
        failed=failed,
        call_minutes=sum(outcome.ended_at - outcome.answered_at for outcome in outcomes) / 60,
        turns=len(asked),
        lost=sum(map(_lost, asked)),
        cut_off=sum(exchange.cut_off_at is not None for exchange in asked),
        cut_off_in=dict(Counter(exchange.said.name for exchange in asked if exchange.cut_off_at is not None)),
        paused=sum("…" in exchange.said.name for exchange in asked),
        v2v_any=spread(_less(exchange.v2v_any, less) for exchange in plain),
        v2v_content=spread(_less(exchange.v2v_content, less) for exchange in plain),
        greeting=spread(outcome.greeting_after for outcome in outcomes),
        stop=spread(exchange.stopped_after for exchange in barged),
        not_stopped=sum(exchange.stopped_after is None for exchange in barged),
        agent_turns=len(agent_turns),
        self_interrupted=sum(_self_interrupted(outcome) for outcome in outcomes),
        pacing=spread(abs(float(distance) - 20) / 1000 for distances in arrivals for distance in distances),
        missing=sum(outcome.pacing.missing for outcome in outcomes if outcome.pacing),
        gaps=sum(outcome.pacing.gaps for outcome in outcomes if outcome.pacing),
        sender_pacing_p99_ms=max((_rtp(outcome, "pacing_p99_ms") for outcome in outcomes), default=0.0),
        underruns=sum(int(_rtp(outcome, "underruns")) for outcome in outcomes),
        problems=[problem for outcome in outcomes for problem in outcome.problems],
        every_turn=[_turn(outcome, exchange) for outcome in outcomes for exchange in outcome.exchanges],
    )


def _rtp(outcome: Outcome, name: str) -> float:
    return float((outcome.record.get("rtp") or {}).get(name, 0))


def _less(seconds: float | None, less: float) -> float | None:
    return None if seconds is None else seconds - less


def _of_agent(outcome: Outcome) -> list[dict[str, Any]]:
    return [turn for turn in outcome.record.get("turns", []) if turn.get("role") == "agent"]


def _self_interrupted(outcome: Outcome) -> int:
    """Interrupted turns beyond those that we interrupted, or cut off by hanging up at the end."""
    interrupted = sum(bool(turn.get("interrupted")) for turn in _of_agent(outcome))
    ours = sum(_spoke_over(exchange) for exchange in outcome.exchanges)
    last = _of_agent(outcome)[-1:] if outcome.ended_by == "us" else []
    return max(0, interrupted - ours - sum(bool(turn.get("interrupted")) for turn in last))


def _turn(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    answer = exchange.turn or {}
    return {
        "call": outcome.record.get("id"),
        "said": exchange.said.name,
        "v2v_any": exchange.v2v_any,
        "v2v_content": exchange.v2v_content,
        "cut_off": exchange.cut_off_at is not None,
        "stopped_after": exchange.stopped_after,
        "answer_source": answer.get("answer_source"),
        "answer": answer.get("text"),
        "timings": answer.get("timings"),
    }


def _lost(exchange: Exchange) -> bool:
    unasked = (exchange.turn or {}).get("answer_source") in ("reminder", "goodbye")
    return exchange.cut_off_at is None and (exchange.sound is None or unasked)


def _spoke_over(exchange: Exchange) -> bool:
    return exchange.interrupted or exchange.cut_off_at is not None
