"""Anything may happen to a call wherever it stands: a walk from every kind of beginning, with every kind of event."""

from collections.abc import Callable, Mapping
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from ari_app.call import vocabulary as do
from ari_app.call.dialling import expect, place
from ari_app.call.machine import adopt, search_on, watch
from ari_app.call.plan import Handover, Stage, Way
from ari_app.call.routing import Admit, Overflow, PeopleFirst, PlayTape, Refuse
from ari_app.call.state import Limits, Phase
from ari_app.call.wishes import AsideFailed, FoundAgain, MusicFailed
from core import commands, orders
from core.ids import CallId
from core.machine import Tick
from tests.unit.ari_app.test_call_machine import GONE, OPENED, SITE, Story, talking

LIMITS = Limits(phones=("201", "202"))
WAYS = (Way("operator", "201"), Way("queue", "humans"))


def searching(stage: Stage) -> Story:
    return Story(search_on(LIMITS, SITE, 7.0, Handover(WAYS, "asked", stage, number=1), 100.0))


def after(*events: do.Happening) -> Story:
    story = talking()
    story.after(*events)
    return story


def order(kind: type[orders.CallOrder], **more: object) -> orders.CallOrder:
    return kind(order_id="o1", call_id=CallId("1"), site_id=SITE.site_id, **more)


RECORD_OFF = order(orders.RecordCall, on=False)
BEGINNINGS: Mapping[str, Callable[[], Story]] = {
    "it rings": Story,
    "talking": talking,
    "aside": lambda: after(RECORD_OFF),
    "held": lambda: after(do.PutOnHold()),
    "leaving": lambda: after(do.CallerLeft()),
    "mending": lambda: after(do.MediaGone()),
    "with people": lambda: Story(watch(LIMITS, SITE, 100.0, 7.0)),
    "adopted": lambda: Story(adopt(LIMITS, SITE, 7.0, 100.0)),
    "dialled": lambda: Story(place(LIMITS, SITE, do.Dial("+919812345678", "tata", "+911612345678", 40.0), 100.0)),
    "dialled by an earlier life": lambda: Story(expect(LIMITS, SITE, 40.0, 100.0)),
    **{str(stage): lambda stage=stage: searching(stage) for stage in Stage},  # type: ignore[misc]
}
EVENTS: list[do.Happening | Tick] = [
    *(do.Routed(decision) for decision in (
        Admit(SITE), Admit(SITE, "sorry"), Admit(SITE, "voicemail"), PeopleFirst(SITE, 15), PlayTape(SITE, "voicemail", "full"),
        Refuse(SITE, 17), Refuse(None, 1), Overflow(SITE, "humans", "full"), Overflow(None, "humans", "database_away"),
    )),
    do.BridgeMade(), do.LegMade("127.0.0.1", 10002), do.LegReady(), do.Joined(), do.PickedUp(7.0), do.KeyPressed("1"),
    do.PutOnHold(), do.TakenOffHold(), do.MediaGone(), do.AsteriskFailed(), do.CallerLeft(), do.CallerElsewhere(),
    do.Reached(7.0, "(ulaw)"), FoundAgain(with_agent=True, recording=True), FoundAgain(with_agent=False, recording=False),
    do.CallerMet("201"), do.CallerBack("waiting"), do.CallerBack("referred"), do.CallerBack(do.FOUND), do.GivenToAgent(),
    do.LeavesMessage(), do.PhoneAnswered(1), do.PhoneAnswered(2), do.PhoneGone(1, "declined"), do.PhoneGone(2, "busy"),
    AsideFailed(), MusicFailed(), GONE, OPENED, commands.MediaRefused(reason=""), commands.MediaClosed(reason=""),
    commands.AnsweredBy(kind="person", seconds=1.0), commands.PressKeys(digits="1"), commands.HangUpRequested(reason="goodbye"),
    commands.TransferRequested(destination="humans", reason="asked"),
    commands.TransferRequested(destination="", reason="brain_failed"), commands.SecretAwaited(on=True),
    commands.SecretAwaited(on=False), RECORD_OFF, order(orders.RecordCall, on=True), order(orders.HoldCall, on=True),
    order(orders.HoldCall, on=False), order(orders.HangUpCall), order(orders.TransferCall, destination="201"),
    order(orders.SayInCall, text="Namaste", language="hi"), order(orders.SendDigits, digits="1"),
    order(orders.MonitorCall, extension="203", mode="listen"), Tick(),
]  # fmt: skip


def test_every_event_there_is_takes_part() -> None:
    taking_part = {type(event) for event in EVENTS} - {Tick}
    kinds = {kind for kind in get_args(do.Happening) if kind is not orders.CallOrder}
    assert taking_part == kinds | set(orders.CallOrder.__subclasses__())


@given(st.sampled_from(sorted(BEGINNINGS)), st.lists(st.sampled_from(EVENTS), max_size=30))
def test_whatever_happens_a_call_waits_for_something_and_ends_once(beginning: str, events: list[do.Happening | Tick]) -> None:
    story = BEGINNINGS[beginning]()
    for event in events:
        if story.call.deadline is not None or not isinstance(event, Tick):
            story.after(event)
        assert story.call.over or story.call.deadline is not None, "a state that waits has a deadline"
    story.after(GONE)
    if story.call.phase is Phase.CLOSING:  # whose call it was is waited for, and not for long
        story.after(Tick())
    assert story.call.over
    assert sum(isinstance(action, do.NoteEnded) for action in story.did) == 1
    assert sum(isinstance(action, do.NoteAnswered) for action in story.did) <= 1, "answered once, however often it is routed"


@given(st.sampled_from(sorted(BEGINNINGS)), st.lists(st.sampled_from(EVENTS), max_size=12))
def test_a_caller_who_is_nowhere_to_be_found_does_not_stay_for_ever(beginning: str, events: list[do.Happening | Tick]) -> None:
    """Time passes, and looking for the caller finds them with us."""
    story = BEGINNINGS[beginning]()
    for event in events:
        if story.call.deadline is not None or not isinstance(event, Tick):
            story.after(event)
    for _ in range(60):
        if story.call.over:
            return
        looked = do.LookForCaller() in story.after(Tick())
        if looked and not story.call.over:
            story.after(do.CallerBack(do.FOUND))
    raise AssertionError(f"still {story.call.phase} {story.call.handover}")
