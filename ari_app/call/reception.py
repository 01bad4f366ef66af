"""Calls that the agent does not take, or not at once: people ring first; a message after the beep; a tape that says sorry. ◆

ROUTING ─> PEOPLE_FIRST ─> WITH_PEOPLE, or ROUTING again
ROUTING ─> … ANSWERING ─> GREETING ─> TAPE          the agent says what to do, the beep comes from the dialplan
ROUTING ─> TAPE                                     no seat for the agent: Asterisk's own prompts
"""

from dataclasses import replace
from typing import Literal

from ari_app.call import moves
from ari_app.call.state import INTERWORKING, NORMAL_CLEARING, Call, Next, Phase
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
from core.commands import HangUpRequested, MediaClosed, TransferRequested
from core.events import Outcome
from core.machine import Tick


def ring_people(call: Call, seconds: int, now: float) -> Next:
    call = replace(call, phase=Phase.PEOPLE_FIRST, deadline=now + seconds + call.limits.handing)
    return call, [LeaveTo("people-first", str(seconds))]


def people_first(call: Call, event: Happening | Tick, now: float) -> Next | None:
    operator = call.site.operator if call.site else ""
    match event:
        case CallerLeft() | CallerElsewhere():  # it rings, as we wanted
            return call, []
        case PickedUp(at):
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
        case HangUpRequested():  # all is said
            return play(call, "voicemail", "greeted", now)
        case MediaGone() | MediaClosed() | TransferRequested() | AsteriskFailed() | Tick():
            return play(call, "voicemail", "s", now)
    return None


def play(call: Call, context: Literal["voicemail", "sorry"], extension: str, now: float) -> Next:
    outcome: Outcome = "voicemail" if context == "voicemail" else "rejected"
    call = replace(call, phase=Phase.TAPE, deadline=now + call.limits.call, outcome=outcome)
    return call, [LeaveTo(context, extension), ReleaseMedia(context)]


def leave_message(call: Call, now: float) -> Next:
    """The beep comes; the dialplan sent them there, for nobody was free."""
    return replace(call, phase=Phase.TAPE, deadline=now + call.limits.call, outcome="voicemail"), []


def returned(call: Call, now: float) -> Next:
    """A person sends the caller (back) to the agent, who begins anew."""
    call = replace(call, phase=Phase.ROUTING, deadline=now + call.limits.routing, parts=frozenset(), handover=None)
    return replace(call, then="hang_up", queue="", reason="", outcome=None), [FindSite(people_asked=True)]


def tape(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft() | CallerElsewhere():
            return call, []
        case PickedUp(at):
            return replace(call, answered_at=at), [NoteAnswered(at)]
        case AsteriskFailed():
            return moves.hang_up(call, "failed", NORMAL_CLEARING, now)
        case Tick():
            return moves.end(call, call.outcome or "failed", INTERWORKING, "end not seen")
    return None
