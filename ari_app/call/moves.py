"""Steps that several phases take: to be joined, to people, to the end."""

from dataclasses import replace

from ari_app.call.plan import Stage
from ari_app.call.routing import FALLBACK_QUEUE
from ari_app.call.state import PARTS, Call, Next, Phase
from ari_app.call.vocabulary import (
    Action,
    DropOperator,
    HangUp,
    Join,
    NoteAsked,
    NoteEnded,
    NoteTransferred,
    ReleaseMedia,
    SayNobodyIsFree,
    SendToPeople,
)
from ari_app.call.wishes import RecordFromNowOn
from core.events import Outcome


def gather(call: Call, part: str) -> Next:
    """What must be there before the caller and the media leg can be joined comes in any order."""
    call = replace(call, parts=call.parts | {part})
    return call, [Join()] if call.parts == PARTS else []


def hand(call: Call, queue: str, reason: str, now: float) -> Next:
    """To people, without another word; `queue` empty: to the site's own."""
    queue = queue or (call.site.operator if call.site else FALLBACK_QUEUE)
    dropped = abandon(call)
    call, recorded = conceal_no_more(call)
    call = replace(call, phase=Phase.HANDING, handover=None, deadline=now + call.limits.handing, queue=queue, reason=reason)
    return call, [*dropped, *recorded, SendToPeople(queue), ReleaseMedia(reason)]


def conceal_no_more(call: Call) -> Next:
    """Nobody will answer what the agent asked: what is said to people is recorded, unless somebody else wants it off."""
    wishes = replace(call.wishes, off_for=call.wishes.off_for - {"secret"})
    if wishes.recording or wishes.off_for:
        return replace(call, wishes=wishes), []
    return replace(call, wishes=replace(wishes, recording=True)), [RecordFromNowOn()]


def with_people(call: Call, now: float) -> Next:
    note = [NoteTransferred(call.queue, call.reason)]
    return replace(call, phase=Phase.WITH_PEOPLE, deadline=now + call.limits.call, outcome="transferred"), note


def nobody_is_free(call: Call, outcome: Outcome, now: float) -> Next:
    """Said by Asterisk: the agent can't, or is not to."""
    call = replace(call, phase=Phase.HANGING_UP, handover=None, deadline=now + call.limits.farewell, outcome=outcome)
    return call, [SayNobodyIsFree(), ReleaseMedia("nobody is free")]


def hang_up(call: Call, outcome: Outcome, cause: int, now: float) -> Next:
    dropped = abandon(call)
    call = replace(call, phase=Phase.HANGING_UP, handover=None, deadline=now + call.limits.hanging_up, outcome=outcome)
    return call, [*dropped, HangUp(cause), ReleaseMedia(outcome)]


def end(call: Call, outcome: Outcome, cause: int, text: str, sip_status: int | None = None) -> Next:
    if referred := _referred(call):
        outcome = "transferred"
    left = referred or abandon(call)
    call = replace(call, phase=Phase.OVER, handover=None, deadline=None, outcome=outcome)
    return call, [*left, ReleaseMedia(outcome), NoteEnded(outcome, cause, text, sip_status)]


def abandon(call: Call) -> list[Action]:
    """Whoever is asked just now has nobody to take over any more."""
    search = call.handover
    if search is None or search.way is None:
        return []
    note = NoteAsked(search.way.name, "caller_gone", search.since)
    if search.rings:
        return [DropOperator(search.number), note]
    return [note] if search.stage is Stage.SENT else []


def _referred(call: Call) -> list[Action]:
    """The carrier took the caller over by REFER: for us that is the end of the call."""
    search = call.handover
    if search is None or search.way is None or search.stage is not Stage.SENT or search.way.kind != "outside":
        return []
    if call.site is None or not call.site.handover.refer:
        return []
    return [NoteAsked(search.way.name, "accepted", search.since), NoteTransferred(search.way.name, search.reason)]
