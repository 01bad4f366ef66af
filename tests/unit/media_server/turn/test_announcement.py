"""A closed site's announcement: the greeting is said to its end, and that is the call."""

from core.commands import Digit
from core.sites import Patience
from media_server.turn.state import AskBrain, CallAnswered, DropSound, HangUp, Phase, SoundStarted, Turn
from tests.stories import Story


def announcement() -> Story:
    return Story(Turn(patience=Patience(), language="en", operator="humans", then="hang_up"))


def test_after_its_last_word_the_call_is_hung_up() -> None:
    story = announcement().greeted()
    assert story.phrases() == ["greeting"]
    assert (story.when(HangUp), story.phase) == (3.0, Phase.LEAVING)


def test_nobody_is_there_to_be_interrupted_or_asked() -> None:
    story = announcement().happens(CallAnswered(), 0.0).happens(SoundStarted(1), 0.1)
    story.speaks(0.5, 2.0).happens(Digit(digit="0"), 2.2).until(2.9)
    assert story.phase is Phase.SPEAKING
    assert not story.of(DropSound) and not story.of(AskBrain)
