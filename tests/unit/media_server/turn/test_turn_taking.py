"""Whose turn it is: when the brain is asked, when the turn is taken, and what is one turn."""

import pytest

from core.commands import AnswerDone, Commit, Say
from core.sites import Patience
from core.speech import EndUtterance, Flush
from media_server.turn.state import (
    AskBrain,
    Drained,
    OpenGate,
    PauseSound,
    Phase,
    SoundStarted,
    SpeechStarted,
    SpeechStopped,
    SpeechSuspected,
)
from tests.stories import Story, answered, asked

PATIENCE = Patience()


def test_the_call_begins_with_the_greeting_and_then_listens() -> None:
    story = Story().greeted()
    assert story.phrases() == ["greeting"]
    assert story.phase is Phase.LISTENING


def test_the_brain_is_asked_at_the_first_pause_and_heard_when_the_turn_is_taken() -> None:
    story = asked().until(6.5)
    assert story.when(AskBrain) == pytest.approx(6.2)
    assert story.when(Commit) == pytest.approx(6.0 + PATIENCE.end_of_turn)
    assert story.last(OpenGate).reply == story.last(AskBrain).reply
    assert story.phase is Phase.THINKING


def test_words_that_ask_for_more_words_get_more_time() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("my order number is", 6.2).until(8.0)
    assert story.when(Commit) == pytest.approx(6.0 + PATIENCE.end_of_turn_open)


def test_words_that_are_hardly_believed_get_more_time() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("what are your delivery charges", 6.2, confidence=0.5).until(8.0)
    assert story.when(Commit) == pytest.approx(6.0 + 1.4 * PATIENCE.end_of_turn)


def test_a_caller_who_goes_on_within_the_pause_is_one_turn_with_the_newer_words() -> None:
    story = asked().happens(SpeechStarted(6.25), 6.35).happens(SpeechStopped(7.5), 7.56)
    story.is_understood("what are your delivery charges to pune", 7.7).until(8.5)
    assert [action.ask.turn for action in story.of(AskBrain)] == [1, 1]
    assert [action.revision for action in story.of(Commit)] == [story.last(AskBrain).ask.revision]
    assert len(story.of(EndUtterance)) == 0, "one utterance until our answer is heard"


def test_a_cough_while_we_think_delays_the_answer_and_asks_nothing_anew() -> None:
    story = asked().until(6.5).happens(SpeechStarted(6.55), 6.65).happens(SpeechStopped(6.7), 6.76)
    story.is_understood("what are your delivery charges", 6.9).until(7.2)
    assert len(story.of(AskBrain)) == 1
    assert story.phase is Phase.THINKING
    assert story.names()[-4:] == ["ResumeSound", "Unduck", "Commit", "OpenGate"]


def test_a_caller_who_goes_on_while_we_think_is_asked_about_as_a_whole() -> None:
    story = asked().until(6.5).speaks(6.6, 7.6).is_understood("what are your delivery charges to pune", 7.8).until(8.7)
    assert [action.ask.text for action in story.of(AskBrain)][-1] == "what are your delivery charges to pune"
    assert story.names()[-4:] == ["DropSound", "Unduck", "Commit", "OpenGate"]


def test_the_turn_is_not_taken_while_speech_is_suspected() -> None:
    story = asked().happens(SpeechSuspected(), 6.44).until(6.5)
    assert not story.of(Commit)
    story.happens(SpeechStarted(6.4), 6.52)
    assert story.phase is Phase.HEARING and not story.of(Commit)
    assert asked().happens(SpeechSuspected(), 6.44).until(6.6).of(Commit), "it was nothing"


def test_a_caller_cut_off_by_our_answer_is_let_finish_and_asked_about_as_a_whole() -> None:
    story = answered().happens(SpeechStarted(6.8), 6.9)
    assert story.phase is Phase.HEARING and story.of(PauseSound) and not story.of(EndUtterance)
    story.happens(SpeechStopped(7.6), 7.66).is_understood("what are your delivery charges to pune", 7.8).until(8.65)
    assert [action.ask.turn for action in story.of(AskBrain)] == [1, 1]
    assert story.names()[-4:] == ["DropSound", "Unduck", "Commit", "OpenGate"]


def test_a_cough_right_after_our_first_word_only_delays_the_rest() -> None:
    story = answered().happens(SpeechStarted(6.8), 6.9).happens(SpeechStopped(7.0), 7.06)
    story.is_understood("what are your delivery charges", 7.2).until(7.3)
    assert len(story.of(AskBrain)) == 1
    assert story.names()[-4:] == ["ResumeSound", "Unduck", "Commit", "OpenGate"]


def test_the_utterance_ends_with_the_answer_or_with_the_interruption() -> None:
    assert isinstance(answered().happens(Drained(answered().speaking), 9.0).did[-1][1], EndUtterance)
    assert answered().happens(SpeechStarted(8.0), 8.1).of(EndUtterance)


def test_late_answers_of_an_older_revision_are_ignored() -> None:
    story = asked().until(6.5)
    before = story.turn
    story.happens(AnswerDone(turn=1, revision=0, answer_source="knowledge", then="hang_up"))
    assert story.turn == before


def test_noise_that_never_ends_is_taken_as_a_turn() -> None:
    story = Story().greeted().happens(SpeechStarted(4.0), 4.1).until(34.3)
    assert len(story.of(Flush)) == 1
    story.is_understood("", 34.4)
    assert story.last(AskBrain).ask.text == ""


def test_a_short_noise_is_let_go() -> None:
    story = Story().greeted().speaks(4.0, 4.3).is_understood("", 4.5).until(5.0)
    assert story.phase is Phase.LISTENING and not story.of(AskBrain)


def test_what_software_asks_us_to_say_is_spoken_between_turns() -> None:
    story = Story().greeted().happens(Say(text="Your table is ready"), 4.0)
    reply = story.turn.replies
    story.happens(SoundStarted(reply), 4.1).happens(Drained(reply), 6.0)
    assert story.phase is Phase.LISTENING
