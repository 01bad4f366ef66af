"""A call of ours is answered: nothing is said until it is known by whom, and then the right thing."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from core.commands import AnsweredBy, BrainFailed, Commit, PressKeys
from core.sites import Patience
from core.speech import EndUtterance
from media_server.screening import heard
from media_server.screening.heard import ToneHeard
from media_server.screening.script import Script
from media_server.turn.screening import IN_DOUBT, ITS_TURN, MAYBE_A_MENU, NO_BEEP, TALKS_LIMIT
from media_server.turn.state import (
    AskBrain,
    CallAnswered,
    CancelAnswer,
    Drained,
    DropSound,
    HangUp,
    OpenGate,
    Phase,
    PlayPhrase,
    PlayText,
    SoundStarted,
    SpeakingLost,
    SpeechStarted,
    SpeechStopped,
    SpeechSuspected,
    Turn,
    TurnAction,
)
from tests.stories import Story

SCRIPT = Script(
    screen=True, language="en", message="Asha from Sharma Traders. Bye.", introduction="This is Sharma Traders.", keys="2w"
)
SILENT = dataclasses.replace(SCRIPT, message="", keys="")
AUDIBLE = (OpenGate, PlayPhrase, PlayText)


def answered(script: Script = SCRIPT) -> Story:
    turn = Turn(patience=Patience(), language="en", operator="humans", script=script)
    return Story(turn).happens(CallAnswered(), 0.0)


def first(story: Story, kind: type[TurnAction]) -> float:
    return next(at for at, action in story.did if isinstance(action, kind))


def kinds(story: Story) -> list[str]:
    return [told.kind for told in story.of(AnsweredBy)]


def is_silent(story: Story) -> bool:
    return not any(isinstance(action, AUDIBLE) for _, action in story.did)


# ── a person ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_is_greeted_within_300_ms_of_their_hello_and_not_before() -> None:
    story = answered().speaks(0.8, 1.3)
    assert is_silent(story)
    story.until(1.6)
    assert 1.3 < story.when(OpenGate) <= 1.6
    assert kinds(story) == ["person"] and story.phase is Phase.THINKING


def test_the_brain_is_asked_at_the_answer_so_that_its_first_words_are_there_when_they_may_be_said() -> None:
    story = answered().speaks(0.8, 1.3)
    asked = story.last(AskBrain)
    assert (story.when(AskBrain), asked.ask.news, asked.ask.text) == (0.0, "answered", "")
    assert not story.of(Commit)
    story.until(2.0)
    assert story.last(OpenGate).reply == asked.reply and len(story.of(AskBrain)) == 1 and len(story.of(Commit)) == 1


def test_their_hello_is_no_turn_of_theirs() -> None:
    story = answered().speaks(0.8, 1.3).until(2.0)
    assert story.of(EndUtterance) and story.turn.utterance == 1


def test_who_goes_on_after_a_breath_is_not_talked_over() -> None:
    story = answered().speaks(0.8, 1.2).happens(SpeechSuspected(), 1.44).speaks(1.4, 2.2)
    assert is_silent(story.until(2.5))
    story.until(3.1)
    assert kinds(story) == ["person"]


def test_a_firm_that_says_its_name_first_is_a_person_by_its_words() -> None:
    story = answered().happens(SpeechStarted(0.5), 0.6)
    story.partly("sharma traders namaste main ravi bol raha hoon", 2.0)
    story.happens(SpeechStopped(3.9), 3.96).until(5.0)
    assert kinds(story) == ["person"]


def test_who_says_nothing_is_greeted_in_the_end() -> None:
    story = answered().until(heard.NOTHING_HEARD + 0.1)
    assert kinds(story) == ["unknown"] and story.phase is Phase.THINKING


def test_a_cough_is_no_hello() -> None:
    assert is_silent(answered().speaks(0.5, 0.55).until(2.0))


def test_a_call_that_is_not_screened_begins_with_the_brains_words_at_once() -> None:
    story = answered(dataclasses.replace(SCRIPT, screen=False))
    assert story.when(OpenGate) == 0.0 and not story.of(AnsweredBy) and not story.of(PlayPhrase)


def test_a_brain_that_failed_meanwhile_is_asked_again_when_somebody_is_there() -> None:
    story = answered()
    ask = story.last(AskBrain).ask
    story.happens(BrainFailed(turn=ask.turn, revision=ask.revision, detail="away"), 0.5).speaks(0.8, 1.3).until(2.0)
    assert story.when(AskBrain) > 1.3 and story.phase is Phase.THINKING


# ── a machine ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_does_not_wait_for_us_is_a_machine() -> None:
    story = answered(SILENT).happens(SpeechStarted(1.0), 1.1).until(1.0 + heard.UNBROKEN + 0.01)
    assert kinds(story) == ["machine"] and story.of(CancelAnswer)
    story.until(1.0 + heard.UNBROKEN + MAYBE_A_MENU + 0.01)
    assert story.last(HangUp).reason == "machine" and story.phase is Phase.LEAVING and is_silent(story)


def test_pauses_between_its_sentences_do_not_make_it_a_person() -> None:
    story = answered(SILENT).speaks(0.8, 2.2).speaks(2.6, 3.1)
    assert kinds(story) == ["machine"]


def test_a_machine_by_its_sound_may_turn_out_to_ask_who_calls() -> None:
    story = answered().happens(SpeechStarted(0.5), 0.6).until(3.0).partly("please state your name and why you are calling", 4.0)
    assert kinds(story) == ["machine", "screening"]
    assert story.happens(SpeechStopped(4.2), 4.3).until(5.1).last(PlayText).text == SCRIPT.introduction


def test_its_words_tell_it_sooner() -> None:
    story = answered(SILENT).happens(SpeechStarted(1.0), 1.1).partly("please leave a message", 2.0)
    assert story.when(AnsweredBy) == 2.0 and story.last(HangUp).reason == "machine"


def test_the_message_is_left_right_after_the_beep_and_then_we_hang_up() -> None:
    story = answered().happens(SpeechStarted(1.0), 1.1).happens(SpeechStopped(6.0), 6.06)
    story.happens(ToneHeard(6.5, 7.0, beep=True), 7.2)
    assert (story.last(PlayText).text, story.when(PlayText)) == (SCRIPT.message, 7.2)
    story.happens(SoundStarted(story.turn.speaking or 0)).speaks(8.0, 9.0)
    assert story.phase is Phase.SPEAKING, "whatever it says now"
    story.happens(Drained(story.turn.speaking or 0), 15.0)
    assert story.last(HangUp).reason == "voicemail_left"


def test_a_machine_that_does_not_beep_gets_the_message_after_a_silence() -> None:
    story = answered().happens(SpeechStarted(1.0), 1.1).happens(SpeechStopped(6.0), 6.06).until(6.0 + NO_BEEP - 0.1)
    assert is_silent(story)
    assert story.until(6.0 + NO_BEEP).of(PlayText)


def test_a_beep_before_its_last_words_is_not_the_one() -> None:
    story = answered().happens(SpeechStarted(1.0), 1.1).happens(SpeechStopped(3.4), 3.46)
    story.happens(SpeechStarted(3.9), 4.0).happens(ToneHeard(3.5, 3.7, beep=True), 4.1)
    assert is_silent(story)


def test_a_machine_that_talks_for_ever_is_left_alone() -> None:
    story = answered().happens(SpeechStarted(1.0), 1.1).until(TALKS_LIMIT)
    assert story.last(HangUp).reason == "machine" and is_silent(story)


def test_a_voice_that_fails_on_a_machine_costs_nobody_a_call() -> None:
    story = answered().happens(SpeechStarted(1.0), 1.1).happens(ToneHeard(4.0, 4.4, beep=True), 4.6)
    story.happens(SpeechStopped(3.9), 4.7).until(8.0).happens(SpeakingLost())
    assert story.last(HangUp).reason == "machine" and not story.of(PlayPhrase)


def test_somebody_greeted_who_turns_out_to_be_a_machine_is_one() -> None:
    story = answered().speaks(0.8, 1.2).until(1.6)
    story.happens(SoundStarted(story.turn.answer or 0)).happens(SpeechStarted(1.7), 1.8)
    story.partly("leave your name and number after the tone", 4.0)
    assert kinds(story) == ["person", "machine"] and story.of(DropSound) and story.phase is Phase.SCREENING
    story.happens(SpeechStopped(5.0), 5.06).happens(ToneHeard(5.2, 5.6, beep=True), 5.8)
    assert story.last(PlayText).text == SCRIPT.message


def test_a_greeting_with_a_breath_after_hello_is_a_machine_without_words_too() -> None:
    story = answered(SILENT).speaks(0.8, 1.2).until(1.6).speaks(1.6, 4.5).until(7.6)
    assert kinds(story) == ["person", "machine"] and story.last(HangUp).reason == "machine"


def test_a_person_who_waited_and_then_tells_us_a_lot_stays_one() -> None:
    story = answered(SILENT).speaks(0.8, 1.2).until(2.2).speaks(2.2, 7.5).until(IN_DOUBT + 1)
    assert kinds(story) == ["person"] and not story.of(HangUp)


def test_what_people_say_later_can_not_make_machines_of_them() -> None:
    story = answered(SILENT).speaks(0.8, 1.2).until(IN_DOUBT + 1).happens(SpeechStarted(IN_DOUBT + 1))
    story.partly("can i leave a message for him", IN_DOUBT + 3)
    assert kinds(story) == ["person"] and story.turn.screening is None


def test_a_firm_that_says_a_long_sentence_and_then_waits_is_a_person_after_all() -> None:
    for script in (SCRIPT, SILENT):
        story = answered(script).happens(SpeechStarted(0.6), 0.7).until(3.0)
        story.partly("sharma traders how may i help you", 3.9).happens(SpeechStopped(3.9), 4.0).until(5.5)
        assert kinds(story) == ["machine", "person"]
        assert (story.phase, story.last(AskBrain).ask.news) == (Phase.THINKING, "answered")
        assert 3.9 + heard.WAITED <= story.when(OpenGate) < 3.9 + heard.WAITED + 0.1
        story.is_answered(5.6).speaks(6.5, 7.4).until(9.0)
        assert kinds(story) == ["machine", "person"], "and what they say then makes no machine of them"


def test_who_goes_on_beeps_or_speaks_of_messages_stays_a_machine() -> None:
    wordless = answered(SILENT).speaks(0.6, 3.9).until(9.0)
    goes_on = answered(SILENT).speaks(0.6, 3.0).speaks(3.8, 6.2).until(9.0)
    beeps = answered().speaks(0.6, 3.0).happens(ToneHeard(3.6, 3.9, beep=True), 4.1).until(6.0)
    words = answered(SILENT).partly("please leave a message", 2.9).speaks(3.0, 4.0).until(8.0)
    assert [set(kinds(story)) for story in (wordless, goes_on, beeps, words)] == [{"machine"}] * 4
    assert beeps.of(PlayText)[0].text == SCRIPT.message


# ── tones ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_busy_tone_is_a_machine() -> None:
    story = answered(SILENT)
    for number in range(3):
        story.happens(ToneHeard(number + 0.5, number + 1.0, beep=False), number + 1.2)
    assert kinds(story) == ["machine"]


def test_while_it_rings_we_wait() -> None:
    story = answered(SILENT)
    for began in (0.5, 1.1, 3.5, 4.1, 6.5, 7.1, 9.5):
        story.happens(ToneHeard(began, began + 0.4, beep=True), began + 0.6)
    assert not kinds(story)
    assert kinds(story.speaks(10.5, 11.0).until(12.0)) == ["person"]


def test_a_bare_beep_is_a_voicemail_without_a_word() -> None:
    story = answered().happens(ToneHeard(0.6, 1.0, beep=True), 1.2)
    assert is_silent(story)
    assert story.until(1.0 + heard.RINGING_GAP).last(PlayText).text == SCRIPT.message


# ── menus, and who asks who calls ────────────────────────────────────────────────────────────────────────────────────
def test_a_menu_gets_its_keys_and_a_person_behind_it_is_greeted() -> None:
    story = answered().happens(SpeechStarted(0.5), 0.6).partly("for sales press one", 2.0)
    assert story.last(PressKeys).digits == "2w" and kinds(story) == ["ivr"]
    story.happens(SpeechStopped(2.2), 2.26).speaks(9.0, 9.5).until(10.0)
    assert kinds(story) == ["ivr", "person"]


def test_a_menu_is_hung_up_on_where_nobody_knows_its_keys() -> None:
    story = answered(SILENT).happens(SpeechStarted(0.5), 0.6).partly("for sales press one", 2.0)
    assert story.last(HangUp).reason == "machine" and is_silent(story)


def test_a_menu_that_goes_round_in_circles_is_left() -> None:
    story = answered()
    for at in (1.0, 5.0, 9.0):
        story.happens(SpeechStarted(at), at + 0.1)
        story.partly("press one for sales", at + 1).happens(SpeechStopped(at + 2), at + 2.1)
    assert len(story.of(PressKeys)) == 2 and story.last(HangUp).reason == "machine"


def test_who_asks_who_calls_is_told_and_the_person_who_comes_is_greeted() -> None:
    story = answered().happens(SpeechStarted(0.5), 0.6).partly("please state your name", 2.0)
    assert is_silent(story)
    story.happens(SpeechStopped(4.0), 4.06).until(4.0 + ITS_TURN)
    assert story.last(PlayText).text == SCRIPT.introduction
    story.happens(SpeechStarted(5.0), 5.1).happens(SpeechStopped(5.3), 5.4)
    story.happens(Drained(story.turn.speaking or 0), 7.0)
    story.happens(SpeechStarted(8.0), 8.1)
    story.partly("thank you please stay on the line", 9.0).happens(SpeechStopped(9.4), 9.5).until(12.0)
    assert kinds(story) == ["screening"] and not story.of(OpenGate)
    assert kinds(story.speaks(15.0, 15.6).until(16.0)) == ["screening", "person"] and story.of(OpenGate)


def test_nobody_behind_it_is_waited_for_only_so_long() -> None:
    story = answered().happens(SpeechStarted(0.5), 0.6).partly("please state your name", 2.0)
    story.happens(SpeechStopped(4.0), 4.06).until(5.0).happens(Drained(story.turn.speaking or 0), 7.0)
    story.until(7.0 + heard.PUT_THROUGH)
    assert story.last(HangUp).reason == "machine" and kinds(story) == ["screening", "unknown"]


# ── anything in any order ────────────────────────────────────────────────────────────────────────────────────────────
SOUNDS = st.sampled_from(("speaks", "pauses", "beep", "tone", "hello", "leave a message", "press one", "state your name"))


@given(st.lists(st.tuples(st.floats(0.01, 3), SOUNDS), max_size=40))
def test_a_decision_always_comes_and_nothing_is_said_before_it(events: list[tuple[float, str]]) -> None:
    story, speaking, rang_until = answered(), False, 0.0
    for wait, sound in events:
        story.until(story.now + wait)
        if story.of(AnsweredBy):
            break
        match sound:
            case "speaks" | "pauses" if speaking == (sound == "pauses"):
                speaking = not speaking
                story.happens((SpeechStarted if speaking else SpeechStopped)(story.now))
            case "beep" | "tone":
                rang_until = story.now + heard.RINGS_ON
                story.happens(ToneHeard(story.now - 0.5, story.now - 0.2, beep=sound == "beep"))
            case "hello" | "leave a message" | "press one" | "state your name":
                story.partly(sound, story.now)
    assert story.of(AnsweredBy) or is_silent(story)
    story.until(max(story.now, heard.LIMIT, rang_until) + 0.01)
    decided = first(story, AnsweredBy)
    assert decided <= max(heard.LIMIT, rang_until)
    assert all(at >= decided for at, action in story.did if isinstance(action, AUDIBLE))
    assert story.turn.over or story.turn.deadline is not None
