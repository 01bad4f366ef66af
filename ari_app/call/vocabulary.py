"""What can happen to a call, and what can be done about it: the words of machine.py.

Events are facts; the media server's own messages (core.commands.FromMedia) and orders (core.orders) are events as they come.
Actions are requests, each with the event that answers it. session.py translates both to and from ARI.
"""

from dataclasses import dataclass
from typing import Literal

from ari_app.call.notes import Note as Note
from ari_app.call.notes import NoteAnswered as NoteAnswered
from ari_app.call.notes import NoteAnsweredBy as NoteAnsweredBy
from ari_app.call.notes import NoteAsked as NoteAsked
from ari_app.call.notes import NoteCodec as NoteCodec
from ari_app.call.notes import NoteEnded as NoteEnded
from ari_app.call.notes import NoteStarted as NoteStarted
from ari_app.call.notes import NoteTransferred as NoteTransferred
from ari_app.call.plan import Way
from ari_app.call.routing import Decision
from ari_app.call.wishes import AsideFailed, FindAgain, FoundAgain, LiveAction, MusicFailed
from core.commands import FirstWords, FromMedia, ToMedia
from core.events import AskedResult
from core.orders import CallOrder, Reply
from core.sites import Language, Site

OUTBOUND = "outbound"
"""First argument of Stasis() in extensions_outbound.conf, for somebody we called."""
FOUND = "found"
"""Why a caller is back of whose coming nothing was heard."""


# ── what can happen ──────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Routed:
    decision: Decision


@dataclass(frozen=True, slots=True)
class BridgeMade:
    pass


@dataclass(frozen=True, slots=True)
class LegMade:
    """Asterisk's end of the media leg."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class LegReady:
    """The media leg may be joined now."""


@dataclass(frozen=True, slots=True)
class Joined:
    pass


@dataclass(frozen=True, slots=True)
class PickedUp:
    """The call is answered."""

    at: float
    """time.time()"""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    digit: str


@dataclass(frozen=True, slots=True)
class PutOnHold:
    pass


@dataclass(frozen=True, slots=True)
class TakenOffHold:
    pass


@dataclass(frozen=True, slots=True)
class MediaGone:
    """The media server closed the connection or died, or its leg in Asterisk has ended."""


@dataclass(frozen=True, slots=True)
class AsteriskFailed:
    """A request this call can't do without was refused."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller's channel is no longer in our application."""


@dataclass(frozen=True, slots=True)
class GivenToAgent:
    """An operator, who had asked the agent, brought the two together: the caller belongs to the agent of their own call."""


@dataclass(frozen=True, slots=True)
class CallerElsewhere:
    """The caller's channel lives, in other hands."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    cause: int
    """Q.850"""
    cause_text: str
    sip_status: int | None = None
    """Of a call out that nobody answered: what their network said."""
    answered_at: float | None = None  # time.time() of this news, if somebody had answered: the dialplan, while we slept


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom we called has answered, and is in our application."""

    at: float
    """time.time()"""
    native: str
    """Asterisk's name of the codec they speak."""


@dataclass(frozen=True, slots=True)
class CallerMet:
    """The caller is together with somebody, and not by our bridge."""

    peer: str
    """An operator's extension, or a trunk."""


@dataclass(frozen=True, slots=True)
class CallerBack:
    """The dialplan gives the caller back to us."""

    why: str
    """waiting: we asked for it; else as extensions_*.conf says: a QUEUESTATUS, outside-BUSY-17, referred…"""


@dataclass(frozen=True, slots=True)
class LeavesMessage:
    """The dialplan gives the caller a beep."""


@dataclass(frozen=True, slots=True)
class PhoneAnswered:
    """An operator's: what is heard there is the summary."""

    number: int
    """Of the leg, see RingOperator."""


@dataclass(frozen=True, slots=True)
class PhoneGone:
    """An operator's leg has ended, or could not be made."""

    number: int
    result: AskedResult


Happening = (
    Routed | BridgeMade | LegMade | LegReady | Joined | PickedUp | KeyPressed | PutOnHold | TakenOffHold
    | MediaGone | AsteriskFailed | CallerLeft | CallerElsewhere | CallerGone | Reached | FoundAgain | CallerMet | CallerBack
    | GivenToAgent | LeavesMessage | PhoneAnswered | PhoneGone | AsideFailed | MusicFailed | FromMedia | CallOrder
)  # fmt: skip


# ── what to do ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class FindSite:
    """Answered by Routed."""

    people_asked: bool = False


@dataclass(frozen=True, slots=True)
class Follow:
    """Hear of the caller's end even after they have left our application."""


@dataclass(frozen=True, slots=True)
class LookForCaller:
    """Answered by CallerMet, CallerElsewhere, CallerBack (FOUND) or CallerGone."""


@dataclass(frozen=True, slots=True)
class Ring:
    pass


@dataclass(frozen=True, slots=True)
class MakeBridge:
    """Answered by BridgeMade."""


@dataclass(frozen=True, slots=True)
class ReserveMedia:
    """Answered by MediaOpened or MediaRefused."""

    site: Site
    announce: bool = False


@dataclass(frozen=True, slots=True)
class ResumeMedia:
    """Answered like ReserveMedia."""


@dataclass(frozen=True, slots=True)
class ReplaceMedia:
    """The session is lost: delete its leg, and reserve another one, wherever that is. Answered like ReserveMedia."""

    site: Site
    first: FirstWords = "again"


@dataclass(frozen=True, slots=True)
class MakeLeg:
    """Answered by LegMade and, before or after it, LegReady."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Join:
    """Answered by Joined."""


@dataclass(frozen=True, slots=True)
class PickUp:
    """Answered by PickedUp."""


@dataclass(frozen=True, slots=True)
class Tell:
    message: ToMedia


@dataclass(frozen=True, slots=True)
class ReleaseMedia:
    """Close the media session, delete its leg and the bridge. Nothing of it may be there."""

    reason: str


@dataclass(frozen=True, slots=True)
class SendToPeople:
    """Answered by CallerLeft."""

    queue: str


@dataclass(frozen=True, slots=True)
class Park:
    """The recording stops, and the caller waits for us outside our bridge. Answered by CallerLeft, CallerBack."""


@dataclass(frozen=True, slots=True)
class PlayMusic:
    """To a caller who is parked."""


@dataclass(frozen=True, slots=True)
class Brief:
    """Make the spoken summary, of which every way of the caller's to a person knows. It takes its time: nobody waits."""

    summary: str
    language: Language | None = None
    """The caller's: announcements are in it from now on."""


@dataclass(frozen=True, slots=True)
class RingOperator:
    """Answered by PhoneAnswered, and by PhoneGone. From here on the operator can accept without us."""

    number: int
    extension: str
    recorded: bool = True
    """If the site records at all."""


@dataclass(frozen=True, slots=True)
class LookForOperator:
    """Answered by PhoneAnswered or PhoneGone, or not at all while it rings."""

    number: int


@dataclass(frozen=True, slots=True)
class DropOperator:
    """Nobody waits for them any more. Their leg may be gone."""

    number: int


@dataclass(frozen=True, slots=True)
class SendCaller:
    """To a queue, to a phone, outside. Answered by CallerLeft; then by CallerMet, CallerBack or CallerGone."""

    way: Way


@dataclass(frozen=True, slots=True)
class Fetch:
    """The caller's recording goes on, on the way back to the agent. Answered by CallerLeft, CallerBack."""


@dataclass(frozen=True, slots=True)
class BringBack:
    """Like Fetch, of a caller who is not in our application. Answered by CallerBack."""


@dataclass(frozen=True, slots=True)
class Rejoin:
    """The caller and the agent. Answered by Joined."""


@dataclass(frozen=True, slots=True)
class SayNobodyIsFree:
    """Asterisk says it, and hangs up. Answered by CallerLeft and CallerGone."""


@dataclass(frozen=True, slots=True)
class LeaveTo:
    """The dialplan does the rest: a message, an announcement, operators' phones first. Answered by CallerLeft."""

    context: Literal["people-first", "voicemail", "sorry"]
    extension: str
    operators: tuple[str, ...] = ()
    """Whose phones ring first."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Answered by CallerGone."""

    cause: int


@dataclass(frozen=True, slots=True)
class AnswerOrder:
    """To who asked; an order is answered once."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Dial:
    """Somebody. Answered by PickedUp and Reached, by CallerGone, or by AsteriskFailed."""

    to: str
    """E.164"""
    trunk: str
    caller_id: str
    ring_s: float


SearchAction = (
    Park | PlayMusic | Brief | RingOperator | LookForOperator | DropOperator | SendCaller | Fetch | BringBack | Rejoin
    | SayNobodyIsFree
)  # fmt: skip
"""For handover.py, by ari_app/operators.py."""
CallAction = (
    FindSite | Follow | FindAgain | LookForCaller | Ring | MakeBridge | ReserveMedia | ResumeMedia | ReplaceMedia | MakeLeg
    | Join | PickUp | Tell | ReleaseMedia | SendToPeople | LeaveTo | HangUp | Dial | AnswerOrder
)  # fmt: skip
Action = CallAction | Note | SearchAction | LiveAction
