"""Whose turn is it. One pure step over a frozen state; each phase has its own table of what it answers to.

    LISTENING ─ speech ─> HEARING ─ silence ─> PAUSED ─ silence enough ─> THINKING ─ sound ─> SPEAKING ─ drained ─> LISTENING
                             ^ └──── goes on ────┘                           │                  │ speech
                             └────────────── caller goes on ─────────────────┘    DUCKED <──────┘
                                                                 words ─> HEARING · "haan" ─> SPEAKING
    any ─ a person is looked for ─> AWAY ─ nobody has time ─> THINKING (the brain says so)

The brain is asked at the first pause (speculation) and its sound waits behind a gate until the turn is taken. What a
phase does not list it ignores; tests/unit/media_server/turn/test_every_event.py pins those.
"""

from collections.abc import Callable
from dataclasses import replace

from core.commands import (
    AnnounceTransfer,
    AnswerDone,
    BrainFailed,
    ComeBack,
    Digit,
    Hold,
    Say,
    Sentence,
    StandBy,
    SummedUp,
    ToolFinished,
    ToolStarted,
    Unhold,
)
from core.machine import Tick
from core.speech import EndUtterance, Final, Flush, Partial
from media_server.turn import moves, screening, unbroken, words
from media_server.turn.endpoint import learn_pause
from media_server.turn.moves import Outcome
from media_server.turn.state import (
    CallAnswered,
    Closed,
    Drained,
    DropSound,
    Duck,
    HearingLost,
    PauseSound,
    Phase,
    RanDry,
    ResumeSound,
    SoundStarted,
    SpeakingLost,
    SpeechStarted,
    SpeechStopped,
    SpeechSuspected,
    Turn,
    TurnEvent,
    Unduck,
)

BARGE_IN_WORDS = 0.32
"""Seconds after the caller's onset at which words stop us that are no "haan"; earlier they may be one half heard…"""
BARGE_IN_SOUND = 0.42
"""…at which any sound does: a "haan" is over by then, and stopping is cheap because we can go on…"""
BARGE_IN_SURE = 0.65
"""…at which even backchannels do: few say "haan" for so long. docs/media.md has what each costs and gains."""
DOUBT = 0.1
"""Seconds in which a suspicion of speech is confirmed, or was nothing."""
CUT_OFF = 0.3
"""Seconds after our answer's first sound in which a caller who speaks had not finished: our answer is taken back."""
HELD_LIMIT = 600.0
"""Longest hold, as Asterisk's own (rtp_timeout_hold): its end may have been missed, and nobody is to wait in silence for ever."""
HEARING_LIMIT = 5.0
"""Longest wait for the recogniser after a pause. One that died is noticed at once; this is for one that hangs."""


def step(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:  # noqa: C901 (one table)
    """What this event makes of the turn, and what is to be done. `now` in loop seconds."""
    talking = turn.phase not in (Phase.RINGING, Phase.SCREENING, Phase.HELD, Phase.LEAVING, Phase.AWAY)
    if turn.screening is not None and turn.screening.stage == "greeted":
        turn, actions = screening.doubt(turn, event, now)
        if actions:
            return turn, actions
    if turn.must_be_heard and (met := unbroken.over_it(turn, event, now)) is not None:
        return met
    match event:
        case Closed():
            return moves.close(turn)
        case AnswerDone() if turn.asked and event.revision == turn.asked.revision:
            destination = event.destination or turn.operator
            turn = replace(turn, expects=event.expects, digits_wanted=event.digits, reply_words=event.replies)
            turn = replace(turn, conceals=event.conceal)
            turn = moves.keep_secret(turn)
            return replace(turn, then=event.then, destination=destination, summary=event.summary), []
        case SummedUp(text=text) if turn.transfer_reason == "ordered":
            return replace(turn, summary=text), []
        case Sentence() | ToolStarted() | ToolFinished() if turn.asked and event.revision == turn.asked.revision:
            return moves.progress(turn, event, now), []
        case RanDry(reply) if reply == turn.speaking == turn.answer:
            return moves.run_dry(turn, now), []
        case BrainFailed() if turn.asked and event.revision == turn.asked.revision and talking:
            return moves.answer_failed(turn, now)
        case HearingLost() if turn.then == "listen":
            return _hearing_lost(turn, now)
        case SpeakingLost() if talking:
            return moves.give_up(turn, "speaking_failed", now)
        case Digit() if talking and turn.then == "listen":
            return moves.key(turn, event.digit, now)
        case Hold() if talking:
            return replace(turn, phase=Phase.HELD, before_hold=turn.phase, deadline=now + HELD_LIMIT), [PauseSound()]
        case Say() if turn.phase not in (Phase.RINGING, Phase.AWAY):
            return moves.say(turn, event)
        case AnnounceTransfer() | StandBy() if turn.phase is not Phase.RINGING:
            return moves.announce_transfer(turn, now) if isinstance(event, AnnounceTransfer) else moves.stand_by(turn, now)
    return _PHASES[turn.phase](turn, event, now)


def _ringing(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case CallAnswered() if turn.script is not None:
            return screening.begin(turn, turn.script, now)
        case CallAnswered():
            return moves.come_back(turn, now) if turn.first == "nobody_free" else moves.play(turn, turn.first, now)
    return turn, []


def _listening(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case SpeechStarted(at):
            return moves.hear(replace(turn, speech_start=at)), []
        case SoundStarted(reply):  # something an operator's software asked us to say
            return moves.speak(replace(turn, speaking=reply), now), []
        case Tick() if turn.reminders < turn.patience.no_input_reminders:
            return moves.play(replace(turn, reminders=turn.reminders + 1), "reminder", now)
        case Tick():
            return moves.play(replace(turn, then="hang_up", hang_up_reason="no_input"), "goodbye", now)
    return turn, []


def _hearing(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case SpeechStopped(at):
            return moves.pause(turn, at), []
        case Tick():  # a monologue, or a street that sounds like speech
            return moves.pause(turn, now), []
        case Partial(text=text):
            return replace(turn, partial=text), []
        case Drained(reply) if reply == turn.speaking:
            return moves.drained(turn), []
    return turn, []


def _paused(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case SpeechSuspected() if turn.deadline is not None:  # the turn is not taken from under somebody's first syllable
            return replace(turn, deadline=max(turn.deadline, now + DOUBT) if turn.flushed else turn.deadline), []
        case SpeechStarted(at):
            turn = replace(turn, inner_pause=learn_pause(turn.inner_pause, max(0.0, at - turn.speech_end)))
            if turn.speaking is not None and not turn.interrupted:
                return replace(turn, phase=Phase.DUCKED, deadline=at + BARGE_IN_WORDS), []
            return moves.hear(turn), []
        case Final(revision=revision) if revision == turn.flushes and turn.flushed:
            return moves.understand(turn, event, now)
        case Drained(reply) if reply == turn.speaking:
            return moves.drained(turn), [Unduck()]
        case Tick() if not turn.flushed:
            turn = replace(turn, flushes=turn.flushes + 1, flushed=True, deadline=turn.speech_end + turn.patience.hold_line)
            return turn, [Flush(utterance=turn.utterance, revision=turn.flushes)]
        case Tick() if turn.final is None and now < turn.speech_end + HEARING_LIMIT:
            turn = replace(turn, deadline=turn.speech_end + HEARING_LIMIT)
            return moves.hold_on(turn) if turn.speaking is None else (turn, [])
        case Tick() if turn.final is None:
            return _hearing_lost(turn, now)
        case Tick() if turn.asked and not turn.committed:
            return moves.take(turn, now)
        case Tick() if turn.speaking is not None:  # no words: it was nothing
            return moves.go_on(turn, now)
        case Tick():
            return moves.listen(turn, now)
    return turn, []


def _thinking(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case SoundStarted(reply) if reply == turn.answer:
            return moves.speak(replace(turn, speaking=reply, cut_off_until=now + CUT_OFF), now), []
        case Drained(reply) if reply == turn.answer:  # an answer without a sound
            return moves.finish(replace(turn, cut_off_until=now), now)
        case SpeechStarted(at):  # not finished after all
            return moves.give_back(turn, at)
        case Tick():
            return moves.keep_waiting(turn, now)
    return turn, []


def _speaking(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case SpeechStarted(at) if at < turn.cut_off_until and turn.then == "listen":
            return moves.give_back(turn, at)
        case SpeechStarted(at) if turn.then == "listen":
            over = [EndUtterance(utterance=turn.utterance)] if turn.cut_off_until else []
            turn = moves.end_utterance(turn) if turn.cut_off_until else turn
            turn = replace(turn, phase=Phase.DUCKED, speech_start=at, partial="", flushed=False, final=None)
            return replace(turn, deadline=at + BARGE_IN_WORDS), [*over, Duck()]
        case SoundStarted(reply) if turn.speaking != turn.answer:  # not a holding line in the middle of our answer
            return moves.speak(replace(turn, speaking=reply), now), []
        case Drained(reply) if reply == turn.speaking:
            return moves.finish(turn, now)
        case Tick() if turn.owed:
            return moves.keep_waiting(turn, now)
        case Tick():
            return moves.give_up(turn, "speaking_failed", now)
    return turn, []


def _ducked(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case Partial(text=text):
            agreed, turn = words.is_backchannel(turn.partial), replace(turn, partial=text)
            wait = None if words.says_stop(text) else _barge_in_wait(turn, now, agreed=agreed)
            return moves.interrupt(turn) if wait is None else (replace(turn, deadline=wait), [])
        case SpeechStopped(at):
            return moves.pause(turn, at), []
        case Drained(reply) if reply == turn.speaking:
            return moves.hear(moves.drained(turn)), [Unduck()]
        case Tick():
            wait = _barge_in_wait(turn, now)
            return moves.interrupt(turn) if wait is None else (replace(turn, deadline=wait), [])
    return turn, []


def _keying(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case Tick():
            return moves.submit_digits(turn, now)
    return turn, []


def _held(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case Unhold() | Tick() if turn.before_hold is Phase.THINKING:
            turn = replace(turn, phase=Phase.THINKING, answer_limit=now + turn.patience.reply_limit)
            return replace(turn, deadline=now + turn.patience.hold_line), [ResumeSound()]
        case Unhold() | Tick() if turn.speaking is not None:
            return moves.speak(turn, now), [Unduck(), ResumeSound()]
        case Unhold() | Tick():
            turn, actions = moves.listen(turn, now)
            return turn, [*actions, ResumeSound()]
        case Drained(reply) if reply == turn.speaking:
            return moves.drained(turn), []
    return turn, []


def _leaving(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case Tick():  # Asterisk did not act: the session ends here, and its end is noticed
            return replace(turn, phase=Phase.OVER, deadline=None), []
    return turn, []


def _away(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    match event:
        case ComeBack():
            return moves.come_back(turn, now)
        case Tick():
            return replace(turn, phase=Phase.OVER, deadline=None), []
    return turn, []


_PHASES: dict[Phase, Callable[[Turn, TurnEvent | Tick, float], Outcome]] = {
    Phase.RINGING: _ringing,
    Phase.SCREENING: screening.screening,
    Phase.LISTENING: _listening,
    Phase.HEARING: _hearing,
    Phase.PAUSED: _paused,
    Phase.THINKING: _thinking,
    Phase.SPEAKING: _speaking,
    Phase.DUCKED: _ducked,
    Phase.KEYING: _keying,
    Phase.HELD: _held,
    Phase.LEAVING: _leaving,
    Phase.AWAY: _away,
    Phase.OVER: lambda turn, event, now: (turn, []),
}


def _barge_in_wait(turn: Turn, now: float, *, agreed: bool = False) -> float | None:
    """When to look again whether a sound over our speech interrupts us; None: it does, now. `agreed`: it was a "haan" just now,
    whose end is often heard as another word."""
    if words.is_backchannel(turn.partial):
        enough = BARGE_IN_SURE
    elif len(words.words(turn.partial)) > agreed:
        enough = BARGE_IN_WORDS
    else:
        enough = BARGE_IN_SOUND
    return None if now >= turn.speech_start + enough else turn.speech_start + enough


def _hearing_lost(turn: Turn, now: float) -> Outcome:
    """Once: we ask to hear it again. Twice in a call: a person."""
    failures = turn.hearing_failures + 1
    if failures > 1 and turn.phase not in (Phase.RINGING, Phase.SCREENING):
        return moves.give_up(turn, "hearing_failed", now)
    turn = replace(moves.end_utterance(turn), hearing_failures=failures, utterance=0)  # a new recogniser counts anew
    if turn.phase in (Phase.HEARING, Phase.PAUSED):
        turn, dropped = moves.listen(turn, now)
        turn, actions = moves.play(replace(turn, utterance=0), "again", now)
        return turn, [DropSound(), Unduck(), *dropped[1:], *actions]
    return turn, []
