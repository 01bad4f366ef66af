"""What is asked of ari-app about calls, from outside: over REST, by the dialer, by an admin. One connection, many orders. ◆

    gateway, dialer, haazir drain ──Order──> ari-app ──Done | NotDone──> the asker

Every order has an id of the asker's: the same id again is the same order, answered as before and not done twice.
`site_id` is the asker's own: a call of another site's is no such call.
"""

from typing import Literal

from core.commands import Message
from core.ids import CallId, SiteId
from core.purpose import Purpose
from core.sites import Language, Site

HandoverKind = Literal["supervised", "blind"]
MonitorMode = Literal["listen", "whisper", "barge"]


class OrderBase(Message, frozen=True, kw_only=True):
    order_id: str


class CallOrder(OrderBase, frozen=True, kw_only=True):
    """About one call that is going on."""

    call_id: CallId
    site_id: SiteId


class HangUpCall(CallOrder, frozen=True, kw_only=True):
    unless_answered: bool = False
    """Only a phone that still rings: a conversation goes on."""


class TransferCall(CallOrder, frozen=True, kw_only=True):
    destination: str = ""
    """A queue, an operator's extension, or an outside number; empty: as the site says."""
    kind: HandoverKind = "supervised"
    summary: str = ""
    """What the operator is told; empty: the brain's own."""


class SayInCall(CallOrder, frozen=True, kw_only=True):
    text: str
    language: Language | None = None


class SendDigits(CallOrder, frozen=True, kw_only=True):
    digits: str
    """0-9 * # A-D, and w: half a second of nothing."""


class HoldCall(CallOrder, frozen=True, kw_only=True):
    """The caller hears music, the agent hears nothing."""

    on: bool


class RecordCall(CallOrder, frozen=True, kw_only=True):
    """Nothing of what is said while it is off gets into the recording."""

    on: bool


class MonitorCall(CallOrder, frozen=True, kw_only=True):
    """A supervisor's phone rings; who answers hears the call."""

    extension: str
    mode: MonitorMode = "listen"
    """whisper: the operator hears the supervisor, the caller does not; barge: all hear all."""


class PlaceCall(OrderBase, frozen=True, kw_only=True):
    """An outbound call. Done: it is being dialled; how it goes on is told by its events (core.events)."""

    good_until: float
    """Seconds since the epoch. An order that has lain about is not obeyed: it may be night by now, and another be on its way."""
    call_id: CallId
    site: Site
    to: str
    """E.164, + before."""
    trunk: str
    caller_id: str
    ring_s: float = 40.0
    purpose: Purpose = Purpose()


class Drain(OrderBase, frozen=True, kw_only=True):
    """No new calls from now on; running ones end in their own time."""

    on: bool = True


Order = (
    HangUpCall | TransferCall | SayInCall | SendDigits | HoldCall | RecordCall | MonitorCall | PlaceCall | Drain
)  # fmt: skip


class Done(Message, frozen=True, kw_only=True):
    order_id: str


Why = Literal[
    "no_such_call", "not_answered", "with_people", "ending", "busy",
    "no_such_destination", "not_allowed", "draining", "reused", "too_late", "failed",
]  # fmt: skip
"""not_answered, with_people, ending, busy: the call has moved on (HTTP 409). reused: the id was another order's."""


class NotDone(Message, frozen=True, kw_only=True):
    order_id: str
    why: Why
    detail: str = ""
    """A sentence for a person."""


Reply = Done | NotDone
