"""When the caller has been asked for a secret, and until it is said and taken, the turn says so: the recording pauses."""

from core.commands import AnswerDone, BrainFailed, Digit
from media_server.turn.state import AskBrain, Drained
from tests.stories import Story, asked


def pin_asked() -> Story:
    story = asked().is_answered(6.7, expects="digits", digits=4, conceal=True)
    return story.happens(Drained(story.speaking), 8.0)


def test_from_the_question_until_the_answer_to_what_was_said() -> None:
    story = pin_asked()
    assert story.turn.secret
    story.speaks(9.0, 11.0).is_understood("4711", 11.2)
    assert story.turn.secret, "it was said just now, and perhaps not all of it"
    story.until(11.5)
    assert story.turn.secret, "taken, and not answered yet"
    story.is_answered(11.9)
    assert not story.turn.secret


def test_a_question_that_nobody_hears_asks_for_nothing() -> None:
    story = Story().greeted().speaks(4.0, 6.0).is_understood("change my pin", 6.2)
    ask = story.last(AskBrain).ask
    done = AnswerDone(turn=ask.turn, revision=ask.revision, answer_source="tool", conceal=True)
    story.happens(done)
    assert not story.turn.committed and not story.turn.secret, "the caller may go on, and be asked something else"
    story.until(8.0)
    assert story.turn.committed and story.turn.secret


def test_a_first_half_that_is_answered_too_early_does_not_end_it() -> None:
    story = pin_asked().speaks(9.0, 9.5).is_understood("47", 9.7)
    ask = story.last(AskBrain).ask
    story.happens(AnswerDone(turn=ask.turn, revision=ask.revision, answer_source="tool"))
    story.speaks(9.9, 10.6)
    assert story.turn.secret, "the other half is being said"


def test_asked_again_it_goes_on() -> None:
    story = pin_asked().speaks(9.0, 11.0).is_understood("471", 11.2).until(12.5).is_answered(12.6, conceal=True)
    assert story.turn.secret


def test_keyed_it_ends_as_well() -> None:
    story = pin_asked()
    for index, digit in enumerate("4711"):
        story.happens(Digit(digit=digit), 9.0 + index / 10)
    assert story.turn.secret
    assert not story.is_answered(9.8).turn.secret


def test_a_person_who_takes_over_is_recorded() -> None:
    story = pin_asked().speaks(9.0, 11.0).is_understood("4711", 11.2).until(11.6)
    for _ in range(2):
        ask = story.last(AskBrain).ask
        story.happens(BrainFailed(turn=ask.turn, revision=ask.revision, detail=""))
    assert story.turn.then == "transfer" and not story.turn.secret
