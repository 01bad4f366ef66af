"""What the law wants heard is said to its end, whoever speaks meanwhile, and what they say is not lost."""

import pytest

from core.commands import Digit, Sentence
from core.sites import Patience
from core.speech import Final, Flush
from media_server.screening.script import Script
from media_server.turn.state import (
    AskBrain,
    CallAnswered,
    Drained,
    DropSound,
    Duck,
    PauseSound,
    Phase,
    SaidWhole,
    SpeechStarted,
    SpeechStopped,
    Turn,
)
from tests.stories import Story

SILENT: tuple[type[object], ...] = (PauseSound, DropSound, Duck)


def disclosing() -> Story:
    """They said "hello?" from 0.8 to 1.2 s, and hear "This is a machine…" from 1.5 s on, for two seconds."""
    turn = Turn(patience=Patience(), language="en", operator="humans", script=Script(screen=True, language="en"))
    story = Story(turn).happens(CallAnswered(), 0.0)
    story.happens(Sentence(turn=1, revision=1, index=0, text="This is a machine.", language="en", whole=True))
    story.happens(Sentence(turn=1, revision=1, index=1, text="Do you have two minutes?", language="en"))
    story.speaks(0.8, 1.2).is_answered(1.5, expects="yes_no")
    story.did.clear()
    return story


def fell_silent(story: Story) -> list[str]:
    return [type(action).__name__ for _, action in story.did if isinstance(action, SILENT)]


def test_haan_boliye_over_it_does_not_cut_it_and_a_murmur_is_no_answer_to_what_was_not_asked() -> None:
    story = disclosing().speaks(1.7, 2.3).is_understood("haan ji", 2.6).until(6.0)
    assert story.phase is Phase.SPEAKING and not fell_silent(story) and not story.of(AskBrain)


def test_what_they_say_over_it_gets_its_answer_as_soon_as_it_has_been_heard() -> None:
    story = disclosing().speaks(1.7, 2.3).is_understood("who is that speaking", 2.6).until(3.4)
    assert story.last(AskBrain).ask.text == "who is that speaking" and not fell_silent(story)
    story.happens(SaidWhole(story.speaking), 3.5).until(3.6)
    assert story.phase is Phase.THINKING and story.when(DropSound) == pytest.approx(3.5)


def test_who_has_only_just_spoken_may_still_go_on_when_it_has_been_heard() -> None:
    story = disclosing().speaks(2.6, 3.2).is_understood("who is that speaking", 3.45)
    story.happens(SaidWhole(story.speaking), 3.5).until(3.6)
    assert story.phase is Phase.PAUSED


def test_who_still_speaks_then_interrupts_us_there() -> None:
    story = disclosing().happens(SpeechStarted(2.0), 2.1).partly("kya chahiye aapko", 2.5).until(3.4)
    assert not fell_silent(story)
    story.happens(SaidWhole(story.speaking), 3.5).until(3.51)
    assert story.phase is Phase.HEARING and story.when(PauseSound) == pytest.approx(3.5)


def test_they_may_speak_twice_while_it_is_said() -> None:
    story = disclosing().speaks(1.7, 2.0).happens(SpeechStarted(2.15), 2.25).happens(SpeechStopped(2.6), 2.66).until(3.0)
    flush = story.last(Flush)
    story.happens(
        Final(utterance=flush.utterance, revision=flush.revision, text="hello who is it", language="en", confidence=0.9)
    )
    story.happens(SaidWhole(story.speaking), 3.5).until(4.5)
    assert story.last(AskBrain).ask.text == "hello who is it" and story.phase is Phase.THINKING


def test_keys_during_it_answer_nothing() -> None:
    story = disclosing().happens(Digit(digit="1"), 2.0)
    assert story.phase is Phase.SPEAKING and not story.did


def test_afterwards_we_are_interrupted_as_ever() -> None:
    story = disclosing()
    story.happens(SaidWhole(story.speaking), 3.5).happens(SpeechStarted(4.0), 4.1).partly("stop", 4.2)
    assert story.when(PauseSound) == pytest.approx(4.2)
    assert disclosing().happens(SaidWhole(2), 1.6).happens(SaidWhole(1), 3.5).happens(Drained(1), 6.0).phase is Phase.LISTENING
