"""What may be ordered of a call where it stands, told as stories."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.call import vocabulary as do
from ari_app.call.machine import adopt, watch
from ari_app.call.routing import Admit
from ari_app.call.state import Limits, Phase
from ari_app.call.wishes import (
    AsideFailed,
    FoundAgain,
    Music,
    MusicFailed,
    RecordFromNowOn,
    RingSupervisor,
    SendKeys,
    Silence,
    StepAside,
    Wishes,
)
from core import commands
from core.ids import CallId
from core.listening import Listening
from core.machine import Tick
from core.orders import (
    CallOrder,
    Done,
    HangUpCall,
    HoldCall,
    MonitorCall,
    MonitorMode,
    NotDone,
    RecordCall,
    SayInCall,
    SendDigits,
    TransferCall,
    Why,
)
from tests.unit.ari_app.test_call_machine import GONE, OPENED, SITE, Story, talking

CALL = CallId("1")
SAY = SayInCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, text="Namaste", language="hi")
HANG_UP = HangUpCall(order_id="o1", call_id=CALL, site_id=SITE.site_id)
KEYS = SendDigits(order_id="o1", call_id=CALL, site_id=SITE.site_id, digits="1w23#")
DONE = do.AnswerOrder(Done(order_id="o1"))
ASKED, SAID = commands.SecretAwaited(on=True), commands.SecretAwaited(on=False)


def hold(on: bool) -> HoldCall:
    return HoldCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, on=on)


def record(on: bool) -> RecordCall:
    return RecordCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, on=on)


def monitor(mode: MonitorMode = "listen", extension: str = "203") -> MonitorCall:
    return MonitorCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, extension=extension, mode=mode)


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
    assert story.after(SAY) == [said, DONE]
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
    assert story.after(HANG_UP) == [do.HangUp(16), do.ReleaseMedia("completed"), DONE]
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
    assert story.after(HANG_UP) == [DONE]
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


# ── keys, hold ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_keys_are_sent_and_answered_when_they_are() -> None:
    assert talking().after(KEYS) == [SendKeys("o1", "1w23#")]


def test_on_hold_the_caller_hears_music_and_the_agent_nothing() -> None:
    story = talking()
    assert story.after(hold(True)) == [do.Tell(commands.Hold()), Music("o1", on=True)]
    assert refused(story, SAY) == "busy"
    assert story.after(hold(True)) == [DONE], "it is already"
    assert story.after(hold(False)) == [Music("o1", on=False), do.Tell(commands.Unhold())]
    assert story.after(SAY)[-1] == DONE


def test_two_who_hold_the_agent_must_both_let_go() -> None:
    story = talking()
    story.after(hold(True))
    assert story.after(do.PutOnHold(), do.TakenOffHold()) == []
    assert story.after(hold(False))[-1] == do.Tell(commands.Unhold())
    story.after(do.PutOnHold())
    assert story.after(hold(True)) == [Music("o1", on=True)]
    assert story.after(hold(False)) == [Music("o1", on=False)]
    assert story.after(do.TakenOffHold()) == [do.Tell(commands.Unhold())]


def test_without_music_there_is_no_hold() -> None:
    story = talking()
    story.after(hold(True))
    assert story.after(MusicFailed()) == [do.Tell(commands.Unhold())]
    assert story.call.wishes.held == frozenset()


def test_a_call_on_hold_stays_so_under_a_later_life_of_ours() -> None:
    story = Story(adopt(Limits(), SITE, 7.0, 100.0))
    story.call = replace(story.call, wishes=Wishes(held=frozenset({"order"})))
    told = story.after(FoundAgain(with_agent=True, recording=True), OPENED)
    assert told[-2:] == [do.Tell(commands.Hold()), Music("", on=True)]
    assert story.after(hold(False)) == [Music("o1", on=False), do.Tell(commands.Unhold())]


# ── the recording ────────────────────────────────────────────────────────────────────────────────────────────────────
def stepped(story: Story) -> None:
    """The caller goes aside and comes back."""
    assert story.after(do.CallerLeft()) == []
    assert story.after(do.CallerBack("record-off")) == [do.Rejoin()]


def test_the_recording_goes_off_and_on_and_each_is_answered_when_it_is() -> None:
    story = talking()
    for on in (False, True):
        assert story.after(record(on)) == [StepAside(recording=on)]
        assert story.call.phase is Phase.ASIDE and story.call.with_agent
        stepped(story)
        assert story.after(do.Joined()) == [DONE]
        assert story.call.phase is Phase.TALKING
        assert story.after(record(on)) == [DONE], "it is already"


def test_a_secret_pauses_the_recording_by_itself() -> None:
    story = talking()
    assert story.after(ASKED) == [StepAside(recording=False)]
    stepped(story)
    assert story.after(do.Joined()) == []
    assert story.after(SAID) == [StepAside(recording=True)]


def test_a_secret_that_was_said_while_no_controller_was_there_is_taken_out_of_the_recording() -> None:
    story = talking()
    heard = commands.SecretAwaited(on=True, overheard_s=4.0)
    assert story.after(heard, SAID) == [StepAside(recording=False)]
    story.after(do.CallerLeft())
    assert story.after(do.CallerBack("record-off")) == [Silence(4.5), do.Rejoin()]
    assert story.after(do.Joined()) == [StepAside(recording=True)]
    story.after(do.CallerLeft())
    assert story.after(do.CallerBack("record-on")) == [do.Rejoin()], "once"


def test_a_secret_does_not_switch_on_what_somebody_wants_off() -> None:
    story = talking()
    story.after(record(False))
    stepped(story)
    story.after(do.Joined())
    assert story.after(ASKED, SAID) == []
    assert story.after(ASKED, record(True)) == [DONE], "it goes on once the secret is said"
    assert story.after(SAID) == [StepAside(recording=True)]


def test_what_happens_while_the_caller_is_aside_waits() -> None:
    story = talking()
    story.after(ASKED)
    hang_up = commands.HangUpRequested(reason="goodbye")
    assert story.after(do.KeyPressed("4"), do.CallerLeft(), SAY, do.CallerBack("record-off")) == [do.Rejoin()]
    assert story.after(hang_up) == []
    said = do.Tell(commands.Say(text="Namaste", language="hi"))
    key = do.Tell(commands.Digit(digit="4"))
    assert story.after(do.Joined()) == [key, said, DONE, do.HangUp(16), do.ReleaseMedia("completed")]
    assert story.call.waiting == ()


def test_a_secret_that_is_said_while_the_caller_is_aside_switches_back_at_once() -> None:
    story = talking()
    story.after(ASKED, SAID)
    stepped(story)
    assert story.after(do.Joined()) == [StepAside(recording=True)]


def test_a_hang_up_does_not_wait() -> None:
    story = talking()
    story.after(ASKED)
    assert do.HangUp(16) in story.after(HANG_UP)


def test_a_caller_who_could_not_step_aside_talks_on_and_the_order_has_failed() -> None:
    story = talking()
    story.after(record(False))
    (action,) = story.after(AsideFailed())
    assert isinstance(action, do.AnswerOrder) and isinstance(action.reply, NotDone) and action.reply.why == "failed"
    assert story.call.phase is Phase.TALKING and story.call.wishes.recording


def test_a_caller_who_does_not_come_back_is_looked_for() -> None:
    story = talking()
    story.after(record(False), do.CallerLeft())
    assert do.LookForCaller() in story.after(Tick())
    assert story.call.phase is Phase.LEAVING


def test_a_caller_who_comes_back_and_can_not_be_joined_gets_people() -> None:
    story = talking()
    story.after(record(False), do.CallerLeft(), do.CallerBack("record-off"))
    assert do.SendToPeople("humans") in story.after(do.AsteriskFailed())


def test_a_site_that_records_nothing_needs_no_switching() -> None:
    story = Story()
    story.after(do.Routed(Admit(msgspec.structs.replace(SITE, recording=False))), OPENED, do.BridgeMade(), do.LegReady())
    story.after(do.LegMade("127.0.0.1", 10002), do.Joined(), do.PickedUp(at=7.0))
    assert story.after(record(False)) == [DONE]
    assert story.after(ASKED, SAID) == []


# ── supervisors ──────────────────────────────────────────────────────────────────────────────────────────────────────
SUPERVISED = msgspec.structs.replace(SITE, listening=Listening(supervisors=("203",)))


def watched() -> Story:
    return Story(watch(Limits(), SUPERVISED, 100.0))


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_a_supervisors_phone_rings(mode: MonitorMode) -> None:
    story = watched()
    assert story.after(monitor(mode)) == [RingSupervisor("o1", 1, "203", mode)]
    assert story.after(monitor(mode)) == [RingSupervisor("o1", 2, "203", mode)], "another leg"


def test_nobody_else_may_listen() -> None:
    assert refused(watched(), monitor(extension="204")) == "not_allowed"
    assert refused(talking(), monitor()) == "not_allowed"


def test_the_agent_can_not_be_whispered_to() -> None:
    story = Story(adopt(Limits(), SUPERVISED, 7.0, 100.0))
    assert refused(story, monitor()) == "busy"
    story.after(FoundAgain(with_agent=True, recording=True), OPENED)
    assert refused(story, monitor("whisper")) == "busy"
    assert story.after(monitor("barge")) == [RingSupervisor("o1", 1, "203", "barge")]


ORDERS: list[CallOrder] = [
    HANG_UP, SAY, KEYS, hold(True), hold(False), record(True), record(False), monitor(), monitor("whisper"),
    TransferCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, destination="nowhere"),
]  # fmt: skip
EVENTS: list[do.Happening | Tick] = [
    do.CallerLeft(), do.CallerBack(""), do.Joined(), AsideFailed(), MusicFailed(), do.AsteriskFailed(), do.MediaGone(),
    do.PutOnHold(), do.TakenOffHold(), do.KeyPressed("1"), ASKED, SAID, Tick(),
]  # fmt: skip


@given(st.lists(st.sampled_from([*ORDERS, *EVENTS]), max_size=25))
def test_no_order_is_answered_twice_by_its_machine_nor_keeps_a_call_alive(events: list[do.Happening | Tick]) -> None:
    story, given_orders = talking(), 0
    for event in events:
        given_orders += isinstance(event, CallOrder)
        story.after(event) if story.call.deadline or not isinstance(event, Tick) else None
        assert story.call.over or story.call.deadline is not None, "a state that waits has a deadline"
    to_be_answered = (do.AnswerOrder, SendKeys, Music, RingSupervisor)
    assert sum(isinstance(action, to_be_answered) for action in story.did) <= given_orders
    story.after(GONE)
    assert story.call.over


def test_what_is_off_stays_off_with_an_operator() -> None:
    story = talking()
    story.call = replace(story.call, limits=Limits(phones=("201",)))
    story.after(record(False))
    stepped(story)
    story.after(do.Joined(), commands.TransferRequested(destination="201", reason="asked"))
    story.after(do.CallerLeft())
    assert do.RingOperator(1, "201", recorded=False) in story.after(do.CallerBack("waiting"))


def test_a_secret_that_nobody_awaits_any_more_does_not_keep_an_operator_from_being_recorded() -> None:
    story = talking()
    story.call = replace(story.call, limits=Limits(phones=("201",)))
    story.after(ASKED)
    stepped(story)
    story.after(do.Joined())
    to_201 = TransferCall(order_id="o1", call_id=CALL, site_id=SITE.site_id, destination="201")
    assert RecordFromNowOn() not in story.after(to_201, SAID), "the caller may still be saying it"
    assert RecordFromNowOn() in story.after(commands.TransferRequested(destination="", reason="ordered"))
    story.after(do.CallerLeft())
    assert do.RingOperator(1, "201", recorded=True) in story.after(do.CallerBack("waiting"))


def test_another_media_server_is_told_of_the_hold_and_awaits_no_secret() -> None:
    story = talking()
    story.after(ASKED)
    stepped(story)
    story.after(do.Joined(), hold(True), do.MediaGone())
    assert refused(story, SAY) == "busy"
    story.after(OPENED, do.LegReady(), do.LegMade("127.0.0.1", 10002))
    told = story.after(do.Joined())
    assert told[-2:] == [do.Tell(commands.Hold()), StepAside(recording=True)]
