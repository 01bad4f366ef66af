"""What may be ordered of a running call, by where it stands. An order that can't be is answered with why, and changes nothing. ◆

                          TALKING   before the answer   a person is looked for   with people   at the end
    HangUpCall            done      done                done                     done          done: it ends already
    MonitorCall           done      not_answered        done                     done          ending
    everything else       done      not_answered        busy                     with_people   ending

ADOPTING and MENDING are busy: a moment later the call talks, or is with people. So is a call on hold: the caller hears music.
"""

from dataclasses import replace

from ari_app.call import handover, live, moves
from ari_app.call.state import NORMAL_CLEARING, Call, Next, Phase
from ari_app.call.vocabulary import AnswerOrder, Tell
from ari_app.call.wishes import Music, RingSupervisor, SendKeys
from core.commands import Say
from core.orders import (
    CallOrder,
    Done,
    HangUpCall,
    HoldCall,
    MonitorCall,
    NotDone,
    RecordCall,
    SayInCall,
    SendDigits,
    TransferCall,
    Why,
)


def obey(call: Call, order: CallOrder, now: float) -> Next:
    match order:
        case HangUpCall():
            return _hang_up(call, order, now)
        case _ if call.phase is Phase.ASIDE:
            return replace(call, waiting=(*call.waiting, order)), []
        case MonitorCall():
            return _monitor(call, order)
    if (refusal := _refusal(call)) is not None:
        return call, [_not_done(order, *refusal)]
    match order:
        case HoldCall(on=True):
            return _hold(call, order)
        case HoldCall():
            call, actions = live.unhold(call, "order")
            return call, [Music(order.order_id, on=False), *actions]
        case _ if "order" in call.wishes.held:
            return call, [_not_done(order, "busy", "the call is on hold: take it back first")]
    return _in_conversation(call, order, now)


def _in_conversation(call: Call, order: CallOrder, now: float) -> Next:
    match order:
        case SayInCall() if call.unmet:  # a person hears first who calls, and a machine not a word
            return call, [_not_done(order, "not_answered", "nobody knows yet who has answered")]
        case SayInCall(text=text, language=language):
            return call, [Tell(Say(text=text, language=language)), _done(order)]
        case SendDigits(digits=digits):
            return call, [SendKeys(order.order_id, digits)]
        case RecordCall(on=on):
            return live.record(call, "order", on, now, order.order_id)
        case TransferCall():
            begun = handover.order(call, order, now)
            if begun is None:
                return call, [_not_done(order, "no_such_destination", "neither a queue, nor an operator, nor a number allowed")]
            return begun[0], [*begun[1], _done(order)]
    return call, [_not_done(order, "failed", "unknown order")]


def _hang_up(call: Call, order: HangUpCall, now: float) -> Next:
    if call.phase in (Phase.LEAVING, Phase.HANGING_UP) or (order.unless_answered and call.answered):
        return call, [_done(order)]
    outcome = call.outcome or ("completed" if call.answered else "rejected")
    call, actions = moves.hang_up(call, outcome, NORMAL_CLEARING, now)
    return call, [*actions, _done(order)]


def _hold(call: Call, order: HoldCall) -> Next:
    if "order" in call.wishes.held:
        return call, [_done(order)]
    call, actions = live.hold(call, "order")
    return call, [*actions, Music(order.order_id, on=True)]


def _monitor(call: Call, order: MonitorCall) -> Next:
    if call.phase not in (Phase.HANDOVER, Phase.WITH_PEOPLE) and (refusal := _refusal(call)) is not None:
        return call, [_not_done(order, *refusal)]
    if call.site is None or order.extension not in call.site.listening.supervisors:
        return call, [_not_done(order, "not_allowed", "this extension is none of the site's listening.supervisors")]
    if order.mode == "whisper" and call.phase is not Phase.WITH_PEOPLE:
        return call, [_not_done(order, "busy", "there is no operator to whisper to: the agent has the call")]
    wishes = replace(call.wishes, supervisors=call.wishes.supervisors + 1)
    return replace(call, wishes=wishes), [RingSupervisor(order.order_id, wishes.supervisors, order.extension, order.mode)]


def _done(order: CallOrder) -> AnswerOrder:
    return AnswerOrder(Done(order_id=order.order_id))


def _not_done(order: CallOrder, why: Why, detail: str) -> AnswerOrder:
    return AnswerOrder(NotDone(order_id=order.order_id, why=why, detail=detail))


def _refusal(call: Call) -> tuple[Why, str] | None:
    """Why nothing but a hang-up can be done just now; None: the agent talks."""
    match call.phase:
        case Phase.TALKING:
            return None
        case Phase.HANDING | Phase.WITH_PEOPLE:
            return "with_people", "the call is with people"
        case Phase.LEAVING | Phase.HANGING_UP | Phase.GREETING | Phase.TAPE | Phase.OVER:
            return "ending", "the call is ending"
        case Phase.HANDOVER:
            return "busy", "a person is being looked for"
        case Phase.ADOPTING | Phase.MENDING:
            return "busy", "the call is being taken up again: try again in a moment"
    return "not_answered", "the call is not answered yet"
