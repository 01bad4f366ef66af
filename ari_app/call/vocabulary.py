"""What can happen to a call, and what can be done about it: the words of machine.py.

Events are facts; the media server's own messages (core.commands.FromMedia) and orders (core.orders) are events as they come.
Actions are requests, each with the event that answers it. session.py translates both to and from ARI.
"""

from dataclasses import dataclass

from ari_app.call.routing import Decision
from core.commands import FromMedia, ToMedia
from core.events import Outcome
from core.orders import CallOrder, Reply
from core.sites import Site


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
class CallerElsewhere:
    """The caller's channel lives, in other hands."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    cause: int
    """Q.850"""
    cause_text: str


Happening = (
    Routed | BridgeMade | LegMade | LegReady | Joined | PickedUp | KeyPressed | PutOnHold | TakenOffHold
    | MediaGone | AsteriskFailed | CallerLeft | CallerElsewhere | CallerGone | FromMedia | CallOrder
)  # fmt: skip


# ── what to do ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class FindSite:
    """Answered by Routed."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Hear of the caller's end even after they have left our application."""


@dataclass(frozen=True, slots=True)
class LookForCaller:
    """Answered by CallerElsewhere or CallerGone."""


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
class HangUp:
    """Answered by CallerGone."""

    cause: int


@dataclass(frozen=True, slots=True)
class NoteStarted:
    site: Site


@dataclass(frozen=True, slots=True)
class NoteAnswered:
    at: float


@dataclass(frozen=True, slots=True)
class NoteTransferred:
    destination: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteEnded:
    outcome: Outcome
    cause: int
    cause_text: str


@dataclass(frozen=True, slots=True)
class AnswerOrder:
    """To who asked; an order is answered once."""

    reply: Reply


Action = (
    FindSite | Follow | LookForCaller | Ring | MakeBridge | ReserveMedia | ResumeMedia | MakeLeg | Join | PickUp | Tell
    | ReleaseMedia | SendToPeople | HangUp | NoteStarted | NoteAnswered | NoteTransferred | NoteEnded | AnswerOrder
)  # fmt: skip
