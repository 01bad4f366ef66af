"""The life of one call, from its first ring to its end: what to do next, and how long to wait for it.

    ROUTING ─> OPENING ─> JOINING ─> ANSWERING ─> TALKING ─> HANGING_UP ─> OVER
       │          │          │           │           ├─> LEAVING ─┐
       └──────────┴──────────┴───────────┴───────────┴─> HANDING ─┴─> WITH_PEOPLE ─> OVER        ADOPTING ─> TALKING

Whatever fails before or in the conversation sends the caller to people; only if that fails too are they hung up.
Everything is ready to speak before the call is answered. Every state that waits has a deadline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ari_app.call.routing import FALLBACK_QUEUE, Admit, Overflow, Refuse
from ari_app.call.vocabulary import (
    Action,
    AsteriskFailed,
    BridgeMade,
    CallerElsewhere,
    CallerGone,
    CallerLeft,
    FindSite,
    Follow,
    HangUp,
    Happening,
    Join,
    Joined,
    KeyPressed,
    LegMade,
    LegReady,
    LookForCaller,
    MakeBridge,
    MakeLeg,
    MediaGone,
    NoteAnswered,
    NoteEnded,
    NoteStarted,
    NoteTransferred,
    PickedUp,
    PickUp,
    PutOnHold,
    ReleaseMedia,
    ReserveMedia,
    ResumeMedia,
    Ring,
    Routed,
    SendToPeople,
    TakenOffHold,
    Tell,
)
from core.commands import (
    Answered,
    ConnectMedia,
    Digit,
    HangUpRequested,
    Hold,
    MediaClosed,
    MediaOpened,
    MediaRefused,
    TransferRequested,
    Unhold,
)
from core.events import Outcome
from core.machine import Tick
from core.sites import Site

NORMAL_CLEARING = 16
INTERWORKING = 127
"""Q.850 causes. 127 is ours for an end we did not see."""


class Phase(StrEnum):
    ROUTING = "routing"
    """Which site, and is there room?"""
    OPENING = "opening"
    """The media server reserves a session; the phone rings, the bridge is made."""
    JOINING = "joining"
    """The media leg is made and joined to the caller."""
    ANSWERING = "answering"
    TALKING = "talking"
    ADOPTING = "adopting"
    """A conversation that went on without us: the media server is asked if it still does."""
    LEAVING = "leaving"
    """The caller left our application: hung up, or moved elsewhere? The next event tells."""
    HANDING = "handing"
    """On the way to people."""
    WITH_PEOPLE = "with_people"
    HANGING_UP = "hanging_up"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Limits:
    """Longest waits, in seconds (core.settings.Calls, Asterisk)."""

    routing: float = 1.0
    media_open: float = 0.5
    media_ready: float = 2.0
    answering: float = 2.0
    leaving: float = 0.5
    handing: float = 2.0
    hanging_up: float = 2.0
    ring: float = 0.0
    """The shortest ring before the answer."""
    call: float = 3600.0
    """Asterisk's own TIMEOUT(absolute) ends a call first; this is for the case that we did not hear of it."""


# ── the machine ──────────────────────────────────────────────────────────────────────────────────────────────────────
PARTS = frozenset({"bridge", "leg", "address"})
"""What must be there before the caller and the media leg can be joined."""


@dataclass(frozen=True, slots=True)
class Call:
    limits: Limits
    phase: Phase
    deadline: float | None
    site: Site | None = None
    parts: frozenset[str] = frozenset()
    ring_until: float = 0.0
    answered_at: float | None = None
    """time.time(), as Asterisk's answer came."""
    queue: str = ""
    """Where people wait for this caller, once on the way there…"""
    reason: str = ""
    """…and why."""
    outcome: Outcome | None = None
    """Known before the end where it is our doing."""

    @property
    def answered(self) -> bool:
        return self.answered_at is not None

    @property
    def over(self) -> bool:
        return self.phase is Phase.OVER

    @property
    def with_agent(self) -> bool:
        """Takes one of the places that routing counts."""
        return self.phase in _WITH_AGENT


_WITH_AGENT = frozenset({Phase.OPENING, Phase.JOINING, Phase.ANSWERING, Phase.TALKING, Phase.ADOPTING})

Next = tuple[Call, Sequence[Action]]


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


def step(call: Call, event: Happening | Tick, now: float) -> Next:  # noqa: C901 (one table)
    """The next state and what to do. What a state does not expect is ignored: tests/unit pins what that is."""
    limits, phase = call.limits, call.phase
    match phase, event:
        case Phase.OVER, _:
            return call, []
        case _, CallerGone(cause, text):
            return _ended(call, call.outcome or ("caller_hung_up" if call.answered else "abandoned"), cause, text)

        # Before the conversation
        case Phase.ROUTING, Routed(Admit(site, announce)):
            call = replace(call, phase=Phase.OPENING, site=site, deadline=now + limits.media_open, ring_until=now + limits.ring)
            return call, [NoteStarted(site), ReserveMedia(site, announce), MakeBridge(), Ring()]
        case Phase.ROUTING, Routed(Refuse(site, cause)):
            call, actions = _hang_up(replace(call, site=site), "rejected", cause, now)
            return call, [*_started(site), *actions]
        case Phase.ROUTING, Routed(Overflow(site, queue, reason)):
            call, actions = _hand(replace(call, site=site), queue, reason, now)
            return call, [*_started(site), *actions]
        case Phase.ROUTING, Tick():
            return _hand(call, "", "database_away", now)
        case Phase.OPENING, MediaOpened(host=host, port=port):
            return replace(call, phase=Phase.JOINING, deadline=now + limits.media_ready), [MakeLeg(host, port)]
        case Phase.OPENING | Phase.JOINING, BridgeMade():
            return _gather(call, "bridge", now)
        case Phase.JOINING, LegReady():
            return _gather(call, "leg", now)
        case Phase.JOINING, LegMade(host, port):
            call, actions = _gather(call, "address", now)
            return call, [Tell(ConnectMedia(host=host, port=port)), *actions]
        case Phase.JOINING, Joined() if now < call.ring_until:
            return replace(call, phase=Phase.ANSWERING, deadline=call.ring_until), []
        case Phase.JOINING, Joined():
            return _pick_up(call, now)
        case Phase.ANSWERING, Tick() if call.ring_until:  # the ring was long enough
            return _pick_up(call, now)
        case Phase.ANSWERING, PickedUp(at):
            call = replace(call, phase=Phase.TALKING, deadline=now + limits.call, answered_at=at)
            return call, [Tell(Answered(at=at)), NoteAnswered(at)]

        # The conversation
        case Phase.ADOPTING, MediaOpened():  # told again: an earlier life of ours may have ended before it was heard
            told = [] if call.answered_at is None else [Tell(Answered(at=call.answered_at))]
            return replace(call, phase=Phase.TALKING, deadline=now + limits.call), told
        case Phase.TALKING | Phase.ADOPTING, KeyPressed(digit):
            return call, [Tell(Digit(digit=digit))]
        case Phase.TALKING | Phase.ADOPTING, PutOnHold():
            return call, [Tell(Hold())]
        case Phase.TALKING | Phase.ADOPTING, TakenOffHold():
            return call, [Tell(Unhold())]
        case Phase.TALKING, HangUpRequested(reason=reason):
            return _hang_up(call, "no_input" if reason == "no_input" else "completed", NORMAL_CLEARING, now)
        case Phase.TALKING, TransferRequested(destination=destination, reason=reason):
            return _hand(call, destination, reason, now)
        case Phase.TALKING, Tick():
            return _hang_up(call, "failed", NORMAL_CLEARING, now)

        # Whatever breaks: people
        case _, MediaRefused() if call.with_agent:
            return _hand(call, "", "media_refused", now)
        case _, MediaGone() | MediaClosed() if call.with_agent:
            return _hand(call, "", "media_failed", now)
        case _, AsteriskFailed() if call.with_agent or phase is Phase.ROUTING:
            return _hand(call, "", "asterisk_failed", now)
        case _, Tick() if call.with_agent:
            return _hand(call, "", "too_slow", now)

        # On the way out
        case Phase.HANDING, CallerLeft():
            return _with_people(call, now)
        case Phase.HANDING, AsteriskFailed() | Tick():  # no people either
            return _hang_up(call, "failed", NORMAL_CLEARING, now)
        case Phase.HANGING_UP | Phase.WITH_PEOPLE, CallerLeft():
            return call, []
        case Phase.LEAVING, Tick():
            return replace(call, deadline=now + limits.leaving), [LookForCaller()]
        case Phase.LEAVING, CallerElsewhere():  # somebody moved the call: a watchdog, an admin
            return _with_people(replace(call, queue="elsewhere", reason="moved"), now)
        case _, CallerLeft() if phase is not Phase.LEAVING:
            return replace(call, phase=Phase.LEAVING, deadline=now + limits.leaving), [ReleaseMedia("caller left")]
        case Phase.HANGING_UP | Phase.WITH_PEOPLE, Tick():  # recover.py sweeps up what may be left
            return _ended(call, call.outcome or "failed", INTERWORKING, "end not seen")
        case _:
            return call, []


def _started(site: Site | None) -> list[Action]:
    return [] if site is None else [NoteStarted(site)]


def _gather(call: Call, part: str, now: float) -> Next:
    call = replace(call, parts=call.parts | {part})
    return call, [Join()] if call.parts == PARTS else []


def _pick_up(call: Call, now: float) -> Next:
    return replace(call, phase=Phase.ANSWERING, deadline=now + call.limits.answering, ring_until=0.0), [PickUp()]


def _hand(call: Call, queue: str, reason: str, now: float) -> Next:
    """To people; `queue` empty: to the site's own."""
    queue = queue or (call.site.operator if call.site else FALLBACK_QUEUE)
    call = replace(call, phase=Phase.HANDING, deadline=now + call.limits.handing, queue=queue, reason=reason)
    return call, [SendToPeople(queue), ReleaseMedia(reason)]


def _with_people(call: Call, now: float) -> Next:
    note = [NoteTransferred(call.queue, call.reason)]
    return replace(call, phase=Phase.WITH_PEOPLE, deadline=now + call.limits.call, outcome="transferred"), note


def _hang_up(call: Call, outcome: Outcome, cause: int, now: float) -> Next:
    call = replace(call, phase=Phase.HANGING_UP, deadline=now + call.limits.hanging_up, outcome=outcome)
    return call, [HangUp(cause), ReleaseMedia(outcome)]


def _ended(call: Call, outcome: Outcome, cause: int, text: str) -> Next:
    call = replace(call, phase=Phase.OVER, deadline=None, outcome=outcome)
    return call, [ReleaseMedia(outcome), NoteEnded(outcome, cause, text)]
