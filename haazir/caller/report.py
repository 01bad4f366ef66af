"""One call's outcome for a person to read, and for a program. ◆"""

from dataclasses import asdict
from typing import Any

from haazir.caller.measure import Exchange, Outcome, moment

STEPS = ("stt_final", "turn_committed", "brain_first_token", "tts_first_audio", "first_sound", "first_content")
"""Of core.events.Timings, in the order in which they usually come; shown as milliseconds after speech_end."""


def tree(outcome: Outcome) -> dict[str, Any]:
    """For JSON. `wire` is our own measurement, `record` the server's."""
    return {
        "wire": {
            "caller": outcome.caller,
            "dialled_at": outcome.dialled_at,
            "answered_at": outcome.answered_at,
            "ended_at": outcome.ended_at,
            "ended_by": outcome.ended_by,
            "greeting_after": outcome.greeting_after,
            "pacing": asdict(outcome.pacing) if outcome.pacing else None,
            "turns": [_exchange(exchange) for exchange in outcome.exchanges],
        },
        "record": outcome.record,
        "problems": outcome.problems,
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "said": exchange.said.name,
        "from": exchange.said.onset,
        "until": exchange.said.end,
        "first_sound": exchange.sound,
        "v2v_any": exchange.v2v_any,
        "v2v_content": exchange.v2v_content,
        "cut_off_at": exchange.cut_off_at,
        "interrupted": exchange.interrupted,
        "stopped_after": exchange.stopped_after,
        "answer": exchange.turn,
    }


def table(outcome: Outcome) -> str:
    """A page for a terminal."""
    record = outcome.record
    lines = [
        f"call {record.get('id')} to {record.get('site_id')} ({record.get('to')}) as {outcome.caller}",
        f"  answered {_ms(outcome.answered_at - outcome.dialled_at)} after dialling, "
        f"greeted {_ms(outcome.greeting_after)} after that; "
        f"{outcome.ended_at - outcome.answered_at:.1f} s, ended by {outcome.ended_by}: {record.get('outcome')}",
        "",
    ]
    for turn in record.get("turns", []):
        lines += _turn(turn)
    lines += ["", "  on the wire             v2v any  v2v content     server's v2v  what else"]
    for exchange in outcome.exchanges:
        lines.append(
            f"  {_short(exchange.said.name, 22):22} {_ms(exchange.v2v_any):>8} {_ms(exchange.v2v_content):>12} "
            f"{_ms(_recorded(exchange)):>16}  {_remarks(exchange)}"
        )
    lines += ["", *_quality(outcome)]
    if outcome.problems:
        lines += ["", *(f"  ! {problem}" for problem in outcome.problems)]
    return "\n".join(line.rstrip() for line in lines)


def _turn(turn: dict[str, Any]) -> list[str]:
    who = "you heard as" if turn.get("role") == "caller" else "agent"
    facts = [str(turn.get("language") or "")]
    if turn.get("answer_source"):
        facts.append(f"from {turn['answer_source']}")
    if turn.get("confidence") is not None:
        facts.append(f"confidence {turn['confidence']:.2f}")
    if turn.get("interrupted"):
        facts.append("interrupted")
    lines = [f"  {who:13} {turn.get('text')}", f"  {'':13} ({', '.join(fact for fact in facts if fact)})"]
    end = moment(turn, "speech_end")
    if end is not None:
        steps = [f"{step} {_ms(at - end)}" for step in STEPS if (at := moment(turn, step)) is not None]
        lines.append(f"  {'':13} after speech_end: {', '.join(steps)}")
    return lines


def _recorded(exchange: Exchange) -> float | None:
    end, sound = moment(exchange.turn, "speech_end"), moment(exchange.turn, "first_sound")
    return None if end is None or sound is None else sound - end


def _remarks(exchange: Exchange) -> str:
    if exchange.interrupted:
        return "interrupted the agent, which " + (
            f"stopped after {_ms(exchange.stopped_after)}" if exchange.stopped_after else "went on"
        )
    if exchange.cut_off_at is not None:
        return "the agent spoke before we had finished"
    return "" if exchange.sound is not None else "no answer"


def _quality(outcome: Outcome) -> list[str]:
    lines = []
    if pacing := outcome.pacing:
        lines.append(
            f"  packets from the agent: {pacing.packets}, off their 20 ms by {pacing.p50_ms:.1f} ms (p50), "
            f"{pacing.p99_ms:.1f} (p99), {pacing.max_ms:.1f} (max); {pacing.missing} missing"
        )
    if rtp := outcome.record.get("rtp"):
        lines.append("  the server's own figures: " + ", ".join(f"{name} {_number(value)}" for name, value in rtp.items()))
    if recording := outcome.record.get("recording"):
        lines.append(f"  recording: {recording['state']} {recording.get('url') or ''}")
    return lines


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.0f} ms"


def _number(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
