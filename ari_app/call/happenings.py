"""What can happen to a call: facts, each a word of machine.py. ◆

The media server's own messages (core.commands.FromMedia) and orders (core.orders) are events as they come; session.py translates
what Asterisk says.
"""

from dataclasses import dataclass

from ari_app.call.routing import Decision
from ari_app.call.wishes import AsideFailed, FoundAgain, MusicFailed
from core.commands import FromMedia
from core.events import AskedResult
from core.orders import CallOrder

OUTBOUND = "outbound"
"""First argument of Stasis() in extensions_outbound.conf, for somebody we called."""
FOUND = "found"
"""Why a caller is back of whose coming nothing was heard."""


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
