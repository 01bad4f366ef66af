"""Facts of a call, past tense, for the records path: published to the outbox (core.outbox) as CloudEvents 1.0.

ari_app, media_server, brain ──publish──> outbox table ──> analytics.fold ──> call records, webhooks, live stream
"""

from typing import Literal

import msgspec

from core.forms import Answer
from core.ids import CallId, SiteId
from core.outbound import Answerer
from core.sites import Language


class Timings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agent turn, in seconds since the call was answered (time.time() clock of the media server).

    Voice-to-voice is speech_end -> first_sound: `v2v_any` counts holding lines and openers, `v2v_content` the answer only.
    """

    speech_end: float | None = None
    """The caller's last voiced sample."""
    turn_committed: float | None = None
    stt_final: float | None = None
    brain_first_token: float | None = None
    tts_first_audio: float | None = None
    first_sound: float | None = None
    """Our first sample above -45 dBFS leaves, holding lines included."""
    first_content: float | None = None
    """The same of the answer itself."""

    @property
    def v2v_any(self) -> float | None:
        return None if self.first_sound is None or self.speech_end is None else self.first_sound - self.speech_end

    @property
    def v2v_content(self) -> float | None:
        return None if self.first_content is None or self.speech_end is None else self.first_content - self.speech_end


class RtpReport(msgspec.Struct, frozen=True, kw_only=True):
    """Both directions of one RTP leg. Every received packet had one verdict: their sum is `received`."""

    received: int = 0
    played: int = 0
    late: int = 0
    duplicate: int = 0
    malformed: int = 0
    lost: int = 0
    concealed: int = 0
    jitter_ms: float = 0.0
    """RFC 3550 section 6.4.1 interarrival jitter at the end."""
    sent: int = 0
    underruns: int = 0
    """Frames of silence we had to send in the middle of a sentence."""
    pacing_p99_ms: float = 0.0
    mos: float = 0.0
    """Estimate after ITU-T G.107 (E-model) from loss, jitter and delay as we see them; 1 to 4.5."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    call_id: CallId
    site_id: SiteId
    at: float
    """time.time()"""


class CallStarted(Event, frozen=True, kw_only=True, tag="haazir.call.started"):
    direction: Literal["inbound", "outbound"]
    caller: str
    called: str
    transport: Literal["sip", "widget"] = "sip"


class CallAnswered(Event, frozen=True, kw_only=True, tag="haazir.call.answered"):
    pass


class CallAnsweredBy(Event, frozen=True, kw_only=True, tag="haazir.call.answered_by"):
    """Of a call out. Said again if it turns out otherwise: the last counts."""

    kind: Answerer
    seconds: float
    """After the answer."""


class TurnCompleted(Event, frozen=True, kw_only=True, tag="haazir.call.turn.completed"):
    """One turn of either side, in order of `turn`; the caller's and ours that answers it share the number."""

    turn: int
    role: Literal["caller", "agent"]
    text: str
    """For the agent, what was really heard."""
    language: Language
    confidence: float | None = None
    answer_source: str | None = None
    interrupted: bool = False
    timings: Timings = Timings()


class ToolCalled(Event, frozen=True, kw_only=True, tag="haazir.tool.called"):
    turn: int
    tool: str
    arguments: dict[str, str]
    ok: bool
    seconds: float


class CallTransferred(Event, frozen=True, kw_only=True, tag="haazir.call.transferred"):
    destination: str
    reason: str


CONTROLLER_LOST = "controller_lost"
"""Why a call is with people that the watchdog or the dialplan brought there."""
INTERWORKING = 127
"""Q.850 cause of a call whose end nobody saw."""

AskedResult = Literal["accepted", "declined", "busy", "no_answer", "silent", "unreachable", "caller_gone"]
"""silent: the phone was answered and no key came (a voicemail, perhaps); caller_gone: nobody waited for them any more."""


class PersonAsked(Event, frozen=True, kw_only=True, tag="haazir.call.person.asked"):
    """Somebody was to take the caller over. After `accepted` CallTransferred follows."""

    person: str
    """An operator's extension, a queue, or an outside number."""
    result: AskedResult
    seconds: float
    """From the asking to the result."""


class PersonJoined(Event, frozen=True, kw_only=True, tag="haazir.call.person.joined"):
    """The caller and this person hear each other from here on…"""

    person: str
    """An operator's extension, or the trunk through which somebody outside was called."""


class PersonLeft(Event, frozen=True, kw_only=True, tag="haazir.call.person.left"):
    """…to here."""

    person: str


class MediaReported(Event, frozen=True, kw_only=True, tag="haazir.call.media"):
    rtp: RtpReport


Outcome = Literal[
    "completed", "caller_hung_up", "transferred", "abandoned", "rejected", "no_input", "failed",
    "voicemail",
    "busy", "no_answer", "bad_number", "refused", "machine", "voicemail_left",
]  # fmt: skip
"""voicemail: a message was left with us. The third line: of calls out.
machine: a voicemail or a menu answered; voicemail_left: and it has our message."""


class CallEnded(Event, frozen=True, kw_only=True, tag="haazir.call.ended"):
    outcome: Outcome
    cause: int
    """Q.850"""
    cause_text: str
    recording: str | None = None
    """Base name of the recording's files in the recordings folder, without suffix."""
    sip_status: int | None = None
    """Of a call out: what the other side's network answered in the end."""


class LeadCollected(Event, frozen=True, kw_only=True, tag="haazir.lead.collected"):
    """In a call or a chat: `call_id` is the conversation's. Who it is stands in GET /v1/leads alone."""

    lead_id: str


class CallbackScheduled(Event, frozen=True, kw_only=True, tag="haazir.callback.scheduled"):
    callback_id: str
    due_at: float
    """time.time() of then."""


class DoNotCallAsked(Event, frozen=True, kw_only=True, tag="haazir.do_not_call.asked"):
    """In a call: "mat call karo". From here on no call of this site's goes to that number (outbound)."""

    number: str
    """E.164"""


OutboundStatus = Literal["completed", "partial", "refused", "callback", "wrong_person", "dnc"]


class OutboundResult(Event, frozen=True, kw_only=True, tag="haazir.outbound.result"):
    """What a call out came to, from its conversation's end; told again if the brain was away in between: the last counts."""

    status: OutboundStatus
    """partial: a required question has no answer, also because they hung up. dnc: DoNotCallAsked came before."""
    answers: dict[str, Answer] = {}
    """By the id of the question."""
    unanswered: tuple[str, ...] = ()
    """Questions that were asked in vain, or not at all."""
    callback_at: float | None = None
    """With status callback: time.time() of when they want to be called; None: they named no time."""
    transferred: bool = False
    """They were handed to a person."""
    language: Language


CallEvent = (
    CallStarted | CallAnswered | CallAnsweredBy | TurnCompleted | ToolCalled | PersonAsked | PersonJoined | PersonLeft
    | CallTransferred | MediaReported | CallEnded
)  # fmt: skip
"""What a call's record is made of."""
AnyEvent = CallEvent | LeadCollected | CallbackScheduled | DoNotCallAsked | OutboundResult
