"""The first seconds of a call of ours: who has answered, and what they get. A phase of the turn machine.

person: the brain's first words, which wait behind the gate since the answer    machine: a message after its beep, or nothing
menu: keys, or nothing    who asks who calls: a sentence    A person who turns out to be a machine is one after all.
"""

from dataclasses import replace

from core.commands import AnsweredBy, BrainFailed, PressKeys
from core.machine import Tick
from core.outbound import Answerer
from core.speech import EndUtterance, Final, Partial
from media_server.screening.heard import Heard, ToneHeard, done_at, judge, judge_put_through, waits_after_all
from media_server.screening.script import Script
from media_server.screening.stage import Screening
from media_server.screening.words import told
from media_server.turn import moves
from media_server.turn.moves import Outcome
from media_server.turn.state import (
    CancelAnswer,
    Drained,
    DropSound,
    Phase,
    PlayText,
    SpeechStarted,
    SpeechStopped,
    SpeechSuspected,
    Turn,
    TurnAction,
    TurnEvent,
    Unduck,
)

DOUBT = 0.1
"""Seconds in which a suspicion of speech is confirmed, or was nothing."""
NO_BEEP = 3.0
"""Seconds of silence after which a machine that has not beeped is taken to record."""
TALKS_LIMIT = 60.0
"""Seconds after the answer until which a machine may speak before it lets us."""
MAYBE_A_MENU = 6.0
"""Seconds in which a machine by its sound may turn out to want keys, or our name, before it is hung up on."""
ITS_TURN = 0.8
"""Seconds of silence after which a voice that asked who calls listens: some give up after 1.2."""
MENUS = 2
"""So many menus and questions are answered; a third is one that goes round in circles."""
IN_DOUBT = 15.0
"""Seconds after the answer in which somebody who was greeted may still turn out to be a machine, by their words…"""
GOES_ON, GREETED = 0.7, 2.6
"""…or because they beep, or went on within so many seconds of "hello" and spoke for so many in all."""


def begin(turn: Turn, script: Script, now: float) -> Outcome:
    """The brain is asked for its first words at once: a person gets them without waiting, a machine never."""
    turn, asking = moves.ask_about(turn, "answered", now)
    if not script.screen:
        turn, actions = moves.take(turn, now)
        return turn, [asking, *actions]
    turn, actions = _decide(replace(turn, phase=Phase.SCREENING), Screening(now, Heard(now)), now)
    return turn, [asking, *actions]


def screening(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    """The phase's table."""
    known = turn.screening
    assert known is not None
    match event:
        case BrainFailed() if turn.asked and event.revision == turn.asked.revision:  # asked again when there is need
            return replace(turn, asked=None, answer=None), []
        case SpeechSuspected() if turn.deadline is not None:  # we don't begin over somebody's first syllable
            return replace(turn, deadline=max(turn.deadline, now + DOUBT)), []
        case Drained(reply) if reply == turn.speaking:
            return _wait(replace(turn, speaking=None), replace(known, stage="put_through", heard=Heard(now)), now)
        case Tick() if known.stage == "introducing":  # the voice failed
            return _hang_up(turn, now)
    heard = _heard(known.heard, event)
    if heard is None or known.stage == "introducing":
        return turn, []
    return _decide(turn, replace(known, heard=heard), now)


def doubt(turn: Turn, event: TurnEvent | Tick, now: float) -> Outcome:
    """Somebody was greeted, and goes on: like a person? What is to be done only if not."""
    known = turn.screening
    if known is None or turn.phase in (Phase.HELD, Phase.AWAY, Phase.LEAVING):
        return turn, []
    if known.stage != "greeted" or (heard := _heard(known.heard, event)) is None:
        return turn, []
    if now > known.answered_at + IN_DOUBT:
        return replace(turn, screening=None), []
    waited = known.waited or (isinstance(event, SpeechStarted) and event.at - known.heard.ended > GOES_ON)
    known = replace(known, heard=heard, waited=waited)
    words = told(heard.text)
    recorded = words is not None and words.certain and words.kind == "machine"
    beeped = isinstance(event, ToneHeard) and event.beep and heard.started is not None
    goes_on = not waited and heard.ended > known.since and heard.length >= GREETED
    if recorded or (not waited and beeped) or (not heard.speaking and goes_on):
        return _met(turn, known, "machine", now)
    return replace(turn, screening=known), []


def _heard(heard: Heard, event: TurnEvent | Tick) -> Heard | None:
    """With this in it; None: it does not tell who it is."""
    match event:
        case SpeechStarted(at):
            return heard.speaks(at)
        case SpeechStopped(at):
            return heard.pauses(at)
        case Partial(text=text) | Final(text=text):
            return heard.says(text)
        case ToneHeard():
            return heard.hears(event)
        case Tick():
            return heard
    return None


def _decide(turn: Turn, known: Screening, now: float) -> Outcome:
    match known.stage:
        case "before_message" if (words := told(known.heard.text)) and words.certain and words.kind != "machine":
            return _met(turn, known, words.kind, now)
        case "before_message" if known.by_length and (waits := waits_after_all(known.heard)) is not None:
            if now >= waits:
                return _met(turn, known, "person", now)
            turn, actions = _wait_for_its_end(turn, known, now)
            return replace(turn, deadline=min(turn.deadline or waits, waits)), actions
        case "before_message" | "before_introduction":
            return _wait_for_its_end(turn, known, now)
        case "put_through":
            found = judge_put_through(known.heard, now)
        case _:
            found = judge(known.heard, now)
    if isinstance(found, float):
        return replace(turn, screening=known, deadline=found), []
    if found == "nobody":
        return _wait(turn, replace(known, heard=Heard(known.heard.since)), now)
    return _met(turn, known, found, now)


def _met(turn: Turn, known: Screening, who: Answerer, now: float) -> Outcome:
    """It is known who has answered."""
    script = turn.script
    assert script is not None
    told_it = AnsweredBy(kind=who, seconds=round(now - known.answered_at, 3))
    if who == "person" or (who == "unknown" and known.stage == "who"):
        turn, actions = _greet(turn, known, now)
    elif who == "machine" and (script.message or told(known.heard.text) is None):
        turn, dropped = _fall_silent(turn, now)
        known = replace(known, stage="before_message", since=now, by_length=known.stage == "who")
        turn, actions = _wait_for_its_end(turn, known, now)
        actions = [*dropped, *actions]
    elif who == "screening" and known.met < MENUS:
        turn, actions = _wait_for_its_end(turn, replace(known, stage="before_introduction", met=known.met + 1), now)
    elif who == "ivr" and script.keys and known.met < MENUS:
        turn, actions = _wait(turn, replace(known, stage="put_through", met=known.met + 1, heard=Heard(now)), now)
        actions = [PressKeys(digits=script.keys), *actions]
    else:
        turn, actions = _hang_up(turn, now)
    return turn, [told_it, *actions]


def _greet(turn: Turn, known: Screening, now: float) -> Outcome:
    """What they have said is no turn of theirs: we called them."""
    actions: list[TurnAction] = [EndUtterance(utterance=turn.utterance)]
    turn = replace(moves.end_utterance(turn), screening=replace(known, stage="greeted", since=now), speech_end=now)
    if turn.asked is None:
        turn, asking = moves.ask_about(turn, "answered", now)
        actions.append(asking)
    turn, taken = moves.take(turn, now)
    return turn, [*actions, *taken]


def _wait(turn: Turn, known: Screening, now: float) -> Outcome:
    """For somebody else; what was said until now was not them."""
    ended = EndUtterance(utterance=turn.utterance)
    turn, actions = _decide(moves.end_utterance(turn), known, now)
    return turn, [ended, *actions]


def _wait_for_its_end(turn: Turn, known: Screening, now: float) -> Outcome:
    """A machine's, then it is our turn."""
    message = known.stage == "before_message"
    script = turn.script
    assert script is not None
    at = done_at(known.heard, NO_BEEP if message else ITS_TURN)
    limit = known.since + MAYBE_A_MENU if message and not script.message else known.answered_at + TALKS_LIMIT
    if now >= limit or (message and not script.message and at is not None and now >= at):
        return _hang_up(turn, now)
    if at is not None and now >= at:
        return _leave_message(turn, script, now) if message else _introduce(turn, script, known, now)
    return replace(turn, screening=known, deadline=limit if at is None else min(at, limit)), []


def _leave_message(turn: Turn, script: Script, now: float) -> Outcome:
    reply = turn.replies + 1
    turn = replace(turn, screening=None, replies=reply, speaking=reply, then="hang_up", hang_up_reason="voicemail_left")
    return moves.speak(turn, now), [PlayText(script.message, script.language, reply)]


def _introduce(turn: Turn, script: Script, known: Screening, now: float) -> Outcome:
    reply = turn.replies + 1
    turn = replace(turn, screening=replace(known, stage="introducing"), replies=reply, speaking=reply)
    return replace(turn, deadline=now + moves.SOUND_LIMIT), [PlayText(script.introduction, script.language, reply)]


def _hang_up(turn: Turn, now: float) -> Outcome:
    turn, dropped = _fall_silent(turn, now)
    turn, actions = moves.finish(replace(turn, screening=None, then="hang_up", hang_up_reason="machine"), now)
    return turn, [*dropped, *actions]


def _fall_silent(turn: Turn, now: float) -> Outcome:
    """What we were about to say, or have begun to, was for a person."""
    if turn.phase is Phase.SCREENING:
        dropped: list[TurnAction] = [CancelAnswer(turn.asked.turn)] if turn.asked is not None else []
        return replace(turn, asked=None, answer=None), dropped
    turn, actions = moves.listen(turn, now)
    return replace(turn, phase=Phase.SCREENING), [DropSound(), Unduck(), *actions]
