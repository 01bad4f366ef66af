"""What may be ordered of a call where it stands, told as stories."""

import pytest

from ari_app.call import vocabulary as do
from ari_app.call.machine import adopt, watch
from ari_app.call.routing import Admit
from ari_app.call.state import Limits, Phase
from core import commands
from core.ids import CallId
from core.machine import Tick
from core.orders import CallOrder, Done, HangUpCall, NotDone, SayInCall, Why
from tests.unit.ari_app.test_call_machine import GONE, OPENED, SITE, Story, talking

CALL = CallId("1")
SAY = SayInCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, text="Namaste", language="hi")
HANG_UP = HangUpCall(order_id="o1", call_id=CALL, site_id=SITE.site_id)


def answers(story: Story) -> list[Done | NotDone]:
    return [action.reply for action in story.did if isinstance(action, do.AnswerOrder)]


def refused(story: Story, order: CallOrder) -> Why:
    """Why; and that nothing else came of it."""
    before = story.call
    (action,) = story.after(order)
    assert isinstance(action, do.AnswerOrder) and isinstance(action.reply, NotDone)
    assert story.call == before
    return action.reply.why


def opening() -> Story:
    story = Story()
    story.after(do.Routed(Admit(SITE)))
    return story


def with_people() -> Story:
    return Story(watch(Limits(), SITE, 100.0))


def hanging_up() -> Story:
    story = talking()
    story.after(HANG_UP)
    return story


def test_the_agent_says_what_it_is_told_to() -> None:
    story = talking()
    said = do.Tell(commands.Say(text="Namaste", language="hi"))
    assert story.after(SAY) == [said, do.AnswerOrder(Done(order_id="o1"))]
    assert story.call.phase is Phase.TALKING


@pytest.mark.parametrize(
    ("where", "why"),
    [
        (opening, "not_answered"),
        (with_people, "with_people"),
        (hanging_up, "ending"),
        (lambda: Story(adopt(Limits(), SITE, 7.0, 100.0)), "busy"),
    ],
)
def test_a_call_that_is_elsewhere_says_so(where: type[Story], why: Why) -> None:
    assert refused(where(), SAY) == why


def test_a_hang_up_in_the_conversation_completes_it() -> None:
    story = talking()
    assert story.after(HANG_UP) == [do.HangUp(16), do.ReleaseMedia("completed"), do.AnswerOrder(Done(order_id="o1"))]
    assert story.after(GONE)[-1] == do.NoteEnded("completed", 16, "Normal Clearing")


def test_a_call_with_people_is_hung_up_and_was_transferred() -> None:
    story = with_people()
    assert do.HangUp(16) in story.after(HANG_UP)
    assert story.after(GONE)[-1] == do.NoteEnded("transferred", 16, "Normal Clearing")


def test_a_call_that_rings_is_hung_up_as_rejected() -> None:
    story = opening()
    assert do.HangUp(16) in story.after(HANG_UP)
    assert story.after(GONE)[-1] == do.NoteEnded("rejected", 16, "Normal Clearing")


def test_a_hang_up_of_a_call_that_ends_already_is_done() -> None:
    story = talking()
    story.after(do.CallerLeft())
    assert story.after(HANG_UP) == [do.AnswerOrder(Done(order_id="o1"))]
    assert story.call.phase is Phase.LEAVING


def test_a_call_that_is_over_answers_nothing_more() -> None:
    story = talking()
    story.after(GONE)
    assert story.after(SAY, HANG_UP) == []


@pytest.mark.parametrize("event", [OPENED, do.CallerLeft(), do.MediaGone(), Tick()])
def test_an_order_never_keeps_a_call_from_what_comes_next(event: do.Happening | Tick) -> None:
    plain, ordered = talking(), talking()
    ordered.after(SAY)
    assert ordered.after(event) == plain.after(event)
    assert ordered.call == plain.call
