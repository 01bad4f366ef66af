"""The media server died in the conversation: another one takes it over, and asks the caller to say it again. Or it died
while a person was looked for, in vain: another one says so.

TALKING, ADOPTING ── lost ──> MENDING ── session, leg, joined ──> TALKING
                                 └── nobody takes it, or not in time ──> people
"""

from dataclasses import replace

from ari_app.call import live, moves
from ari_app.call.state import PARTS, Call, Next, Phase
from ari_app.call.vocabulary import Happening, Joined, LegMade, LegReady, MakeLeg, MediaGone, ReplaceMedia, Tell
from core.commands import Answered, ConnectMedia, FirstWords, MediaClosed, MediaOpened, MediaRefused
from core.machine import Tick

MOST = 3
"""Sessions of one call. What kills media servers is not to go through all of them."""


def lost(call: Call, now: float, first: FirstWords = "again") -> Next:
    """The bridge is still there, and the caller in it."""
    if call.site is None or call.sessions >= MOST:
        return moves.hand(call, "", "media_failed", now)
    site, deadline = call.site, now + call.limits.media_open + call.limits.media_ready
    call = replace(call, phase=Phase.MENDING, sessions=call.sessions + 1, parts=PARTS - {"leg", "address"}, deadline=deadline)
    return call, [ReplaceMedia(site, first)]


def mending(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case MediaOpened(host=host, port=port):
            return call, [MakeLeg(host, port)]
        case LegReady():
            return moves.gather(call, "leg")
        case LegMade(host, port):
            call, actions = moves.gather(call, "address")
            return call, [Tell(ConnectMedia(host=host, port=port)), *actions]
        case Joined():
            told = [] if call.answered_at is None else [Tell(Answered(at=call.answered_at))]
            call, wanted = live.anew(replace(call, phase=Phase.TALKING, deadline=now + call.limits.call), now)
            return call, [*told, *wanted]
        case MediaRefused() | MediaGone() | MediaClosed() | Tick():
            return moves.hand(call, "", "media_failed", now)
    return live.phone(call, event)
