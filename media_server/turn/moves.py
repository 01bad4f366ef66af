"""The moves that several phases of the turn machine share: from one state to the next, with what is to be done."""

from collections.abc import Sequence
from dataclasses import replace

from core.commands import Ask, Commit, News, Say, Sentence, SumUp, ToolFinished, ToolStarted, TransferReason
from core.speech import EndUtterance, Final
from media_server.turn import words
from media_server.turn.endpoint import learn_pause, silence_needed
from media_server.turn.state import (
    AskBrain,
    CancelAnswer,
    DropSound,
    HangUp,
    OpenGate,
    PauseSound,
    Phase,
    PhraseName,
    PlayPhrase,
    PlayText,
    ResumeSound,
    Transfer,
    Turn,
    TurnAction,
    Unduck,
)

SPEECH_LIMIT = 30.0
"""Longest utterance before we take the turn anyway."""
SOUND_LIMIT = 60.0
"""Longest that one reply may sound."""
REST_LIMIT = 4.0
"""Longest silence in the middle of our answer until the brain goes on with it."""
LEAVING_LIMIT = 10.0
"""Longest wait for Asterisk to act on HangUp or Transfer."""
AWAY_LIMIT = 1800.0
"""Longest that a person may be looked for: the controller ends it sooner, one way or the other."""
SPOKE = 1.0
"""Speech this long that yields no words was said to us: we ask for it again. Shorter sounds are let go."""
INSISTING = 2.0
"""Reply limits for who asks again and again, lest each "hello?" begins the wait anew for a brain that hangs."""
MAX_DIGITS = 20
BELIEVED = 0.5
"""Confidence from which words tell the caller's language: a misheard word should not change ours."""

Outcome = tuple[Turn, Sequence[TurnAction]]


# ── the caller's side ────────────────────────────────────────────────────────────────────────────────────────────────
def hear(turn: Turn) -> Turn:
    return replace(turn, phase=Phase.HEARING, deadline=turn.speech_start + SPEECH_LIMIT, flushed=False, final=None)


def pause(turn: Turn, at: float) -> Turn:
    return replace(turn, phase=Phase.PAUSED, speech_end=at, deadline=at + turn.patience.pause, flushed=False, final=None)


def listen(turn: Turn, now: float) -> Outcome:
    """Both are silent; whatever was begun is dropped."""
    actions = [EndUtterance(utterance=turn.utterance), *_cancel(turn)]
    turn = replace(end_utterance(turn), phase=Phase.LISTENING, speaking=None, interrupted=False)
    return replace(turn, asked=None, answer=None, committed=False, deadline=now + turn.patience.no_input), actions


def end_utterance(turn: Turn) -> Turn:
    return replace(turn, utterance=turn.utterance + 1, flushed=False, final=None, partial="", cut_off_until=0.0)


def give_back(turn: Turn, at: float) -> Outcome:
    """We took the turn and the caller goes on: what comes belongs to it. We fall silent, and may go on if it was a cough."""
    turn = replace(turn, inner_pause=learn_pause(turn.inner_pause, max(0.0, at - turn.speech_end)))
    return hear(replace(turn, committed=False, speaking=None)), [PauseSound()]


def understand(turn: Turn, final: Final, now: float) -> Outcome:
    """The recogniser's words for this pause are here: ask the brain about them, and see how long to wait for more."""
    turn = replace(turn, final=final)
    over_us = turn.speaking is not None
    pending = turn.asked is not None and not turn.committed
    brief = turn.speech_end - turn.speech_start < SPOKE
    murmur = words.is_backchannel(final.text) or (brief and final.confidence < BELIEVED and not words.says_stop(final.text))
    if over_us and murmur and final.text and turn.expects != "yes_no":
        return go_on(turn, now)
    if not final.text and (pending or brief):
        wait = turn.patience.resume if turn.interrupted else turn.patience.pause
        return replace(turn, deadline=max(now, turn.speech_end + wait)), []
    stop: list[TurnAction] = [PauseSound()] if over_us and not turn.interrupted else []
    wanted = turn.digits_wanted if turn.expects == "digits" else 0
    needed = silence_needed(final.text, final.confidence, turn.expects, wanted, turn.inner_pause, turn.patience)
    turn = replace(turn, interrupted=over_us, deadline=max(now, turn.speech_end + needed))
    if pending and turn.asked is not None and words.same_words(turn.asked.text, final.text):
        taken_before = turn.released == turn.answer  # only a cough held it up
        return replace(turn, deadline=now) if taken_before else turn, stop
    turn, asking = ask(turn, final)
    return turn, [*stop, asking]


def key(turn: Turn, digit: str, now: float) -> Outcome:
    """A key: a number begins, goes on, ends (#) or is taken back (*). A # after a number that was whole anyway ends nothing."""
    actions: list[TurnAction] = []
    if turn.phase is not Phase.KEYING:
        if digit == "#":
            return turn, []
        turn, ended = listen(turn, now)
        turn = replace(turn, digits="")
        actions = [DropSound(), Unduck(), *ended]
    digits = "" if digit == "*" else turn.digits if digit == "#" else (turn.digits + digit)[:MAX_DIGITS]
    turn = replace(turn, phase=Phase.KEYING, digits=digits, deadline=now + turn.patience.digits)
    if digit == "#" or (turn.expects == "digits" and len(digits) == turn.digits_wanted):
        turn, submitted = submit_digits(turn, now)
        actions += submitted
    return turn, actions


def submit_digits(turn: Turn, now: float) -> Outcome:
    if not turn.digits:
        return listen(turn, now)
    keyed = Final(utterance=turn.utterance, revision=turn.flushes, text=turn.digits, language=turn.language, confidence=1.0)
    turn, asking = ask(replace(turn, digits="", speech_end=now), keyed, via_keypad=True)
    turn, actions = take(turn, now)
    return turn, [asking, *actions]


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────────────────────
def ask(turn: Turn, final: Final, via_keypad: bool = False, news: News = "") -> tuple[Turn, AskBrain]:
    """Ask the brain, aloud only once the turn is taken. The same turn again if its answer has not been heard yet."""
    fresh = turn.asked is None or turn.answer == turn.speaking
    asking = Ask(
        turn=turn.number + 1 if fresh else turn.number,
        revision=turn.revision + 1,
        text=final.text,
        language=final.language,
        confidence=final.confidence,
        via="keypad" if via_keypad else "voice",
        news=news,
    )
    reply = turn.replies + 1
    turn = replace(turn, number=asking.turn, revision=asking.revision, replies=reply, answer=reply, asked=asking)
    return replace(turn, committed=False, then="listen", tool_works=False, conceals=None), AskBrain(asking, reply)


def ask_about(turn: Turn, news: News, now: float) -> tuple[Turn, AskBrain]:
    """The caller has said nothing, but this has happened to them."""
    nothing = Final(utterance=turn.utterance, revision=turn.flushes, text="", language=turn.language, confidence=1.0)
    return ask(replace(turn, speech_end=now, retried=False), nothing, news=news)


def take(turn: Turn, now: float) -> Outcome:
    """The turn is ours."""
    asked, answer = turn.asked, turn.answer
    assert asked is not None and answer is not None
    # a caller who only coughed while we were thinking hears the answer that was on its way
    out: TurnAction = ResumeSound() if turn.released == answer else DropSound()
    turn = replace(turn, phase=Phase.THINKING, committed=True, speaking=None, interrupted=False, released=answer)
    turn = keep_secret(turn)
    believed = asked.text and asked.confidence >= BELIEVED
    turn = replace(turn, language=asked.language if believed else turn.language, reminders=0)
    first = turn.speech_end + turn.patience.hold_line
    hold = first if now < first else now + turn.patience.hold_line  # a slow recogniser has had its holding line
    since = now if turn.unanswered_since is None else turn.unanswered_since
    limit = min(now + turn.patience.reply_limit, since + INSISTING * turn.patience.reply_limit)
    turn = replace(turn, deadline=hold, answer_limit=limit, unanswered_since=since)
    return turn, [out, Unduck(), Commit(turn=asked.turn, revision=asked.revision), OpenGate(answer)]


def close(turn: Turn) -> Outcome:
    """Who hangs up has finished: what they said last counts, though nobody hears the answer."""
    last = turn.asked if turn.phase is Phase.PAUSED and not turn.committed else None
    taken = [] if last is None else [Commit(turn=last.turn, revision=last.revision)]
    return replace(turn, phase=Phase.OVER, deadline=None), taken


def keep_secret(turn: Turn) -> Turn:
    """A secret is awaited from when its question is certain to be heard, until the caller's words are taken and answered."""
    return replace(turn, secret=turn.conceals) if turn.committed and turn.conceals is not None else turn


def answer_failed(turn: Turn, now: float) -> Outcome:
    """One retry, then a person."""
    if turn.asked is None or turn.retried:
        return give_up(turn, "brain_failed", now)
    asked, committed = turn.asked, turn.committed
    again = Final(
        utterance=turn.utterance, revision=turn.flushes, text=asked.text, language=asked.language, confidence=asked.confidence
    )
    turn, asking = ask(replace(turn, retried=True), again, asked.via == "keypad", asked.news)
    if not committed:
        return turn, [asking]
    waiting = turn.deadline
    turn, actions = take(turn, now)
    return replace(turn, deadline=waiting), [asking, *actions]


def run_dry(turn: Turn, now: float) -> Turn:
    """The brain has not said the rest of our answer yet: a holding line soon, and in the end we don't wait for it."""
    turn = replace(turn, dry=turn.answer)
    return speak(turn, now) if turn.phase is Phase.SPEAKING else turn


def progress(turn: Turn, sign: Sentence | ToolStarted | ToolFinished, now: float) -> Turn:
    """The brain works on our answer: it gets its time anew."""
    waited = turn.owed and turn.phase is Phase.SPEAKING
    if isinstance(sign, Sentence):
        turn = replace(turn, dry=None, unanswered_since=None, unbroken=turn.answer if sign.whole else turn.unbroken)
    else:
        turn = replace(turn, tool_works=isinstance(sign, ToolStarted))
    return speak(turn, now) if waited else turn


def finish(turn: Turn, now: float) -> Outcome:
    """Our reply has been heard to its end."""
    ended: list[TurnAction] = [EndUtterance(utterance=turn.utterance)] if turn.cut_off_until else []
    turn = end_utterance(turn) if turn.cut_off_until else turn
    turn = replace(turn, asked=None, answer=None, committed=False, retried=False, speaking=None)
    if turn.then == "listen":
        return replace(turn, phase=Phase.LISTENING, interrupted=False, deadline=now + turn.patience.no_input), ended
    leaving = replace(turn, phase=Phase.LEAVING, deadline=now + LEAVING_LIMIT)
    if turn.then == "hang_up":
        return leaving, [*ended, HangUp(turn.hang_up_reason)]
    return leaving, [*ended, Transfer(turn.destination, turn.transfer_reason, turn.summary)]


def drained(turn: Turn) -> Turn:
    """Our reply ended while the caller was making sounds over it."""
    if turn.answer == turn.speaking:
        turn = replace(turn, asked=None, answer=None, committed=False, retried=False)
    return replace(turn, speaking=None, interrupted=False)


# ── our sound ────────────────────────────────────────────────────────────────────────────────────────────────────────
def speak(turn: Turn, now: float) -> Turn:
    """We are heard, or about to be; or the brain has to go on before we can."""
    turn = replace(turn, phase=Phase.SPEAKING, interrupted=False)
    if not turn.owed:
        return replace(turn, deadline=now + SOUND_LIMIT)
    limit = now + (turn.patience.reply_limit if turn.tool_works else REST_LIMIT)
    return replace(turn, deadline=min(now + turn.patience.hold_line, limit), answer_limit=limit)


def play(turn: Turn, phrase: PhraseName, now: float) -> Outcome:
    reply = turn.replies + 1
    return speak(replace(turn, replies=reply, speaking=reply), now), [PlayPhrase(phrase, reply)]


def keep_waiting(turn: Turn, now: float) -> Outcome:
    """For the brain: a holding line every now and then, and a person at the limit."""
    if now >= turn.answer_limit:
        return give_up(turn, "brain_failed", now)
    return hold_on(replace(turn, deadline=min(now + turn.patience.hold_line_again, turn.answer_limit)))


def hold_on(turn: Turn) -> Outcome:
    """A holding line: "line par bane rahiye…". It goes ahead of the answer and waits for nothing."""
    reply = turn.replies + 1
    return replace(turn, replies=reply), [PlayPhrase("hold", reply)]


def say(turn: Turn, words_to_say: Say) -> Outcome:
    reply = turn.replies + 1
    return replace(turn, replies=reply), [PlayText(words_to_say.text, words_to_say.language, reply)]


def interrupt(turn: Turn) -> Outcome:
    return replace(hear(turn), interrupted=True), [PauseSound()]


def go_on(turn: Turn, now: float) -> Outcome:
    """What was heard over us was no interruption."""
    actions: list[TurnAction] = [EndUtterance(utterance=turn.utterance), Unduck()]
    if turn.interrupted:
        actions.append(ResumeSound())
    return speak(end_utterance(turn), now), actions


def give_up(turn: Turn, reason: TransferReason, now: float) -> Outcome:
    """An apology that needs no engine, and a person. If even that fails: the person at once."""
    if turn.hang_up_reason == "voicemail_left":  # to a machine
        return finish(replace(turn, hang_up_reason="machine"), now)
    if turn.then == "transfer" and turn.asked is None:
        return finish(turn, now)
    actions: list[TurnAction] = [DropSound(), Unduck(), *_cancel(turn)]
    turn = replace(turn, then="transfer", destination=turn.operator, transfer_reason=reason)
    turn = replace(turn, asked=None, answer=None, secret=False)
    turn, apology = play(turn, "apology", now)
    return turn, [*actions, *apology]


# ── while a person is looked for ─────────────────────────────────────────────────────────────────────────────────────
def announce_transfer(turn: Turn, now: float) -> Outcome:
    """Not our idea: whatever was being said ends here, and the caller hears where they go."""
    if turn.then == "transfer":
        return turn, []
    actions: list[TurnAction] = [DropSound(), Unduck(), *_cancel(turn)]
    turn = replace(turn, then="transfer", destination="", transfer_reason="ordered", summary="", asked=None, answer=None)
    turn, transfer = play(replace(turn, secret=False), "transfer", now)
    return turn, [*actions, SumUp(), *transfer]


def stand_by(turn: Turn, now: float) -> Outcome:
    actions: list[TurnAction] = [DropSound(), Unduck(), EndUtterance(utterance=turn.utterance), *_cancel(turn)]
    turn = replace(end_utterance(turn), phase=Phase.AWAY, deadline=now + AWAY_LIMIT, then="transfer")
    return replace(turn, asked=None, answer=None, committed=False, speaking=None, interrupted=False), actions


def come_back(turn: Turn, now: float) -> Outcome:
    """Nobody had time for the caller: what is said to that, and what it offers, the brain knows."""
    turn, asking = ask_about(turn, "nobody_free", now)
    turn, actions = take(turn, now)
    return turn, [asking, *actions]


def _cancel(turn: Turn) -> list[TurnAction]:
    return [CancelAnswer(turn.asked.turn)] if turn.asked is not None else []
