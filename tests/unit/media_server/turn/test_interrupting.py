"""Who falls silent for whom: words, sounds, a "haan", and a caller who puts us on hold."""

import pytest

from core.commands import Commit, Hold, Unhold
from core.sites import Patience
from media_server.turn.machine import HELD_LIMIT
from media_server.turn.state import AskBrain, Drained, Duck, PauseSound, Phase, SpeechStarted, SpeechStopped, Unduck
from tests.stories import answered, asked

PATIENCE = Patience()


def test_the_caller_interrupts_with_words() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("what about", 8.2)
    assert story.of(Duck) and not story.of(PauseSound), "too early to say"
    story.until(8.33)
    assert story.when(PauseSound) == pytest.approx(8.32)
    story.happens(SpeechStopped(9.5), 9.56).is_understood("what about refunds", 9.7).until(10.2)
    assert story.last(AskBrain).ask.turn == 2
    assert "DropSound" in story.names()[-4:]


def test_one_word_alone_may_be_a_haan_half_heard() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("who", 8.2).happens(SpeechStopped(8.25), 8.31)
    assert not story.of(PauseSound)
    assert story.is_understood("haan", 8.45).phase is Phase.SPEAKING


def test_a_word_that_is_no_haan_stops_us_as_soon_as_it_comes() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("haan", 8.2).partly("kya aap", 8.38)
    assert story.when(PauseSound) == pytest.approx(8.38)
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("refund", 8.35)
    assert story.when(PauseSound) == pytest.approx(8.35)


def test_the_end_of_a_haan_heard_as_another_word_does_not_stop_us() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("haan", 8.25).partly("aap", 8.36)
    assert not story.happens(SpeechStopped(8.34), 8.4).of(PauseSound)
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("haan", 8.25).partly("aap", 8.36).until(8.5)
    assert story.when(PauseSound) == pytest.approx(8.42), "it goes on"


def test_stop_stops_at_once() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("ruko", 8.15)
    assert story.when(PauseSound) == pytest.approx(8.15)


def test_a_sound_without_words_stops_us_too_and_we_go_on_when_it_was_nothing() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).until(8.5)
    assert story.when(PauseSound) == pytest.approx(8.42)
    story.happens(SpeechStopped(8.6), 8.66).is_understood("", 8.8).until(8.6 + PATIENCE.resume + 0.01)
    assert story.names()[-2:] == ["Unduck", "ResumeSound"]
    assert story.phase is Phase.SPEAKING


def test_mm_hm_does_not_stop_the_agent() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).partly("haan ji", 8.25)
    story.happens(SpeechStopped(8.4), 8.46).is_understood("haan ji", 8.6)
    assert not story.of(PauseSound)
    assert story.phase is Phase.SPEAKING and isinstance(story.of(Unduck)[-1], Unduck)
    assert len(story.of(AskBrain)) == 1


def test_yes_to_our_question_is_an_answer_even_over_our_last_words() -> None:
    story = asked().is_answered(6.7, expects="yes_no").happens(SpeechStarted(8.0), 8.1)
    story.happens(SpeechStopped(8.3), 8.36).is_understood("haan ji", 8.5).until(8.7)
    assert story.last(AskBrain).ask.text == "haan ji"
    assert story.when(Commit) == pytest.approx(8.3 + PATIENCE.end_of_turn_answer)


def test_our_answer_may_end_while_the_caller_interrupts() -> None:
    story = answered().happens(SpeechStarted(8.0), 8.1).happens(Drained(answered().speaking), 8.2)
    assert story.phase is Phase.HEARING
    story.happens(SpeechStopped(9.0), 9.06).is_understood("and refunds", 9.2).until(10.1)
    assert story.last(AskBrain).ask.turn == 2
    assert story.phase is Phase.THINKING


def test_hold_keeps_our_words_for_later() -> None:
    story = answered().happens(Hold(), 7.5).happens(SpeechStarted(8.0), 8.1)
    assert story.phase is Phase.HELD
    story.happens(Unhold(), 60.0)
    assert story.phase is Phase.SPEAKING and story.names()[-1] == "ResumeSound"


def test_a_hold_whose_end_nobody_told_us_of_does_not_last_for_ever() -> None:
    story = answered().happens(Hold(), 7.5).until(7.5 + HELD_LIMIT - 1)
    assert story.phase is Phase.HELD
    assert story.until(7.5 + HELD_LIMIT + 1).phase is Phase.SPEAKING
    assert story.until(7.5 + 2 * HELD_LIMIT).turn.over, "nobody is there any more"
