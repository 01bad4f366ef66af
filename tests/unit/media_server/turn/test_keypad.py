"""Keyed digits are a turn too."""

import pytest

from core.commands import Commit, Digit
from core.sites import Patience
from media_server.turn.state import AskBrain, CancelAnswer, Drained, DropSound, Phase
from tests.stories import Story, answered, asked

PATIENCE = Patience()


def test_keyed_digits_are_one_turn_after_a_pause_or_hash() -> None:
    for ending in (4.9, None):
        story = Story().greeted()
        for index, digit in enumerate("12345"):
            story.happens(Digit(digit=digit), 4.0 + index / 10)
        story = story.happens(Digit(digit="#"), ending) if ending else story.until(8.0)
        ask = story.last(AskBrain).ask
        assert (ask.text, ask.via) == ("12345", "keypad")
        assert story.of(Commit) and story.phase is Phase.THINKING


def test_the_last_digit_of_a_number_whose_length_we_know_ends_it_keyed_or_spoken() -> None:
    def wanted() -> Story:
        story = asked().is_answered(6.7, expects="digits", digits=5)
        return story.happens(Drained(story.speaking), 8.0)

    story = wanted()
    for index, digit in enumerate("12345"):
        story.happens(Digit(digit=digit), 9.0 + index / 10)
    assert story.when(Commit) == pytest.approx(9.4)
    spoken = wanted().speaks(9.0, 11.0).is_understood("12345", 11.2).until(12.0)
    assert spoken.when(Commit) == pytest.approx(11.0 + PATIENCE.end_of_turn_answer)
    half_read = wanted().speaks(9.0, 11.0).is_understood("123", 11.2).until(13.0)
    assert half_read.when(Commit) == pytest.approx(11.0 + PATIENCE.end_of_turn_open)


def test_a_hash_after_a_number_that_was_whole_without_it_leaves_its_answer_alone() -> None:
    story = asked().is_answered(6.7, expects="digits", digits=5)
    story.happens(Drained(story.speaking), 8.0)
    for index, digit in enumerate("12345#"):
        story.happens(Digit(digit=digit), 9.0 + index / 10)
    assert story.phase is Phase.THINKING and not story.of(CancelAnswer)


def test_star_takes_the_digits_back_and_nothing_keyed_is_nothing_asked() -> None:
    story = Story().greeted()
    for digit in "12*":
        story.happens(Digit(digit=digit), story.now + 0.1)
    assert story.until(10.0).of(AskBrain) == [] and story.phase in (Phase.LISTENING, Phase.SPEAKING)


def test_a_key_silences_us_and_a_storm_of_keys_stays_small() -> None:
    story = answered()
    for index in range(1000):
        story.happens(Digit(digit="7"), 8.0 + index / 100)
    assert isinstance(story.of(DropSound)[-1], DropSound)
    assert story.of(CancelAnswer)
    story.until(30.0)
    assert len(story.last(AskBrain).ask.text) == 20
