"""A brain, a recogniser or a voice that is slow, fails, or stops in the middle."""

from core.commands import BrainFailed, Commit
from media_server.turn.state import AskBrain, Drained, HearingLost, Phase, SpeakingLost, SpeechStarted, Transfer
from tests.stories import Story, answered, asked


def test_holding_lines_come_while_the_brain_takes_its_time_and_the_answer_after_them() -> None:
    story = asked().until(14.0)
    assert story.phrases() == ["greeting", "hold", "hold"]
    story.is_answered(14.5)
    assert story.phase is Phase.SPEAKING


def test_a_brain_that_never_answers_ends_in_an_apology_and_a_person() -> None:
    story = asked().until(30.0)
    assert story.phrases()[-1] == "apology"
    story.happens(Drained(story.turn.speaking or 0))
    assert story.last(Transfer) == Transfer("humans", "brain_failed", "")


def test_who_asks_again_and_again_does_not_wait_for_ever_for_a_brain_that_hangs() -> None:
    story, at = asked(), 6.0
    while at < 45.0 and "apology" not in story.phrases():
        at += 5.0
        story.speaks(at, at + 1.5).is_understood("hello, is anybody there", at + 1.7)
    assert "apology" in story.until(at + 5.0).phrases() and at < 6.0 + 2 * story.turn.patience.reply_limit + 5.0


def test_a_brain_that_fails_is_asked_once_more() -> None:
    story = asked().until(6.5)
    first = story.last(AskBrain).ask
    story.happens(BrainFailed(turn=first.turn, revision=first.revision, detail="x"))
    second = story.last(AskBrain).ask
    assert second.text == first.text and second.revision > first.revision
    assert story.last(Commit).revision == second.revision
    story.happens(BrainFailed(turn=second.turn, revision=second.revision, detail="x"))
    assert story.phrases()[-1] == "apology"


def test_a_recogniser_that_dies_once_is_forgiven_and_twice_is_a_person() -> None:
    story = Story().greeted().happens(SpeechStarted(4.0), 4.1).happens(HearingLost(), 4.5)
    assert story.phrases()[-1] == "again"
    assert story.turn.utterance == 0
    story.happens(Drained(story.speaking), 6.0).happens(HearingLost(), 7.0)
    assert story.phrases()[-1] == "apology"
    story.happens(Drained(story.speaking), 9.0)
    assert story.last(Transfer).reason == "hearing_failed"


def test_a_recogniser_that_never_answers_counts_as_lost() -> None:
    story = Story().greeted().speaks(4.0, 6.0).until(12.0)
    assert story.phrases()[-2:] == ["hold", "again"]


def test_a_recogniser_that_is_slow_costs_a_holding_line_and_no_turn() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("what are your delivery charges", 8.0).is_answered(8.1)
    assert story.phrases() == ["greeting", "hold"]
    assert story.phase is Phase.SPEAKING


def test_a_voice_that_dies_apologises_from_the_cache_and_if_that_fails_transfers_at_once() -> None:
    story = answered().happens(SpeakingLost(), 7.0)
    assert story.phrases()[-1] == "apology"
    story.happens(SpeakingLost(), 7.1)
    assert story.last(Transfer).reason == "speaking_failed"
