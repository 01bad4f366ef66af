"""What may be ordered of a running call, by where it stands. An order that can't be is answered with why, and changes nothing. ◆

                    ROUTING … ANSWERING   TALKING   HANDING, WITH_PEOPLE   LEAVING, HANGING_UP
    HangUpCall      done                  done      done                   done: it ends already
    SayInCall …     not_answered          done      with_people            ending

ADOPTING is busy: a moment later the call talks, or is with people.
"""

from ari_app.call import moves
from ari_app.call.state import NORMAL_CLEARING, Call, Next, Phase
from ari_app.call.vocabulary import AnswerOrder, Tell
from core.commands import Say
from core.orders import CallOrder, Done, HangUpCall, NotDone, SayInCall, Why


def obey(call: Call, order: CallOrder, now: float) -> Next:
    match order:
        case HangUpCall():
            return _hang_up(call, order, now)
    if (refusal := _refusal(call)) is not None:
        return call, [not_done(order, *refusal)]
    match order:
        case SayInCall(text=text, language=language):
            return call, [Tell(Say(text=text, language=language)), done(order)]
    return call, [not_done(order, "failed", "this call can't do that")]


def done(order: CallOrder) -> AnswerOrder:
    return AnswerOrder(Done(order_id=order.order_id))


def not_done(order: CallOrder, why: Why, detail: str) -> AnswerOrder:
    return AnswerOrder(NotDone(order_id=order.order_id, why=why, detail=detail))


def _hang_up(call: Call, order: HangUpCall, now: float) -> Next:
    if call.phase in (Phase.LEAVING, Phase.HANGING_UP):
        return call, [done(order)]
    outcome = call.outcome or ("completed" if call.answered else "rejected")
    call, actions = moves.hang_up(call, outcome, NORMAL_CLEARING, now)
    return call, [*actions, done(order)]


def _refusal(call: Call) -> tuple[Why, str] | None:
    """Why nothing but a hang-up can be done just now; None: the agent talks."""
    match call.phase:
        case Phase.TALKING:
            return None
        case Phase.ROUTING | Phase.OPENING | Phase.JOINING | Phase.ANSWERING:
            return "not_answered", "the call is not answered yet"
        case Phase.HANDING | Phase.WITH_PEOPLE:
            return "with_people", "the call is with people"
        case Phase.LEAVING | Phase.HANGING_UP | Phase.OVER:
            return "ending", "the call is ending"
    return "busy", "the call is in between: try again in a moment"
