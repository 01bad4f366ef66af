"""A call out: from the order to the answer, or to what their network says instead. ◆

    DIALLING ──they answer (PickedUp)──> into our application (Reached) ──> OPENING, as if they had called (arriving.py)
       └──────> OVER: busy, no_answer, bad_number, refused, failed

Nothing is heard or said before the answer: what a carrier plays meanwhile (early media) is nobody.
"""

from dataclasses import replace

from ari_app.call import moves
from ari_app.call.state import NORMAL_CLEARING, Call, Limits, Next, Phase
from ari_app.call.vocabulary import (
    AsteriskFailed,
    CallerGone,
    CallerLeft,
    Dial,
    Follow,
    Happening,
    LookForCaller,
    MakeBridge,
    NoteAnswered,
    NoteCodec,
    NoteStarted,
    PickedUp,
    Reached,
    ReserveMedia,
)
from core.events import Outcome
from core.machine import Tick
from core.sites import Site

MARGIN_S = 5.0
"""Beyond the ring: Asterisk gives up by itself, and we hear of it."""
ARRIVAL_S = 5.0
"""From the answer into our application: a few milliseconds of dialplan."""

OUT_OF_ORDER = 38
"""Q.850: our network's fault."""

_BUSY = frozenset({486, 600})
_NO_ANSWER = frozenset({408, 480, 487})
_BAD_NUMBER = frozenset({404, 410, 416, 484, 485, 604})
_REFUSED = frozenset({403, 433, 603, 607, 608})
_BY_CAUSE: dict[int, Outcome] = {
    1: "bad_number", 22: "bad_number", 28: "bad_number", 17: "busy", 18: "no_answer", 19: "no_answer", 20: "no_answer",
    21: "refused",
}  # fmt: skip
"""Q.850, where no SIP status is known."""


def place(limits: Limits, site: Site, dial: Dial, now: float) -> Next:
    """A new call, ordered of us."""
    call = Call(limits, Phase.DIALLING, now + dial.ring_s + MARGIN_S, site=site)
    return call, [NoteStarted(site), dial]


def expect(limits: Limits, site: Site, ring_s: float, now: float) -> Next:
    """One that an earlier life of ours has dialled: it may still ring, and it may have been answered."""
    return Call(limits, Phase.DIALLING, now + ring_s + MARGIN_S, site=site), [Follow()]


def dialling(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case PickedUp(at) if not call.answered:
            return replace(call, answered_at=at, deadline=now + ARRIVAL_S), [NoteAnswered(at)]
        case Reached(at, native):
            answered = [] if call.answered else [NoteAnswered(at)]
            call = replace(call, phase=Phase.OPENING, deadline=now + call.limits.media_open)
            call = replace(call, answered_at=call.answered_at or at, unmet=True)
            return call, [*answered, NoteCodec(native), ReserveMedia(_site(call)), MakeBridge()]
        case CallerGone():
            return _gone(call, event)
        case AsteriskFailed():  # no phone has rung
            return moves.end(call, "failed", OUT_OF_ORDER, "not dialled")
        case Tick() if call.answered:  # people have them, perhaps: the dialplan takes nobody to us while we stand still
            return replace(call, phase=Phase.LEAVING, deadline=now + call.limits.leaving), [LookForCaller()]
        case Tick():
            return moves.hang_up(call, "no_answer", NORMAL_CLEARING, now)
        case CallerLeft():  # not in our application: not yet
            return call, []
    return None


def outcome_of(sip_status: int | None, cause: int) -> Outcome:
    """Why nobody answered."""
    if sip_status in _BUSY:
        return "busy"
    if sip_status in _NO_ANSWER:
        return "no_answer"
    if sip_status in _BAD_NUMBER:
        return "bad_number"
    if sip_status in _REFUSED:
        return "refused"
    return "failed" if sip_status else _BY_CAUSE.get(cause, "failed")


def _gone(call: Call, event: CallerGone) -> Next:
    outcome = call.outcome or ("caller_hung_up" if call.answered else outcome_of(event.sip_status, event.cause))
    return moves.end(call, outcome, event.cause, event.cause_text, event.sip_status)


def _site(call: Call) -> Site:
    assert call.site is not None, "a call out has a site from its first moment"
    return call.site
