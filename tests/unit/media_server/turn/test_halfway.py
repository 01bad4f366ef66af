"""An answer that stops in the middle."""

from core.commands import AnswerDone, Sentence, ToolFinished, ToolStarted
from core.sites import Patience
from media_server.turn.moves import REST_LIMIT
from media_server.turn.state import AskBrain, CancelAnswer, Drained, Phase, RanDry, SoundStarted, Transfer
from tests.stories import Story, asked

PATIENCE = Patience()


def begun() -> Story:
    """The first sentence of the answer was heard from 6.7 to 9 s; nothing says that it was the last."""
    story = asked().until(6.7)
    return story.happens(SoundStarted(story.last(AskBrain).reply)).happens(RanDry(story.last(AskBrain).reply), 9.0)


def sentence(story: Story, index: int = 1) -> Sentence:
    ask = story.last(AskBrain).ask
    return Sentence(turn=ask.turn, revision=ask.revision, index=index, text="And free above 500.", language="en")


def test_a_brain_that_stops_in_the_middle_costs_a_holding_line_an_apology_and_a_person() -> None:
    story = begun().until(9.0 + REST_LIMIT - 0.1)
    assert story.phrases() == ["greeting", "hold"]
    story.until(9.0 + REST_LIMIT)
    assert story.phrases()[-1] == "apology" and story.of(CancelAnswer)
    story.happens(Drained(story.turn.speaking or 0), 15.0)
    assert story.last(Transfer) == Transfer("humans", "brain_failed", "")


def test_a_brain_that_goes_on_after_a_holding_line_is_heard_to_its_end() -> None:
    story = begun().until(10.5)
    hold, answer = story.turn.replies, story.last(AskBrain).reply
    story.happens(SoundStarted(hold)).happens(sentence(story), 12.0).happens(Drained(hold), 12.5).until(20.0)
    assert story.phrases() == ["greeting", "hold"] and story.phase is Phase.SPEAKING
    story.happens(AnswerDone(turn=1, revision=1, answer_source="knowledge")).happens(Drained(answer))
    assert story.phase is Phase.LISTENING and not story.of(CancelAnswer)


def test_each_sentence_gives_the_brain_its_time_anew() -> None:
    story = begun().happens(sentence(begun()), 12.0).happens(RanDry(begun().turn.speaking or 0), 14.0)
    assert story.until(17.9).phrases() == ["greeting", "hold", "hold"]
    assert story.until(18.0).phrases()[-1] == "apology"


def test_a_tool_at_work_may_take_as_long_as_an_answer() -> None:
    story = begun()
    story.happens(ToolStarted(turn=1, revision=1, tool="crm"), 10.0).until(10.0 + PATIENCE.reply_limit - 0.1)
    assert set(story.phrases()) == {"greeting", "hold"}
    story.happens(ToolFinished(turn=1, revision=1, tool="crm", arguments={}, ok=True, seconds=11.0))
    assert story.until(story.now + REST_LIMIT).phrases()[-1] == "apology"


def test_a_caller_who_only_hums_into_our_silence_is_waited_with() -> None:
    story = begun().speaks(9.5, 9.7).is_understood("haan", 9.9)
    assert story.phase is Phase.SPEAKING
    assert story.until(9.9 + REST_LIMIT - 0.1).phrases() == ["greeting", "hold"]
    assert story.until(9.9 + REST_LIMIT).phrases()[-1] == "apology"


def test_a_caller_who_asks_something_else_into_our_silence_is_answered() -> None:
    story = begun().speaks(9.5, 11.0).is_understood("and what about refunds", 11.2).until(12.0)
    assert story.last(AskBrain).ask.turn == 2 and story.phase is Phase.THINKING
