"""From the first ring to the answer. Everything is ready to speak before the call is answered."""

from dataclasses import replace

from ari_app.call import moves, reception
from ari_app.call.routing import Admit, Overflow, PeopleFirst, PlayTape, Refuse
from ari_app.call.state import Call, Next, Phase
from ari_app.call.vocabulary import (
    Action,
    BridgeMade,
    Happening,
    Joined,
    LegMade,
    LegReady,
    MakeBridge,
    MakeLeg,
    NoteAnswered,
    NoteStarted,
    PickedUp,
    PickUp,
    ReserveMedia,
    Ring,
    Routed,
    Tell,
)
from core.commands import Answered, ConnectMedia, MediaOpened
from core.machine import Tick
from core.sites import Site


def routing(call: Call, event: Happening | Tick, now: float) -> Next | None:
    limits = call.limits
    call = replace(call, routed=call.routed or isinstance(event, Routed))
    match event:
        case Routed(Admit(site, instead)):
            call = replace(call, phase=Phase.OPENING, site=site, instead=instead)
            call = replace(call, deadline=now + limits.media_ringing, ring_until=now + limits.ring)
            return call, [NoteStarted(site), ReserveMedia(site, instead is not None), MakeBridge(), Ring()]
        case Routed(PeopleFirst(site, seconds)):
            call, actions = reception.ring_people(replace(call, site=site), seconds, now)
            return call, [NoteStarted(site), *actions]
        case Routed(PlayTape(site, tape, reason)):
            call, actions = reception.play(replace(call, site=site, reason=reason), tape, "s", now)
            return call, [NoteStarted(site), *actions]
        case Routed(Refuse(site, cause)):
            call, actions = moves.hang_up(replace(call, site=site), "rejected", cause, now)
            return call, [*_started(site), *actions]
        case Routed(Overflow(site, queue, reason)):
            call, actions = moves.hand(replace(call, site=site), queue, reason, now)
            return call, [*_started(site), *actions]
        case Tick():
            return moves.hand(replace(call, routed=True), "", "database_away", now)
    return None


def opening(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case MediaOpened(host=host, port=port):
            return replace(call, phase=Phase.JOINING, deadline=now + call.limits.media_ready), [MakeLeg(host, port)]
        case BridgeMade():
            return moves.gather(call, "bridge")
    return None


def joining(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case BridgeMade():
            return moves.gather(call, "bridge")
        case LegReady():
            return moves.gather(call, "leg")
        case LegMade(host, port):
            call, actions = moves.gather(call, "address")
            return call, [Tell(ConnectMedia(host=host, port=port)), *actions]
        case Joined() if call.answered_at is not None:  # we called them
            return replace(call, phase=Phase.TALKING, deadline=now + call.limits.call), [Tell(Answered(at=call.answered_at))]
        case Joined() if now < call.ring_until:
            return replace(call, phase=Phase.ANSWERING, deadline=call.ring_until), []
        case Joined():
            return _pick_up(call, now)
    return None


def answering(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case Tick() if call.ring_until:  # the ring was long enough
            return _pick_up(call, now)
        case PickedUp(at):
            phase = Phase.GREETING if call.instead else Phase.TALKING
            call = replace(call, phase=phase, deadline=now + call.limits.call, answered_at=at)
            return call, [Tell(Answered(at=at)), NoteAnswered(at)]
    return None


def _started(site: Site | None) -> list[Action]:
    return [] if site is None else [NoteStarted(site)]


def _pick_up(call: Call, now: float) -> Next:
    return replace(call, phase=Phase.ANSWERING, deadline=now + call.limits.answering, ring_until=0.0), [PickUp()]
