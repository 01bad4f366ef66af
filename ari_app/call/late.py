"""Whose call it is was learnt only after the caller had left: we slept, and a watchdog (or the caller) did not. ◆

LEAVING, or moved to people ── Routed ──> the record begins, and says what happened meanwhile
ROUTING, LEAVING ── gone ──> CLOSING ── Routed ──> OVER, with a record
"""

from dataclasses import replace

from ari_app.call import moves
from ari_app.call.state import Call, Next, Phase
from ari_app.call.vocabulary import Action, CallerGone, Happening, NoteAnswered, NoteStarted, NoteTransferred, Routed
from core.events import CONTROLLER_LOST
from core.machine import Tick


def left(call: Call) -> bool:
    """Has the caller left before anything was known? Who was sent to people by us is written down elsewhere (missed.py)."""
    moved = call.phase is Phase.WITH_PEOPLE and call.reason == "moved"
    return call.site is None and (moved or call.phase in (Phase.LEAVING, Phase.CLOSING))


def learnt(call: Call, routed: Routed, now: float) -> Next:
    site = routed.decision.site
    call = replace(call, site=site, routed=True)
    notes: list[Action] = []
    if site is not None:
        answered = [] if call.answered_at is None else [NoteAnswered(call.answered_at)]
        moved = [NoteTransferred(call.queue, call.reason)] if call.phase is Phase.WITH_PEOPLE else []
        notes = [NoteStarted(site), *answered, *moved]
    if call.gone is None:
        return call, notes
    call, actions = _end(call, call.gone)
    return call, [*notes, *actions]


def gone(call: Call, event: CallerGone, now: float) -> Next:
    return replace(call, phase=Phase.CLOSING, gone=event, deadline=now + call.limits.routing), []


def closing(call: Call, event: Happening | Tick, now: float) -> Next | None:
    if isinstance(event, Tick) and call.gone is not None:
        return _end(call, call.gone)
    return call, []


def _end(call: Call, event: CallerGone) -> Next:
    """Answered, but not by us: by people."""
    met: list[Action] = []
    if event.answered_at is not None and not call.answered and call.site is not None:
        met = [NoteAnswered(event.answered_at), NoteTransferred(call.site.operator, CONTROLLER_LOST)]
        call = replace(call, answered_at=event.answered_at, outcome="transferred")
    call, actions = moves.end(
        call, call.outcome or ("caller_hung_up" if call.answered else "abandoned"), event.cause, event.cause_text
    )
    return call, [*met, *actions]
