"""The words of machine.py: what can happen to a call (happenings.py), what is written down of it (notes.py), and, here, what can
be done about it.

Actions are requests, each with the event that answers it. session.py translates them to ARI.
"""

from dataclasses import dataclass
from typing import Literal

from ari_app.call.happenings import FOUND as FOUND
from ari_app.call.happenings import OUTBOUND as OUTBOUND
from ari_app.call.happenings import AsteriskFailed as AsteriskFailed
from ari_app.call.happenings import BridgeMade as BridgeMade
from ari_app.call.happenings import CallerBack as CallerBack
from ari_app.call.happenings import CallerElsewhere as CallerElsewhere
from ari_app.call.happenings import CallerGone as CallerGone
from ari_app.call.happenings import CallerLeft as CallerLeft
from ari_app.call.happenings import CallerMet as CallerMet
from ari_app.call.happenings import GivenToAgent as GivenToAgent
from ari_app.call.happenings import Happening as Happening
from ari_app.call.happenings import Joined as Joined
from ari_app.call.happenings import KeyPressed as KeyPressed
from ari_app.call.happenings import LeavesMessage as LeavesMessage
from ari_app.call.happenings import LegMade as LegMade
from ari_app.call.happenings import LegReady as LegReady
from ari_app.call.happenings import MediaGone as MediaGone
from ari_app.call.happenings import PhoneAnswered as PhoneAnswered
from ari_app.call.happenings import PhoneGone as PhoneGone
from ari_app.call.happenings import PickedUp as PickedUp
from ari_app.call.happenings import PutOnHold as PutOnHold
from ari_app.call.happenings import Reached as Reached
from ari_app.call.happenings import Routed as Routed
from ari_app.call.happenings import TakenOffHold as TakenOffHold
from ari_app.call.notes import Note as Note
from ari_app.call.notes import NoteAnswered as NoteAnswered
from ari_app.call.notes import NoteAnsweredBy as NoteAnsweredBy
from ari_app.call.notes import NoteAsked as NoteAsked
from ari_app.call.notes import NoteCodec as NoteCodec
from ari_app.call.notes import NoteEnded as NoteEnded
from ari_app.call.notes import NoteStarted as NoteStarted
from ari_app.call.notes import NoteTransferred as NoteTransferred
from ari_app.call.plan import Way
from ari_app.call.wishes import FindAgain, LiveAction
from core.commands import FirstWords, ToMedia
from core.orders import Reply
from core.sites import Language, Site


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
