"""How a call ends: our last word, a person, or a caller who says nothing."""

import pytest

from core.commands import Commit, Hold, Unhold
from core.sites import Patience
from media_server.turn.state import Closed, Drained, Duck, HangUp, Phase, SpeakingLost, SpeechStarted, Transfer
from tests.stories import Story, asked

PATIENCE = Patience()


def test_goodbye_is_not_interrupted_and_hangs_up_at_its_end() -> None:
    story = asked().is_answered(6.7, then="hang_up").happens(SpeechStarted(7.0), 7.1)
    assert not story.of(Duck)
    story.happens(Drained(story.speaking), 8.0)
    assert story.last(HangUp).reason == "goodbye"
    assert story.until(20.0).phase is Phase.OVER, "even if nobody hangs up"


@pytest.mark.parametrize("event", [Hold(), SpeakingLost()])
def test_after_our_last_word_nothing_calls_us_back(event: Hold | SpeakingLost) -> None:
    story = asked().is_answered(6.7, then="hang_up")
    story.happens(Drained(story.speaking), 8.0).happens(event, 8.1).happens(Unhold(), 8.2)
    assert story.phase is Phase.LEAVING
    assert story.phrases() == ["greeting"]
    assert story.until(20.0).phase is Phase.OVER


def test_a_transfer_waits_for_our_last_word() -> None:
    story = asked().is_answered(6.7, then="transfer", destination="sales", summary="asks for charges")
    assert not story.of(Transfer)
    story.happens(Drained(story.speaking), 8.0)
    assert story.last(Transfer) == Transfer("sales", "asked", "asks for charges")


def test_who_hangs_up_right_after_their_last_word_has_said_it() -> None:
    story = asked()
    assert story.phase is Phase.PAUSED and not story.of(Commit)
    assert story.happens(Closed()).phase is Phase.OVER
    assert story.last(Commit) == Commit(turn=1, revision=1)


def test_what_a_caller_was_about_to_add_is_not_guessed() -> None:
    story = asked()
    story.happens(SpeechStarted(story.now + 0.05)).happens(Closed())
    assert not story.of(Commit)


def test_a_silent_caller_is_asked_twice_and_then_told_goodbye() -> None:
    story = Story().greeted()
    for _ in range(3):
        story.until(story.now + PATIENCE.no_input + 0.1).happens(Drained(story.speaking))
    assert story.phrases() == ["greeting", "reminder", "reminder", "goodbye"]
    assert story.last(HangUp).reason == "no_input"
