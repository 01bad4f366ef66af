"""What somebody outside, or a secret, makes of a conversation: music for the caller, the recording off and on.

    TALKING ─ StepAside ─> ASIDE ─ CallerLeft, CallerBack ─ Rejoin, Joined ─> TALKING

The recording is switched in the dialplan, in mid-conversation; nobody hears it: 3 ms, a gap of 30 ms at most
(docs/call-control-experiments.md). What else happens meanwhile waits until the caller is back.
"""

from dataclasses import replace

from ari_app.call import moves
from ari_app.call.state import Call, Next, Phase
from ari_app.call.vocabulary import (
    Action,
    AnswerOrder,
    AsteriskFailed,
    CallerBack,
    CallerLeft,
    Happening,
    Joined,
    KeyPressed,
    LookForCaller,
    PutOnHold,
    Rejoin,
    ReleaseMedia,
    TakenOffHold,
    Tell,
)
from ari_app.call.wishes import AsideFailed, Holder, Music, OffFor, Silence, StepAside
from core.commands import Digit, Hold, Unhold
from core.machine import Tick
from core.orders import Done, NotDone

ASIDE_S = 1.0
MARGIN_S = 0.5
"""Between what the media server counts and what Asterisk wrote: playout, jitter, the way here."""


def anew(call: Call, now: float) -> Next:
    """Another media session has the conversation: it knows of nobody who holds it, and awaits no secret."""
    told = still_held(call)
    call, actions = record(call, "secret", True, now)
    return call, [*told, *actions]


def adopted(call: Call, now: float) -> Next:
    """What an earlier life of ours was told to do, and may have left undone."""
    told = still_held(call)
    music: list[Action] = [Music("", on=True)] if "order" in call.wishes.held else []
    call, actions = switch(call, now)
    return call, [*told, *music, *actions]


# ── hold ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def hold(call: Call, who: Holder) -> Next:
    """The agent falls silent; once, whoever wants it."""
    held = call.wishes.held
    return replace(call, wishes=replace(call.wishes, held=held | {who})), [] if held else [Tell(Hold())]


def still_held(call: Call) -> list[Action]:
    """For an agent that was not there when it was put on hold."""
    return [Tell(Hold())] if call.wishes.held else []


def phone(call: Call, event: Happening | Tick) -> Next | None:
    """What the caller's phone does besides speaking."""
    match event:
        case KeyPressed(digit):
            return call, [Tell(Digit(digit=digit))]
        case PutOnHold():
            return hold(call, "phone")
        case TakenOffHold():
            return unhold(call, "phone")
    return None


def unhold(call: Call, who: Holder) -> Next:
    """It talks again when nobody holds it any more."""
    held = call.wishes.held - {who}
    return replace(call, wishes=replace(call.wishes, held=held)), [] if held else [Tell(Unhold())]


# ── the recording ────────────────────────────────────────────────────────────────────────────────────────────────────
def record(call: Call, why: OffFor, on: bool, now: float, order_id: str = "") -> Next:
    """`order_id`: of who waits for an answer."""
    off_for = call.wishes.off_for - {why} if on else call.wishes.off_for | {why}
    return switch(replace(call, wishes=replace(call.wishes, off_for=off_for)), now, order_id)


def await_secret(call: Call, on: bool, overheard_s: float, now: float) -> Next:
    """`overheard_s`: it was asked for so long ago, and the recording went on."""
    if overheard_s and call.wishes.recording:
        call = replace(call, wishes=replace(call.wishes, overheard_s=overheard_s + MARGIN_S))
    return record(call, "secret", not on, now)


def switch(call: Call, now: float, order_id: str = "") -> Next:
    """It runs when nobody wants it off."""
    wanted = not call.wishes.off_for
    if wanted == call.wishes.recording or call.site is None or not call.site.recording:
        return call, _answer(order_id, done=True)
    wishes = replace(call.wishes, recording=wanted, order=order_id)
    return replace(call, phase=Phase.ASIDE, wishes=wishes, deadline=now + ASIDE_S), [StepAside(recording=wanted)]


def aside(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case CallerLeft():
            return call, []
        case CallerBack():
            wishes, overheard_s = replace(call.wishes, overheard_s=0.0), call.wishes.overheard_s
            return replace(call, wishes=wishes), [*([Silence(overheard_s)] if overheard_s else []), Rejoin()]
        case Joined():
            return _back(call, now, done=True)
        case AsideFailed():  # they never left
            wishes = replace(call.wishes, recording=not call.wishes.recording)
            return _back(replace(call, wishes=wishes), now, done=False)
        case AsteriskFailed():  # they came back, to nobody
            unanswered = _answer(call.wishes.order, done=False)
            call, actions = moves.hand(call, "", "asterisk_failed", now)
            return call, [*actions, *unanswered]
        case Tick():  # they did not come back
            call = replace(call, phase=Phase.LEAVING, deadline=now + call.limits.leaving)
            return call, [LookForCaller(), ReleaseMedia("caller left"), *_answer(call.wishes.order, done=False)]
        case _:
            return replace(call, waiting=(*call.waiting, event)), []


def _back(call: Call, now: float, *, done: bool) -> Next:
    answered = _answer(call.wishes.order, done=done)
    wishes = replace(call.wishes, order="")
    return replace(call, phase=Phase.TALKING, wishes=wishes, deadline=now + call.limits.call), answered


def _answer(order_id: str, *, done: bool) -> list[Action]:
    if not order_id:
        return []
    failed = NotDone(order_id=order_id, why="failed", detail="Asterisk did not do it")
    return [AnswerOrder(Done(order_id=order_id) if done else failed)]
