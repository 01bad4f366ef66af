"""Records as their readers get them: core.records in, gateway.shapes and plain text out. ◆"""

from collections import defaultdict
from datetime import UTC, datetime

from core import events
from core.records import CallRecord
from gateway import shapes


def call(record: CallRecord, latency: shapes.Latency, recording: shapes.Recording | None) -> shapes.Call:
    """The whole call, as far as it is known."""
    started, ended = record.started, record.ended
    return shapes.Call(
        id=record.call_id,
        site_id=record.site_id,
        direction=started.direction if started else None,
        from_=started.caller if started else None,
        to=started.called if started else None,
        started_at=_time(record.began_at),
        answered_at=_time(record.answered.at) if record.answered else None,
        answered_by=record.answered_by.kind if record.answered_by else None,
        ended_at=_time(ended.at) if ended else None,
        outcome=record.outcome,
        cause=shapes.Cause(code=ended.cause, text=ended.cause_text) if ended else None,
        language=record.language,
        turns=_turns(record),
        asked=[shapes.Asked(at=_time(one.at), person=one.person, result=one.result, seconds=one.seconds) for one in record.asked],
        people=_people(record),
        transfers=[shapes.Transfer(at=_time(to.at), destination=to.destination, reason=to.reason) for to in record.transfers],
        latency=latency,
        rtp=record.media.rtp if record.media else None,
        recording=recording,
    )


def transcript(record: CallRecord) -> shapes.Transcript:
    lines = [
        shapes.Line(role=turn.role, at=_time(turn.at), text=turn.text, language=turn.language)
        for turn in record.turns
        if turn.text
    ]
    return shapes.Transcript(call_id=record.call_id, language=record.language, complete=record.ended is not None, turns=lines)


def transcript_text(record: CallRecord) -> str:
    """One line a turn: `[00:12] caller: mera order kahan hai`. The clock starts at the answer."""
    answered = record.answered.at if record.answered else record.began_at
    lines = []
    for turn in record.turns:
        if turn.text:
            minutes, seconds = divmod(max(0, int(turn.at - answered)), 60)
            lines.append(f"[{minutes:02d}:{seconds:02d}] {turn.role}: {' '.join(turn.text.split())}\n")
    return "".join(lines)


def _people(record: CallRecord) -> list[shapes.Talked]:
    """Who comes ends the time of who was there: that they left may never have been heard."""
    talked: list[shapes.Talked] = []
    ends = [event.at for event in record.people] + ([record.ended.at] if record.ended else [])
    for event in record.people:
        if isinstance(event, events.PersonJoined):
            end = next((at for at in ends if at > event.at), None)
            talked.append(shapes.Talked(began_at=_time(event.at), ended_at=_time(end) if end else None, person=event.person))
    return talked


def _turns(record: CallRecord) -> list[shapes.Turn]:
    tools = defaultdict(list)
    for tool in record.tools:
        tools[tool.turn].append(_tool(tool))
    turns = []
    for said in reversed(record.turns):  # the last of a number takes its tools: ours, unless we never got to speak
        turns.append(_turn(said, tools.pop(said.turn, [])))
    return turns[::-1]


def _turn(said: events.TurnCompleted, tools: list[shapes.Tool]) -> shapes.Turn:
    return shapes.Turn(
        turn=said.turn,
        role=said.role,
        at=_time(said.at),
        text=said.text,
        language=said.language,
        confidence=said.confidence,
        answer_source=said.answer_source,
        interrupted=said.interrupted,
        timings=_timings(said.timings) if said.role == "agent" else None,
        tools=tools,
    )


def _timings(timings: events.Timings) -> shapes.Timings:
    return shapes.Timings(
        speech_end=_ms(timings.speech_end),
        turn_committed=_ms(timings.turn_committed),
        stt_final=_ms(timings.stt_final),
        brain_first_token=_ms(timings.brain_first_token),
        tts_first_audio=_ms(timings.tts_first_audio),
        first_sound=_ms(timings.first_sound),
        first_content=_ms(timings.first_content),
        v2v_any=_ms(timings.v2v_any),
        v2v_content=_ms(timings.v2v_content),
    )


def _tool(tool: events.ToolCalled) -> shapes.Tool:
    return shapes.Tool(name=tool.tool, arguments=tool.arguments, ok=tool.ok, at=_time(tool.at), ms=round(tool.seconds * 1000))


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
