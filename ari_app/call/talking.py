"""The conversation with the agent: keys and hold go to the media server, its wishes are granted."""

from dataclasses import replace

from ari_app.call import handover, live, mending, moves
from ari_app.call.state import NORMAL_CLEARING, Call, Next, Phase
from ari_app.call.vocabulary import Happening, NoteAnsweredBy, ResumeMedia, Tell
from ari_app.call.wishes import FoundAgain, MusicFailed, SendKeys
from core.commands import Answered, AnsweredBy, HangUpRequested, MediaOpened, PressKeys, SecretAwaited, TransferRequested
from core.machine import Tick


def adopting(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case FoundAgain(recording=recording, with_agent=with_agent):
            call = replace(call, wishes=replace(call.wishes, recording=recording))
            return (call, [ResumeMedia()]) if with_agent else mending.lost(call, now)
        case MediaOpened():  # told again: an earlier life of ours may have ended before it was heard
            told = [] if call.answered_at is None else [Tell(Answered(at=call.answered_at))]
            call, wanted = live.adopted(replace(call, phase=Phase.TALKING, deadline=now + call.limits.call), now)
            return call, [*told, *wanted]
    return live.phone(call, event)


def talking(call: Call, event: Happening | Tick, now: float) -> Next | None:
    match event:
        case HangUpRequested(reason=reason):
            return moves.hang_up(call, "completed" if reason == "goodbye" else reason, NORMAL_CLEARING, now)
        case AnsweredBy(kind=kind):
            return replace(call, unmet=kind not in ("person", "unknown")), [NoteAnsweredBy(event)]
        case PressKeys(digits=digits):
            return call, [SendKeys("", digits)]  # no order's: answered to nobody
        case TransferRequested():
            return handover.wished(call, event, now)
        case SecretAwaited(on=on, overheard_s=overheard_s) if not (call.site and call.site.listening.secrets):
            return live.await_secret(call, on, overheard_s, now)
        case MusicFailed():
            return live.unhold(call, "order")
        case Tick():
            return moves.hang_up(call, "failed", NORMAL_CLEARING, now)
    return live.phone(call, event)
