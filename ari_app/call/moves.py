"""Steps that several phases take: to people, to the end."""

from dataclasses import replace

from ari_app.call.routing import FALLBACK_QUEUE
from ari_app.call.state import Call, Next, Phase
from ari_app.call.vocabulary import HangUp, NoteEnded, NoteTransferred, ReleaseMedia, SendToPeople
from core.events import Outcome


def hand(call: Call, queue: str, reason: str, now: float) -> Next:
    """To people; `queue` empty: to the site's own."""
    queue = queue or (call.site.operator if call.site else FALLBACK_QUEUE)
    call = replace(call, phase=Phase.HANDING, deadline=now + call.limits.handing, queue=queue, reason=reason)
    return call, [SendToPeople(queue), ReleaseMedia(reason)]


def with_people(call: Call, now: float) -> Next:
    note = [NoteTransferred(call.queue, call.reason)]
    return replace(call, phase=Phase.WITH_PEOPLE, deadline=now + call.limits.call, outcome="transferred"), note


def hang_up(call: Call, outcome: Outcome, cause: int, now: float) -> Next:
    call = replace(call, phase=Phase.HANGING_UP, deadline=now + call.limits.hanging_up, outcome=outcome)
    return call, [HangUp(cause), ReleaseMedia(outcome)]


def end(call: Call, outcome: Outcome, cause: int, text: str) -> Next:
    call = replace(call, phase=Phase.OVER, deadline=None, outcome=outcome)
    return call, [ReleaseMedia(outcome), NoteEnded(outcome, cause, text)]
