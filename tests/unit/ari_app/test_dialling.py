"""A call out, told as stories: from the order to the answer, or to what their network says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.call import vocabulary as do
from ari_app.call.dialling import expect, outcome_of, place
from ari_app.call.routing import Admit
from ari_app.call.state import Limits, Phase
from core import commands
from core.events import Outcome
from core.ids import CallId, SiteId
from core.machine import Tick
from core.orders import Done, HangUpCall, NotDone, SayInCall
from tests.unit.ari_app.test_call_machine import ANY_EVENT, CONNECT, OPENED, SITE, Story

DIAL = do.Dial("+919812345678", "tata", "+911612345678", 40.0)
ANSWER: list[do.Happening] = [do.PickedUp(7.0), do.Reached(7.1, "(alaw)")]


def dialled() -> Story:
    return Story(place(Limits(), SITE, DIAL, 100.0))


def gone(status: int | None, cause: int = 16) -> do.CallerGone:
    return do.CallerGone(cause, "", status)


def test_it_is_written_down_and_dialled() -> None:
    story = dialled()
    assert story.did == [do.NoteStarted(SITE), DIAL]
    assert story.call.phase is Phase.DIALLING
    assert story.call.deadline == 145.0, "a little more than it may ring"


def test_who_answers_gets_the_agent_the_same_way_as_who_calls() -> None:
    story = dialled()
    assert story.after(do.PickedUp(7.0)) == [do.NoteAnswered(7.0)]
    assert story.after(do.Reached(7.1, "(alaw)")) == [do.NoteCodec("(alaw)"), do.ReserveMedia(SITE), do.MakeBridge()]
    assert story.after(OPENED, do.BridgeMade()) == [do.MakeLeg("127.0.0.1", 40000)]
    assert story.after(do.LegReady(), do.LegMade("127.0.0.1", 10002)) == [CONNECT, do.Join()]
    assert story.after(do.Joined()) == [do.Tell(commands.Answered(at=7.0))], "they have picked up, we have not to"
    assert story.call.phase is Phase.TALKING
    story.after(do.CallerLeft())
    assert story.after(gone(None))[-1] == do.NoteEnded("caller_hung_up", 16, "")


def test_an_answer_that_is_only_seen_in_our_application_counts_from_then() -> None:
    assert dialled().after(do.Reached(7.1, "(ulaw)"))[0] == do.NoteAnswered(7.1)


def test_nothing_is_opened_before_the_answer() -> None:
    """Early media: a carrier speaks, nobody has answered."""
    story = dialled()
    assert story.after(do.KeyPressed("1"), do.PutOnHold(), do.CallerLeft(), do.Joined(), do.BridgeMade(), OPENED) == []
    assert story.call.phase is Phase.DIALLING


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (486, "busy"), (600, "busy"), (480, "no_answer"), (408, "no_answer"), (487, "no_answer"), (404, "bad_number"),
        (410, "bad_number"), (484, "bad_number"), (403, "refused"), (603, "refused"), (607, "refused"), (503, "failed"),
        (500, "failed"), (488, "failed"), (401, "failed"),
    ],
)  # fmt: skip
def test_what_their_network_says_is_the_outcome(status: int, outcome: Outcome) -> None:
    story = dialled()
    assert story.after(gone(status, 21))[-1] == do.NoteEnded(outcome, 21, "", status)
    assert story.call.over


@pytest.mark.parametrize(
    ("cause", "outcome"), [(1, "bad_number"), (17, "busy"), (19, "no_answer"), (21, "refused"), (34, "failed")]
)
def test_without_a_sip_status_the_cause_tells(cause: int, outcome: Outcome) -> None:
    assert outcome_of(None, cause) == outcome


def test_a_ring_without_end_is_ended_and_nobody_answered() -> None:
    story = dialled()
    assert story.after(Tick()) == [do.HangUp(16), do.ReleaseMedia("no_answer")]
    assert story.after(gone(None))[-1] == do.NoteEnded("no_answer", 16, "")


def test_an_asterisk_that_does_not_dial_is_a_failure_of_ours() -> None:
    assert dialled().after(do.AsteriskFailed())[-1] == do.NoteEnded("failed", 38, "not dialled")


def test_who_answers_and_hangs_up_at_once_was_reached() -> None:
    story = dialled()
    story.after(do.PickedUp(7.0))
    assert isinstance(story.after(gone(None))[-1], do.NoteEnded)
    assert story.call.outcome == "caller_hung_up"


def test_who_answers_while_no_media_server_is_there_gets_a_person() -> None:
    story = dialled()
    story.after(*ANSWER)
    assert do.SendToPeople("humans") in story.after(commands.MediaRefused(reason="full"))


def test_who_answers_and_does_not_come_to_us_is_left_with_the_people_who_took_them() -> None:
    story = dialled()
    story.after(do.PickedUp(7.0))
    assert story.after(Tick()) == [do.LookForCaller()]
    assert story.after(do.CallerElsewhere()) == [do.NoteTransferred("elsewhere", "moved")]
    assert story.after(gone(None))[-1] == do.NoteEnded("transferred", 16, "")


def test_an_order_to_hang_up_stops_the_ringing() -> None:
    story = dialled()
    order = HangUpCall(order_id="1", call_id=CallId("c"), site_id=SiteId("demo"))
    did = story.after(order)
    assert do.HangUp(16) in did and do.AnswerOrder(Done(order_id="1")) in did


def test_a_campaign_that_is_stopped_as_they_answer_lets_the_conversation_go_on() -> None:
    order = HangUpCall(order_id="1", call_id=CallId("c"), site_id=SiteId("demo"), unless_answered=True)
    story = dialled()
    story.after(*ANSWER)
    story.after(do.PickedUp(7.0))
    assert story.after(order) == [do.AnswerOrder(Done(order_id="1"))]
    assert do.HangUp(16) in dialled().after(order)


def test_nothing_can_be_said_before_the_answer() -> None:
    order = SayInCall(order_id="1", call_id=CallId("c"), site_id=SiteId("demo"), text="hello")
    (answer,) = dialled().after(order)
    assert isinstance(answer, do.AnswerOrder)
    assert isinstance(answer.reply, NotDone) and answer.reply.why == "not_answered"


def test_nothing_is_said_by_order_before_a_person_is_known_to_be_there() -> None:
    order = SayInCall(order_id="1", call_id=CallId("c"), site_id=SiteId("demo"), text="hello")
    refused = do.AnswerOrder(NotDone(order_id="1", why="not_answered", detail="nobody knows yet who has answered"))
    story = dialled()
    story.after(*ANSWER, OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002), do.Joined())
    assert story.after(order) == [refused]
    story.after(commands.AnsweredBy(kind="screening", seconds=2.0))
    assert story.after(order) == [refused]
    story.after(commands.AnsweredBy(kind="person", seconds=9.0))
    assert do.AnswerOrder(Done(order_id="1")) in story.after(order)


def test_one_that_an_earlier_life_dialled_is_waited_for() -> None:
    story = Story(expect(Limits(), SITE, 40.0, 100.0))
    assert story.did == [do.Follow()]
    story.after(*ANSWER)
    assert story.call.phase is Phase.OPENING


EVENTS = [*ANY_EVENT, do.Reached(7.1, "(ulaw)"), do.Routed(Admit(SITE))]


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_any_order_of_events_ends_cleanly(events: list[do.Happening | Tick]) -> None:
    story = dialled()
    for event in events:
        story.after(event) if story.call.deadline or not isinstance(event, Tick) else None
        assert story.call.over or story.call.deadline is not None, "a state that waits has a deadline"
    story.after(gone(486))
    assert story.call.over
    assert sum(isinstance(action, do.NoteEnded) for action in story.did) == 1
    assert sum(isinstance(action, do.NoteAnswered) for action in story.did) <= 1
    assert sum(isinstance(action, do.PickUp) for action in story.did) == 0
