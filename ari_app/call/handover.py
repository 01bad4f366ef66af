"""A person is looked for: operators one by one, the queue, an outside number; and if nobody has time, the agent again. ◆

    ANNOUNCING ─> PARKING ─> RINGING ─> TELLING ─ key 1 ─> TAKING ─> with people
                     │          └─ next ──┘ │ 2, nothing
                     └────────> SENT <──────┘ nobody  ─ somebody answers ─> with people
                                  └─ nobody ─> FETCHING ─> REJOINING ─> the agent says so

From the first ring on the operator's leg can take the caller without us (extensions_accept.conf), and what is SENT is the
dialplan's. Whoever is asked is written down with what came of it. Every stage has a deadline, and each failure is a "next".
"""

from collections.abc import Callable
from dataclasses import replace

from ari_app.call import live, mending, moves
from ari_app.call.plan import Handover, Stage, Way, towards, usual
from ari_app.call.state import Call, Next, Phase
from ari_app.call.vocabulary import (
    FOUND,
    Action,
    AsteriskFailed,
    Brief,
    CallerBack,
    CallerElsewhere,
    CallerLeft,
    CallerMet,
    DropOperator,
    Fetch,
    Follow,
    Happening,
    Joined,
    LookForCaller,
    LookForOperator,
    MediaGone,
    NoteAsked,
    Park,
    PhoneAnswered,
    PhoneGone,
    PlayMusic,
    PutOnHold,
    Rejoin,
    ReleaseMedia,
    ResumeMedia,
    RingOperator,
    SendCaller,
    TakenOffHold,
    Tell,
)
from core.commands import AnnounceTransfer, ComeBack, HangUpRequested, MediaClosed, MediaRefused, StandBy, TransferRequested
from core.events import AskedResult
from core.machine import Tick
from core.orders import TransferCall
from core.sites import Site

ANNOUNCING_S = 10.0
"""Longest that the agent may take to say that a person comes."""
PARKING_S = 1.0
RING_SLACK_S = 3.0
"""Asterisk ends a ring by itself; this is for the case that we don't hear of it."""
TELLING_S = 60.0
"""The longest summary, and the wait for the key after it."""
SENT_S = 30.0
"""After the queue's own limit; then we look where the caller is."""
LOOK_AGAIN_S = 30.0
REJOINING_S = 2.0


# ── ways in ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def wished(call: Call, wish: TransferRequested, now: float) -> Next:
    """The agent hands over: asked to, or because something of ours failed. It has said so."""
    site = _site(call)
    phones, trunks = call.limits.phones, call.limits.trunks
    ways = towards(wish.destination, "supervised", site, phones, trunks) or usual(site, phones, trunks)
    returns = wish.reason in ("asked", "not_understood", "ordered")
    return _begin(call, Handover(ways, wish.reason, Stage.PARKING, wish.summary, wish.language, returns), now)


def order(call: Call, wish: TransferCall, now: float) -> Next | None:
    """Somebody outside wants it: the agent says so first. None: there is no such destination."""
    ways = towards(wish.destination, wish.kind, _site(call), call.limits.phones, call.limits.trunks)
    if ways is None:
        return None
    search = Handover(ways, "ordered", Stage.ANNOUNCING, wish.summary)
    call = replace(call, phase=Phase.HANDOVER, handover=search, deadline=now + ANNOUNCING_S)
    return call, [Tell(AnnounceTransfer())]


def take_up(call: Call, now: float) -> Next:
    """A search of an earlier life of ours goes on: what happened meanwhile is looked for."""
    search = _search(call)
    first: list[Action] = [ResumeMedia(), Follow()]
    match search.stage:
        case Stage.ANNOUNCING | Stage.PARKING:
            call, actions = _begin(call, replace(search, stage=Stage.PARKING), now)
        case Stage.RINGING | Stage.TELLING | Stage.TAKING:  # answered meanwhile, perhaps
            call = _stage(call, Stage.TELLING, now + TELLING_S, since=now)
            actions = [LookForOperator(search.number), LookForCaller()]
        case Stage.SENT:
            call, actions = _stage(call, Stage.SENT, now + LOOK_AGAIN_S, since=now), [LookForCaller()]
        case Stage.FETCHING | Stage.REJOINING:
            call, actions = _rejoin(call, now)
    return replace(call, rung=search.number), [*first, *actions]


# ── from stage to stage ──────────────────────────────────────────────────────────────────────────────────────────────
def handover(call: Call, event: Happening | Tick, now: float) -> Next | None:
    search = _search(call)
    match event:
        case CallerMet(peer=peer):
            return _accepted(call, peer, now)
        case MediaGone() | MediaClosed() | MediaRefused():  # the search needs no agent
            call = replace(call, handover=replace(search, media_lost=True))
            return _begin(call, _search(call), now) if search.stage is Stage.ANNOUNCING else (call, [])
        case AsteriskFailed() if search.rings:  # no music, say
            return moves.hand(call, "", "asterisk_failed", now)
        case PutOnHold():  # the agent stands by: it is told when it comes back
            return live.hold(call, "phone")[0], []
        case TakenOffHold():
            return live.unhold(call, "phone")[0], []
    return _STAGES[search.stage](call, event, now)


def _announcing(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case TransferRequested(summary=summary, language=language):
            search = _search(call)
            return _begin(call, replace(search, summary=search.summary or summary, language=language), now)
        case HangUpRequested() | Tick():
            return _begin(call, _search(call), now)
    return None


def _parking(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft():
            return call, []
        case CallerBack() | Tick():  # an operator finds them wherever they are
            call, actions = _ring(call, now)
            return call, [PlayMusic(), *actions]
    return None


def _ringing(call: Call, event: Happening | Tick, now: float) -> Next | None:
    number = _search(call).number
    match event:
        case PhoneAnswered(answered) if answered == number:
            return _stage(call, Stage.TELLING, now + TELLING_S), []
        case PhoneGone(gone, result) if gone == number:
            return _next(call, result, now)
        case Tick():
            call, actions = _next(call, "no_answer", now)
            return call, [DropOperator(number), *actions]
        case CallerLeft():
            return _stage(call, Stage.TAKING, now + call.limits.leaving), []
    return None


def _telling(call: Call, event: Happening | Tick, now: float) -> Next | None:
    number = _search(call).number
    match event:
        case PhoneGone(gone, result) if gone == number:
            return _next(call, result, now)
        case Tick():
            call, actions = _next(call, "silent", now)
            return call, [DropOperator(number), *actions]
        case CallerLeft():
            return _stage(call, Stage.TAKING, now + call.limits.leaving), []
    return None


def _taking(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case Tick():
            return replace(call, deadline=now + call.limits.leaving), [LookForCaller()]
        case CallerElsewhere():  # with nobody: a watchdog moved them
            return _moved(call, now)
        case CallerBack():  # they left and came back: the operator's way to them failed
            call, actions = _next(call, "unreachable", now)
            return call, [PlayMusic(), *actions]
        case CallerLeft() | PhoneGone():
            return call, []
    return None


def _sent(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft():
            return call, []
        case CallerBack(why=why):
            return _next(call, _result(why), now, here=why != FOUND)
        case AsteriskFailed():
            return _next(call, "unreachable", now)
        case Tick():
            return replace(call, deadline=now + LOOK_AGAIN_S), [LookForCaller()]
        case CallerElsewhere():
            return call, []
    return None


def _fetching(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft():
            return call, []
        case CallerBack():
            return _rejoin(call, now)
        case AsteriskFailed() | Tick():
            return moves.nobody_is_free(call, "failed", now)
    return None


def _rejoining(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case Joined():
            return _come_back(call, now)
        case AsteriskFailed() | Tick():
            return moves.nobody_is_free(call, "failed", now)
    return None


_STAGES: dict[Stage, Callable[[Call, Happening | Tick, float], Next | None]] = {
    Stage.ANNOUNCING: _announcing,
    Stage.PARKING: _parking,
    Stage.RINGING: _ringing,
    Stage.TELLING: _telling,
    Stage.TAKING: _taking,
    Stage.SENT: _sent,
    Stage.FETCHING: _fetching,
    Stage.REJOINING: _rejoining,
}


# ── moves ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _begin(call: Call, search: Handover, now: float) -> Next:
    """The agent falls silent, the caller gets music (or whatever the dialplan plays)."""
    call = replace(call, phase=Phase.HANDOVER, handover=search)
    if search.way is None and not search.returns:  # the agent failed, and would only fail again
        return moves.nobody_is_free(call, "failed", now)
    if search.way is None:  # the site has nobody at all
        call, actions = _come_back(call, now)
        return call, [Tell(StandBy()), *actions]
    call, recorded = moves.conceal_no_more(call)
    quiet: list[Action] = [Tell(StandBy()), *recorded, Brief(search.summary, search.language)]
    if search.way.kind == "operator":
        return _stage(call, Stage.PARKING, now + PARKING_S), [*quiet, Park()]
    call, actions = _send(call, search.way, now)
    return call, [*quiet, *actions]


def _next(call: Call, result: AskedResult, now: float, *, here: bool = False) -> Next:
    """Who was asked did not take the caller. `here`: the caller is recorded again, and hears nothing."""
    search = _search(call)
    note = _note(search, result)
    call = replace(call, handover=replace(search, ways=search.ways[1:]))
    match _search(call).way:
        case None:
            call, actions = _nobody(call, now, here=here)
        case Way(kind="operator"):
            call, actions = _ring(call, now)
        case way:
            call, actions = _send(call, way, now)
    return call, [*note, *actions]


def _ring(call: Call, now: float) -> Next:
    way, number = _search(call).ways[0], call.rung + 1
    limit = _site(call).handover.ring_s + RING_SLACK_S
    call = _stage(replace(call, rung=number), Stage.RINGING, now + limit, since=now, number=number)
    return call, [RingOperator(number, way.name, call.wishes.recording)]


def _send(call: Call, way: Way, now: float) -> Next:
    """If nobody answers there, the dialplan gives the caller back."""
    return _stage(call, Stage.SENT, now + _site(call).handover.queue_s + SENT_S, since=now), [SendCaller(way)]


def _nobody(call: Call, now: float, *, here: bool) -> Next:
    search = _search(call)
    if not search.returns:
        return moves.nobody_is_free(call, "failed", now)
    if _site(call).handover.nobody == "goodbye":
        return moves.nobody_is_free(call, "completed", now)
    if here:
        return _rejoin(call, now)
    return _stage(call, Stage.FETCHING, now + PARKING_S), [Fetch()]


def _rejoin(call: Call, now: float) -> Next:
    return _stage(call, Stage.REJOINING, now + REJOINING_S), [Rejoin()]


def _come_back(call: Call, now: float) -> Next:
    """The caller is in our bridge; the agent says that nobody was free."""
    lost = _search(call).media_lost
    call = replace(call, phase=Phase.TALKING, handover=None, deadline=now + call.limits.call)
    return mending.lost(call, now, first="nobody_free") if lost else (call, [Tell(ComeBack()), *live.still_held(call)])


def _accepted(call: Call, peer: str, now: float) -> Next:
    """Two people talk: the agent is not needed any more."""
    search = _search(call)
    person = search.way.name if search.way is not None and search.way.kind == "outside" else peer
    call = replace(call, handover=None, queue=person, reason=search.reason)
    call, actions = moves.with_people(call, now)
    return call, [NoteAsked(person, "accepted", search.since), *actions, ReleaseMedia("accepted")]


def _moved(call: Call, now: float) -> Next:
    """Somebody else sent the caller somewhere: a watchdog, an admin."""
    dropped = moves.abandon(call)
    call, actions = moves.with_people(replace(call, handover=None, queue="elsewhere", reason="moved"), now)
    return call, [*dropped, *actions, ReleaseMedia("moved")]


def _stage(call: Call, stage: Stage, deadline: float, *, since: float | None = None, number: int | None = None) -> Call:
    search = _search(call)
    since = search.since if since is None else since
    number = search.number if number is None else number
    return replace(call, handover=replace(search, stage=stage, since=since, number=number), deadline=deadline)


def _note(search: Handover, result: AskedResult) -> list[Action]:
    return [] if search.way is None else [NoteAsked(search.way.name, result, search.since)]


def _result(why: str) -> AskedResult:
    """Of what the dialplan says on the way back: a QUEUESTATUS, or outside-<DIALSTATUS>-<cause>."""
    if "BUSY" in why:
        return "busy"
    if any(word in why for word in ("CHANUNAVAIL", "CONGESTION", "NOT_ALLOWED", "FAILURE", "EMPTY")):
        return "unreachable"
    return "no_answer"


def _search(call: Call) -> Handover:
    assert call.handover is not None, "only in HANDOVER"
    return call.handover


def _site(call: Call) -> Site:
    assert call.site is not None, "a call is answered for a site"
    return call.site
