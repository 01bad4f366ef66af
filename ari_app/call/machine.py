"""The life of one call, from its first ring to its end: what to do next, and how long to wait for it.

    ROUTING ─> OPENING ─> JOINING ─> ANSWERING ─> TALKING ─> HANGING_UP ─> OVER
       │          │          │           │         ^ │ ├─> LEAVING ─┐
       │          │          │           │         │ v │            │
       │          │          │           │      HANDOVER ───────────┤
       └──────────┴──────────┴───────────┴─────────────┴─> HANDING ─┴─> WITH_PEOPLE ─> OVER        ADOPTING ─> TALKING

    arriving.py: ROUTING to ANSWERING    talking.py: ADOPTING, TALKING    handover.py: HANDOVER    parting.py: the rest
    dialling.py: DIALLING ─> OPENING (we call them)
    reception.py: PEOPLE_FIRST, GREETING, TAPE (instead of the agent)    orders.py: in any phase    live.py: ASIDE
    late.py: CLOSING (the caller left while we slept)

Whatever fails before or in the conversation sends the caller to people; only if that fails too are they hung up.
Every state that waits has a deadline.
"""

from collections.abc import Callable
from dataclasses import replace

from ari_app.call import arriving, dialling, handover, late, live, mending, moves, orders, parting, reception, talking
from ari_app.call.plan import Handover
from ari_app.call.state import Call, Limits, Next, Phase
from ari_app.call.vocabulary import (
    AsteriskFailed,
    CallerBack,
    CallerGone,
    CallerLeft,
    FindSite,
    Follow,
    Happening,
    LeavesMessage,
    MediaGone,
    ReleaseMedia,
    Routed,
)
from ari_app.call.wishes import FindAgain
from core.commands import MediaClosed, MediaRefused
from core.machine import Tick
from core.orders import CallOrder
from core.sites import Site


def arrive(limits: Limits, now: float, *, people_asked: bool = False) -> Next:
    """A call that is new to us."""
    return Call(limits, Phase.ROUTING, now + limits.routing), [FindSite(people_asked), Follow()]


def adopt(limits: Limits, site: Site, answered_at: float, now: float) -> Next:
    """An answered call of an earlier life of ours, still in our application."""
    call = Call(limits, Phase.ADOPTING, now + limits.media_open, site=site, answered_at=answered_at)
    return call, [FindAgain(), Follow()]


def search_on(limits: Limits, site: Site, answered_at: float | None, search: Handover, now: float) -> Next:
    """A call of an earlier life of ours, for which a person was being looked for."""
    call = Call(limits, Phase.HANDOVER, None, site=site, answered_at=answered_at, handover=search)
    return handover.take_up(call, now)


def watch(limits: Limits, site: Site, now: float, answered_at: float | None = None) -> Next:
    """A call of an earlier life of ours, now with people: only its end is of interest, or that they give it back."""
    call = Call(limits, Phase.WITH_PEOPLE, now + limits.call, site=site, answered_at=answered_at, outcome="transferred")
    return call, [Follow()]


def step(call: Call, event: Happening | Tick, now: float) -> Next:
    """The next state and what to do. What a state does not expect is ignored: tests/unit pins what that is."""
    call, actions = _step(call, event, now)
    while call.waiting and call.phase is not Phase.ASIDE:
        call, more = _step(replace(call, waiting=call.waiting[1:]), call.waiting[0], now)
        actions = [*actions, *more]
    return call, actions


def _step(call: Call, event: Happening | Tick, now: float) -> Next:
    match event:
        case _ if call.over:
            return call, []
        case Routed() if late.left(call):
            return late.learnt(call, event, now)
        case CallerGone() if call.site is None and not call.routed:
            return late.gone(call, event, now)
        case CallerGone(cause, text) if call.phase is not Phase.DIALLING:
            return moves.end(call, call.outcome or ("caller_hung_up" if call.answered else "abandoned"), cause, text)
        case CallOrder():
            return orders.obey(call, event, now)
        case CallerBack() if call.phase in (Phase.WITH_PEOPLE, Phase.LEAVING):
            return reception.returned(call, now)
        case LeavesMessage():
            return reception.leave_message(call, now)
    expected = _PHASES[call.phase](call, event, now) or reception.without_agent(call, event, now)
    return expected or _unexpected(call, event, now) or (call, [])


_PHASES: dict[Phase, Callable[[Call, Happening | Tick, float], Next | None]] = {
    Phase.ROUTING: arriving.routing,
    Phase.DIALLING: dialling.dialling,
    Phase.OPENING: arriving.opening,
    Phase.JOINING: arriving.joining,
    Phase.ANSWERING: arriving.answering,
    Phase.ADOPTING: talking.adopting,
    Phase.TALKING: talking.talking,
    Phase.MENDING: mending.mending,
    Phase.ASIDE: live.aside,
    Phase.HANDOVER: handover.handover,
    Phase.HANDING: parting.handing,
    Phase.LEAVING: parting.leaving,
    Phase.WITH_PEOPLE: parting.ending,
    Phase.PEOPLE_FIRST: reception.people_first,
    Phase.GREETING: reception.greeting,
    Phase.TAPE: reception.tape,
    Phase.HANGING_UP: parting.ending,
    Phase.CLOSING: late.closing,
}


def _unexpected(call: Call, event: Happening | Tick, now: float) -> Next | None:
    """Whatever breaks: people."""
    match event:
        case MediaGone() | MediaClosed() if call.phase in (Phase.TALKING, Phase.ADOPTING):
            return mending.lost(call, now)
        case MediaRefused() if call.phase is Phase.ADOPTING:
            return mending.lost(call, now)
        case MediaRefused() if call.with_agent:
            return moves.hand(call, "", "media_refused", now)
        case MediaGone() | MediaClosed() if call.with_agent:
            return moves.hand(call, "", "media_failed", now)
        case AsteriskFailed() if call.with_agent or call.phase is Phase.ROUTING:
            return moves.hand(call, "", "asterisk_failed", now)
        case Tick() if call.with_agent:
            return moves.hand(call, "", "too_slow", now)
        case CallerLeft():
            return replace(call, phase=Phase.LEAVING, handover=None, deadline=now + call.limits.leaving), [
                ReleaseMedia("caller left")
            ]
    return None
