"""The caller waits for a person with music: the agent is there, says and hears nothing, and may be needed again."""

import pytest

from core.commands import AnnounceTransfer, BrainFailed, ComeBack, Digit, Hold, Say, StandBy, SummedUp, SumUp
from core.sites import Patience
from media_server.turn.moves import AWAY_LIMIT
from media_server.turn.state import (
    AskBrain,
    CallAnswered,
    CancelAnswer,
    Drained,
    DropSound,
    HearingLost,
    Phase,
    PlayText,
    SoundStarted,
    SpeakingLost,
    SpeechStarted,
    Transfer,
    Turn,
    TurnEvent,
)
from tests.stories import Story, answered, asked


def away() -> Story:
    """The agent handed over at 8 s."""
    story = asked().is_answered(6.7, then="transfer", destination="humans", summary="asks for charges")
    return story.happens(Drained(story.speaking), 8.0).happens(StandBy(), 8.1)


@pytest.mark.parametrize(
    "event", [HearingLost(), SpeakingLost(), SpeechStarted(9.0), Digit(digit="1"), Hold(), Say(text="hello"), CallAnswered()]
)
def test_who_waits_for_a_person_is_not_heard_by_the_agent(event: TurnEvent) -> None:
    story = away()
    did = len(story.did)
    story.happens(event, 9.1)
    assert story.phase is Phase.AWAY
    assert len(story.did) == did


def test_the_wait_for_a_person_is_longer_than_any_other_and_ends_all_the_same() -> None:
    assert away().until(300.0).phase is Phase.AWAY
    assert away().until(AWAY_LIMIT + 10).phase is Phase.OVER


def test_nobody_had_time_and_the_brain_finds_the_words() -> None:
    story = away().happens(ComeBack(), 40.0)
    ask = story.last(AskBrain)
    assert (ask.ask.news, ask.ask.text, ask.ask.turn) == ("nobody_free", "", 2)
    story.is_answered(40.3, expects="yes_no").happens(Drained(story.last(AskBrain).reply), 44.0)
    assert story.phase is Phase.LISTENING
    assert story.turn.expects == "yes_no"
    story.speaks(45.0, 45.6).is_understood("haan", 45.9)
    assert story.last(AskBrain).ask.turn == 3


def test_a_media_server_that_takes_the_call_over_then_says_so_first() -> None:
    waiting = Turn(patience=Patience(), language="en", operator="humans", first="nobody_free")
    story = Story(waiting).happens(CallAnswered(), 0.5)
    assert story.last(AskBrain).ask.news == "nobody_free"
    assert not story.phrases()


def test_a_brain_that_fails_at_that_is_asked_once_more_with_the_same_news_and_then_a_person_is_the_way_out() -> None:
    story = away().happens(ComeBack(), 40.0)
    for _ in range(2):
        ask = story.last(AskBrain).ask
        assert ask.news == "nobody_free"
        story.happens(BrainFailed(turn=ask.turn, revision=ask.revision, detail="away"))
    story.happens(SoundStarted(story.speaking)).happens(Drained(story.speaking))
    assert story.phrases() == ["greeting", "apology"]
    assert story.last(Transfer).reason == "brain_failed"


def test_an_order_from_outside_ends_what_is_being_said_and_the_caller_hears_where_they_go() -> None:
    story = answered().happens(AnnounceTransfer(), 7.0)
    assert story.of(DropSound)
    assert story.phrases() == ["greeting", "transfer"]
    story.happens(SoundStarted(story.speaking), 7.2).happens(Drained(story.speaking), 9.0)
    assert story.last(Transfer) == Transfer("", "ordered", ""), "the brain has not said anything"


def test_the_person_is_told_what_it_was_about_so_far() -> None:
    story = asked().happens(AnnounceTransfer(), 7.0)
    assert story.of(SumUp)
    story.happens(SummedUp(text="Asked: returns."), 7.1)
    story.happens(SoundStarted(story.speaking), 7.2).happens(Drained(story.speaking), 9.0)
    assert story.last(Transfer) == Transfer("", "ordered", "Asked: returns.")


def test_an_order_while_the_caller_is_on_the_way_to_a_person_changes_nothing() -> None:
    story = asked().is_answered(6.7, then="transfer", destination="humans").happens(AnnounceTransfer(), 7.0)
    assert story.phrases() == ["greeting"]


def test_an_answer_that_the_caller_will_not_hear_is_not_wanted_any_more() -> None:
    assert asked().happens(StandBy(), 6.5).of(CancelAnswer)
    assert not asked().happens(StandBy(), 6.5).of(PlayText)
