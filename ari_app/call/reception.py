"""Calls that the agent does not take, or not at once: people ring first; a message after the beep; a tape that says sorry. ◆

ROUTING ─> PEOPLE_FIRST ─> WITH_PEOPLE, or ROUTING again
ROUTING ─> … ANSWERING ─> GREETING ─> TAPE          the agent says what to do, the beep comes from the dialplan
   └────────────────────────────────> TAPE          no seat for the agent, or it breaks: Asterisk's own prompts
"""

from dataclasses import replace

from ari_app.call import moves
from ari_app.call.routing import Tape
from ari_app.call.state import NORMAL_CLEARING, Call, Next, Phase
from ari_app.call.vocabulary import (
    AsteriskFailed,
    CallerBack,
    CallerElsewhere,
    CallerLeft,
    CallerMet,
    FindSite,
    Happening,
    LeaveTo,
    LookForCaller,
    MediaGone,
    NoteAnswered,
    PickedUp,
    ReleaseMedia,
)
from core.commands import HangUpRequested, MediaClosed, MediaRefused, TransferRequested
from core.events import INTERWORKING, Outcome
from core.machine import Tick


def ring_people(call: Call, seconds: int, now: float) -> Next:
    call = replace(call, phase=Phase.PEOPLE_FIRST, deadline=now + seconds + call.limits.handing)
    operators = (call.site and call.site.handover.operators) or call.limits.phones
    return call, [LeaveTo("people-first", str(seconds), operators)]


def people_first(call: Call, event: Happening | Tick, now: float) -> Next | None:
    operator = call.site.operator if call.site else ""
    match event:
        case CallerLeft() | CallerElsewhere():  # it rings, as we wanted
            return call, []
        case PickedUp(at) if not call.answered:
            return replace(call, answered_at=at, deadline=now + call.limits.handing), [NoteAnswered(at)]
        case CallerMet(peer):
            return moves.with_people(replace(call, queue=peer, reason="people_first"), now)
        case Tick() if call.answered:
            return moves.with_people(replace(call, queue=operator, reason="people_first"), now)
        case CallerBack() | AsteriskFailed():
            return returned(call, now)
        case Tick():
            return replace(call, deadline=now + call.limits.handing), [LookForCaller()]
    return None


def greeting(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case HangUpRequested() if call.instead == "voicemail":  # all is said
            return play(call, "voicemail", "greeted", now)
        case HangUpRequested():
            return moves.hang_up(call, "completed", NORMAL_CLEARING, now)
    return None


def without_agent(call: Call, event: Happening | Tick, now: float) -> Next | None:
    """There is no agent after all, or it breaks while it speaks: Asterisk says it. People were not to be asked."""
    if call.instead is None or not call.with_agent:
        return None
    match event:
        case MediaRefused() | MediaGone() | MediaClosed() | TransferRequested() | AsteriskFailed() | Tick():
            return play(call, call.instead, "s", now)
    return None


def play(call: Call, context: Tape, extension: str, now: float) -> Next:
    outcome: Outcome = "voicemail" if context == "voicemail" else "rejected"
    call = replace(call, phase=Phase.TAPE, deadline=now + call.limits.call, outcome=outcome)
    return call, [LeaveTo(context, extension), ReleaseMedia(context)]


def leave_message(call: Call, now: float) -> Next:
    """The beep comes; the dialplan sent them there, for nobody was free."""
    return replace(call, phase=Phase.TAPE, deadline=now + call.limits.call, outcome="voicemail"), []


def returned(call: Call, now: float) -> Next:
    """A person sends the caller (back) to the agent, who begins anew."""
    call = replace(call, phase=Phase.ROUTING, deadline=now + call.limits.routing, parts=frozenset(), handover=None)
    call = replace(call, wishes=replace(call.wishes, held=frozenset()))
    return replace(call, instead=None, queue="", reason="", outcome=None), [FindSite(people_asked=True)]


def tape(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft() | CallerElsewhere():
            return call, []
        case PickedUp(at) if not call.answered:
            return replace(call, answered_at=at), [NoteAnswered(at)]
        case AsteriskFailed():
            return moves.hang_up(call, "failed", NORMAL_CLEARING, now)
        case Tick():
            return moves.end(call, call.outcome or "failed", INTERWORKING, "end not seen")
    return None
