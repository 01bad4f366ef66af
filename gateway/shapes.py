"""What callers of the HTTP interface get: field by field, with the words that /openapi.json says of it. ◆

A change here is a change of the contract (design.md section 5). Times are RFC 3339 in UTC; durations say their unit.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from core.events import AskedResult, Outcome, RtpReport
from core.http.shapes import Instant, Next
from core.outbound import Answerer
from core.sites import Language


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Every field is always there; null says that it is not known (yet)."""


Ms = Annotated[int, Meta(description="Milliseconds")]


class Timings(Shape, frozen=True, kw_only=True):
    """One agent turn, in milliseconds since the call was answered; v2v_any and v2v_content are durations."""

    speech_end: Annotated[int | None, Meta(description="The caller's last voiced sample")]
    turn_committed: Annotated[int | None, Meta(description="We were certain that the caller had finished")]
    stt_final: Annotated[int | None, Meta(description="The caller's words were known")]
    brain_first_token: Annotated[int | None, Meta(description="The first word of the answer was known")]
    tts_first_audio: Annotated[int | None, Meta(description="The first sound of the answer was made")]
    first_sound: Annotated[int | None, Meta(description="Our first audible sample left, holding lines included")]
    first_content: Annotated[int | None, Meta(description="The same of the answer itself")]
    v2v_any: Annotated[int | None, Meta(description="Voice-to-voice: speech_end to first_sound")]
    v2v_content: Annotated[int | None, Meta(description="Voice-to-voice: speech_end to first_content")]


class Tool(Shape, frozen=True, kw_only=True):
    """One use of a tool of the site's."""

    name: str
    arguments: dict[str, str]
    ok: bool
    at: Instant
    ms: Ms


class Turn(Shape, frozen=True, kw_only=True):
    """What one side said. The caller's turn and ours that answers it share their number."""

    turn: int
    role: Literal["caller", "agent"]
    at: Annotated[Instant, Meta(description="When it was over")]
    text: Annotated[str, Meta(description="Of the agent: what was really heard before an interruption")]
    language: Annotated[Language, Meta(description="BCP 47; hi-Latn is Hinglish")]
    confidence: Annotated[float | None, Meta(description="Of the recogniser, 0 to 1")]
    answer_source: Annotated[str | None, Meta(description="tool, knowledge, fallback, small_talk or abstain")]
    interrupted: bool
    timings: Timings | None
    tools: list[Tool]


class Transfer(Shape, frozen=True, kw_only=True):
    at: Instant
    destination: str
    reason: str


class Asked(Shape, frozen=True, kw_only=True):
    """A person who was to take the caller over."""

    at: Annotated[Instant, Meta(description="When the result was known")]
    person: Annotated[str, Meta(description="An operator's extension, a queue, or an outside number")]
    result: AskedResult
    seconds: Annotated[float, Meta(description="From the asking to the result")]


class Talked(Shape, frozen=True, kw_only=True):
    """A person and the caller heard each other."""

    began_at: Instant
    ended_at: Instant | None
    person: Annotated[str, Meta(description="An operator's extension, or the trunk through which somebody outside was called")]


class Cause(Shape, frozen=True, kw_only=True):
    code: Annotated[int, Meta(description="ITU-T Q.850")]
    text: str


class Figure(Shape, frozen=True, kw_only=True):
    turns: int
    p50: Ms
    p95: Ms
    max: Ms


class Latency(Shape, frozen=True, kw_only=True):
    """Voice-to-voice over the turns of the call."""

    v2v_any: Figure | None
    v2v_content: Figure | None


class Recording(Shape, frozen=True, kw_only=True):
    """Stereo WAV, 8 kHz: the caller left, the agent right."""

    state: Annotated[
        Literal["pending", "ready", "missing", "deleted"],
        Meta(description="deleted: after as many days as the site keeps recordings (`listening.keep_days`)"),
    ]
    url: Annotated[str | None, Meta(description="Path on this server, once ready")]
    duration_s: float | None


class Call(Shape, frozen=True, kw_only=True):
    """One call, from its first event on: while it goes on, outcome and ended_at are null."""

    id: str
    site_id: str
    direction: Literal["inbound", "outbound"] | None
    from_: Annotated[str | None, Meta(description="Who called")] = field(name="from")
    to: Annotated[str | None, Meta(description="The number that was called")]
    started_at: Instant
    answered_at: Instant | None
    answered_by: Annotated[Answerer | None, Meta(description="Of a call out: who took it, as far as it was found out")]
    ended_at: Instant | None
    outcome: Outcome | None
    cause: Cause | None
    language: Annotated[Language | None, Meta(description="What the caller spoke most")]
    turns: list[Turn]
    asked: list[Asked]
    people: Annotated[list[Talked], Meta(description="With whom the caller talked besides the agent")]
    transfers: list[Transfer]
    latency: Latency
    rtp: Annotated[RtpReport | None, Meta(description="Quality of the sound both ways, once the call is over")]
    recording: Annotated[Recording | None, Meta(description="null: the call is not recorded")]


class CallList(Shape, frozen=True, kw_only=True):
    data: list[Call]
    next_cursor: Next


class Line(Shape, frozen=True, kw_only=True):
    role: Literal["caller", "agent"]
    at: Instant
    text: str
    language: Language


class Transcript(Shape, frozen=True, kw_only=True):
    call_id: str
    language: Language | None
    complete: Annotated[bool, Meta(description="The call has ended: nothing will be added")]
    turns: list[Line]


class CloudEvent(Shape, frozen=True, kw_only=True):
    """CloudEvents 1.0 in JSON; `data` is a fact of the call."""

    specversion: Literal["1.0"]
    id: str
    source: Annotated[str, Meta(description="/haazir/ and the process that said it")]
    type: str
    subject: Annotated[str, Meta(description="The call's id")]
    time: Instant
    datacontenttype: Literal["application/json"]
    siteid: str
    data: dict[str, Any]


class EventList(Shape, frozen=True, kw_only=True):
    data: list[CloudEvent]
    next_cursor: Next
