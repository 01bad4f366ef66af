"""The life of one call, from its first ring to its end: what to do next, and how long to wait for it.

    ROUTING ─> OPENING ─> JOINING ─> ANSWERING ─> TALKING ─> HANGING_UP ─> OVER
       │          │          │           │           ├─> LEAVING ─┐
       └──────────┴──────────┴───────────┴───────────┴─> HANDING ─┴─> WITH_PEOPLE ─> OVER        ADOPTING ─> TALKING

    arriving.py: ROUTING to ANSWERING      talking.py: ADOPTING, TALKING      parting.py: the rest      orders.py: in any phase

Whatever fails before or in the conversation sends the caller to people; only if that fails too are they hung up.
Every state that waits has a deadline.
"""

from collections.abc import Callable
from dataclasses import replace

from ari_app.call import arriving, moves, orders, parting, talking
from ari_app.call.state import Call, Limits, Next, Phase
from ari_app.call.vocabulary import (
    AsteriskFailed,
    CallerGone,
    CallerLeft,
    FindSite,
    Follow,
    Happening,
    MediaGone,
    ReleaseMedia,
    ResumeMedia,
)
from core.commands import MediaClosed, MediaRefused
from core.machine import Tick
from core.orders import CallOrder
from core.sites import Site


def arrive(limits: Limits, now: float) -> Next:
    """A new call."""
    return Call(limits, Phase.ROUTING, now + limits.routing), [FindSite(), Follow()]


def adopt(limits: Limits, site: Site, answered_at: float, now: float) -> Next:
    """An answered call of an earlier life of ours, still in our application."""
    call = Call(limits, Phase.ADOPTING, now + limits.media_open, site=site, answered_at=answered_at)
    return call, [ResumeMedia(), Follow()]


def watch(limits: Limits, site: Site, now: float) -> Next:
    """A call of an earlier life of ours, now with people: only its end is of interest."""
    return Call(limits, Phase.WITH_PEOPLE, now + limits.call, site=site, outcome="transferred"), [Follow()]


def step(call: Call, event: Happening | Tick, now: float) -> Next:
    """The next state and what to do. What a state does not expect is ignored: tests/unit pins what that is."""
    match event:
        case _ if call.over:
            return call, []
        case CallerGone(cause, text):
            return moves.end(call, call.outcome or ("caller_hung_up" if call.answered else "abandoned"), cause, text)
        case CallOrder():
            return orders.obey(call, event, now)
    return _PHASES[call.phase](call, event, now) or _unexpected(call, event, now) or (call, [])


_PHASES: dict[Phase, Callable[[Call, Happening | Tick, float], Next | None]] = {
    Phase.ROUTING: arriving.routing,
    Phase.OPENING: arriving.opening,
    Phase.JOINING: arriving.joining,
    Phase.ANSWERING: arriving.answering,
    Phase.ADOPTING: talking.adopting,
    Phase.TALKING: talking.talking,
    Phase.HANDING: parting.handing,
    Phase.LEAVING: parting.leaving,
    Phase.WITH_PEOPLE: parting.ending,
    Phase.HANGING_UP: parting.ending,
}


def _unexpected(call: Call, event: Happening | Tick, now: float) -> Next | None:
    """Whatever breaks: people."""
    match event:
        case MediaRefused() if call.with_agent:
            return moves.hand(call, "", "media_refused", now)
        case MediaGone() | MediaClosed() if call.with_agent:
            return moves.hand(call, "", "media_failed", now)
        case AsteriskFailed() if call.with_agent or call.phase is Phase.ROUTING:
            return moves.hand(call, "", "asterisk_failed", now)
        case Tick() if call.with_agent:
            return moves.hand(call, "", "too_slow", now)
        case CallerLeft():
            return replace(call, phase=Phase.LEAVING, deadline=now + call.limits.leaving), [ReleaseMedia("caller left")]
    return None
