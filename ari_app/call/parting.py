"""The ways out: to people, to the dialplan, to the end."""

from dataclasses import replace

from ari_app.call import moves
from ari_app.call.state import NORMAL_CLEARING, Call, Next, Phase
from ari_app.call.vocabulary import (
    AsteriskFailed,
    BringBack,
    CallerElsewhere,
    CallerLeft,
    CallerMet,
    GivenToAgent,
    HangUp,
    Happening,
    LookForCaller,
    NoteAnswered,
    PickedUp,
)
from core.events import INTERWORKING
from core.machine import Tick


def handing(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft():
            return moves.with_people(call, now)
        case PickedUp(at):
            return _answered(call, at)
        case AsteriskFailed() | Tick():  # no people either
            return moves.hang_up(call, "failed", NORMAL_CLEARING, now)
    return None


def leaving(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft():
            return call, []
        case PickedUp(at):
            return _answered(call, at)
        case Tick():
            return replace(call, deadline=now + call.limits.leaving), [LookForCaller()]
        case CallerMet(peer=peer):
            return moves.with_people(replace(call, queue=peer, reason="moved"), now)
        case CallerElsewhere():  # somebody moved the call: a watchdog, an admin
            return moves.with_people(replace(call, queue="elsewhere", reason="moved"), now)
    return None


def ending(call: Call, event: Happening | Tick, now: float) -> Next | None:
    """With people, or hung up: only the end is of interest, who gives them back, and of who never met the agent the answer."""
    match event:
        case GivenToAgent() if call.phase is Phase.WITH_PEOPLE:
            return call, [BringBack()]
        case CallerLeft():
            return call, []
        case PickedUp(at):
            return _answered(call, at)
        case AsteriskFailed() if call.phase is Phase.HANGING_UP:  # not even a last word
            return call, [HangUp(NORMAL_CLEARING)]
        case Tick():  # recover.py sweeps up what may be left
            return moves.end(call, call.outcome or "failed", INTERWORKING, "end not seen")
    return None


def _answered(call: Call, at: float) -> Next:
    return (call, []) if call.answered else (replace(call, answered_at=at), [NoteAnswered(at)])
