"""What the law wants heard, whoever speaks meanwhile: the first sentence of a call out, over "hello? haan boliye".

    SPEAKING ─ speech ─> DUCKED, as loud as before ─ silence ─> PAUSED ─ words ─> the brain is asked, and its answer waits
       └──────────────────── it has been heard (SaidWhole): from here on they interrupt, or get their answer ──┘

Only what differs is here; everything else is as ever (machine.py).
"""

from dataclasses import replace

from core.commands import Digit
from core.machine import Tick
from core.speech import EndUtterance, Final, Partial
from media_server.turn import moves
from media_server.turn.moves import Outcome
from media_server.turn.state import Duck, PauseSound, Phase, SaidWhole, SpeechStarted, Turn, TurnEvent


def over_it(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome | None:
    """None: as if it were anything that we say."""
    match turn.phase, event:
        case _, SaidWhole(reply) if reply == turn.unbroken:
            return _heard(replace(turn, unbroken=None), now)
        case _, Digit():  # to a question that was not asked yet
            return turn, []
        case Phase.SPEAKING | Phase.PAUSED, SpeechStarted(at) if turn.then == "listen":
            fresh = turn.phase is Phase.SPEAKING
            over = [EndUtterance(utterance=turn.utterance)] if fresh and turn.cut_off_until else []
            turn = moves.end_utterance(turn) if over else replace(turn, flushed=False, final=None, partial="")
            turn = replace(turn, speech_start=at if fresh else turn.speech_start)
            return replace(turn, phase=Phase.DUCKED, deadline=turn.speech_start + moves.SPEECH_LIMIT), over
        case Phase.DUCKED, Partial(text=text):
            return replace(turn, partial=text), []
        case Phase.DUCKED, Tick():
            return moves.pause(turn, now), []
        case Phase.PAUSED, Final(revision=revision) as final if revision == turn.flushes and turn.flushed:
            asks, turn = turn.expects, replace(turn, expects="anything")  # what we ask comes later: "haan" is no answer to it
            turn, actions = moves.understand(turn, final, now)
            kept = [action for action in actions if not isinstance(action, PauseSound)]
            return replace(turn, expects=asks, interrupted=False), kept
        case Phase.PAUSED, Tick() if turn.asked is not None and not turn.committed:
            return replace(turn, deadline=now + moves.SOUND_LIMIT), []
    return None


def _heard(turn: Turn, now: float) -> Outcome:
    """Who has begun to speak interrupts if they go on, and who has spoken gets their answer."""
    if turn.phase is Phase.DUCKED:
        return replace(turn, deadline=now), [Duck()]
    if turn.phase is Phase.PAUSED and turn.deadline is not None:
        latest = turn.speech_end + turn.patience.end_of_turn_open
        return replace(turn, deadline=max(now, min(turn.deadline, latest))), []
    return turn, []
