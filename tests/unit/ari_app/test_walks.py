"""A call that anything happens to, in any order, wherever it stands: it waits for nothing without a deadline, and ends once."""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.call import vocabulary as do
from ari_app.call.dialling import expect, place
from ari_app.call.machine import adopt, arrive, search_on, watch
from ari_app.call.plan import Handover, Stage, Way
from ari_app.call.routing import Admit, Overflow, PeopleFirst, PlayTape, Refuse
from ari_app.call.state import Limits, Next, Phase
from ari_app.call.wishes import AsideFailed, FoundAgain, MusicFailed
from core import commands
from core.ids import CallId
from core.listening import Listening
from core.machine import Tick
from core.orders import CallOrder, HangUpCall, HoldCall, MonitorCall, RecordCall, SayInCall, SendDigits, TransferCall
from tests.unit.ari_app import test_call_machine as plain
from tests.unit.ari_app.test_call_machine import GONE, OPENED, Story

SITE = msgspec.structs.replace(plain.SITE, listening=Listening(supervisors=("203",)))
LIMITS = Limits(phones=("201", "202"))
CONNECTED = (OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002), do.Joined())
OF: dict[str, Any] = {"order_id": "o", "call_id": CallId("1"), "site_id": SITE.site_id}
ORDERS: list[CallOrder] = [
    HangUpCall(**OF), HoldCall(on=True, **OF), HoldCall(on=False, **OF), RecordCall(on=False, **OF), RecordCall(on=True, **OF),
    SayInCall(text="-", **OF), SendDigits(digits="1", **OF), MonitorCall(extension="203", **OF),
    MonitorCall(extension="203", mode="whisper", **OF), TransferCall(**OF), TransferCall(destination="202", kind="blind", **OF),
]  # fmt: skip
EVENTS: list[do.Happening | Tick] = [
    Tick(), Tick(), do.Routed(Admit(SITE)), do.Routed(Admit(SITE, "voicemail")), do.Routed(Refuse(SITE, 17)),
    do.Routed(Refuse(None, 1)),
    do.Routed(Overflow(SITE, "humans", "full")), do.Routed(Overflow(None, "humans", "database_away")),
    do.Routed(PeopleFirst(SITE, 10)), do.Routed(PlayTape(SITE, "sorry", "closed")), do.BridgeMade(),
    do.LegMade("127.0.0.1", 10002), do.LegReady(), do.Joined(), do.PickedUp(7.0), do.KeyPressed("1"), do.PutOnHold(),
    do.TakenOffHold(), do.MediaGone(), do.AsteriskFailed(), do.CallerLeft(), do.CallerElsewhere(), GONE,
    do.Reached(7.0, "(alaw)"), FoundAgain(with_agent=True, recording=True), FoundAgain(with_agent=False, recording=False),
    do.CallerMet("201"), do.CallerBack("waiting"), do.CallerBack(do.FOUND), do.CallerBack("TIMEOUT"), do.GivenToAgent(),
    do.LeavesMessage(), do.PhoneAnswered(1), do.PhoneAnswered(2), do.PhoneGone(1, "declined"), do.PhoneGone(2, "busy"),
    AsideFailed(), MusicFailed(), OPENED, commands.MediaRefused(reason=""), commands.AnsweredBy(kind="person", seconds=1.0),
    commands.AnsweredBy(kind="machine", seconds=1.0), commands.PressKeys(digits="1"), commands.HangUpRequested(reason="goodbye"),
    commands.HangUpRequested(reason="machine"), commands.TransferRequested(destination="humans", reason="asked"),
    commands.TransferRequested(destination="humans", reason="brain_failed"), commands.SecretAwaited(on=True),
    commands.SecretAwaited(on=False), commands.MediaClosed(reason=""), *ORDERS,
]  # fmt: skip


def after(*events: do.Happening | Tick) -> Callable[[], Next]:
    def begun() -> Next:
        story = Story(arrive(LIMITS, 100.0))
        story.after(*events)
        return story.call, story.did

    return begun


def searching(stage: Stage) -> Callable[[], Next]:
    ways = (Way("operator", "201"), Way("queue", "humans"))
    return lambda: search_on(LIMITS, SITE, 7.0, Handover(ways, "asked", stage, number=1), 100.0)


TALKING = (do.Routed(Admit(SITE)), *CONNECTED, do.PickedUp(7.0))
STARTS: dict[str, Callable[[], Next]] = {
    "new": lambda: arrive(LIMITS, 100.0),
    "sent by people": lambda: arrive(LIMITS, 100.0, people_asked=True),
    "adopted": lambda: adopt(LIMITS, SITE, 7.0, 100.0),
    "watched": lambda: watch(LIMITS, SITE, 100.0, 7.0),
    "dialled": lambda: place(LIMITS, SITE, do.Dial("+919812345678", "tata", "+911612345678", 40.0), 100.0),
    "expected": lambda: expect(LIMITS, SITE, 40.0, 100.0),
    "talking": after(*TALKING),
    "held": after(*TALKING, ORDERS[1], do.PutOnHold()),
    "aside": after(*TALKING, RecordCall(on=False, **OF)),
    "mending": after(*TALKING, do.MediaGone()),
    "leaving": after(*TALKING, do.CallerLeft()),
    "people first": after(do.Routed(PeopleFirst(SITE, 10))),
    "greeted": after(do.Routed(Admit(SITE, "voicemail")), *CONNECTED, do.PickedUp(7.0)),
    "on tape": after(do.Routed(PlayTape(SITE, "voicemail", "closed"))),
    "unknown, on the way": after(do.Routed(Overflow(None, "humans", "database_away"))),
    **{f"handover, {stage}": searching(stage) for stage in Stage},
}
EVERYTHING = st.lists(st.sampled_from(EVENTS), max_size=25)


def walk(start: str, events: Sequence[do.Happening | Tick]) -> Story:
    story = Story(STARTS[start]())
    for event in events:
        if story.call.over:
            break
        story.after(event)
        assert story.call.over or story.call.deadline is not None, f"{story.call.phase} waits for ever after {event}"
    return story


def test_everything_that_can_happen_happens() -> None:
    kinds = {kind for kind in get_args(do.Happening) if kind is not CallOrder} | set(CallOrder.__subclasses__())
    assert {type(event) for event in EVENTS} == kinds | {Tick}


def test_every_phase_that_lasts_is_begun_in() -> None:
    begun = {start()[0].phase for start in STARTS.values()}
    assert set(Phase) - begun == {
        Phase.OPENING, Phase.JOINING, Phase.ANSWERING, Phase.HANGING_UP, Phase.CLOSING, Phase.OVER
    }  # fmt: skip


@pytest.mark.parametrize("start", STARTS)
@given(events=EVERYTHING)
def test_it_ends_once_whatever_happened(start: str, events: list[do.Happening | Tick]) -> None:
    story = walk(start, events)
    if not story.call.over:
        story.after(GONE)
    if story.call.phase is Phase.CLOSING:  # whose call it was is waited for, and not for long
        story.after(Tick())
    assert story.call.over
    noted = [type(action) for action in story.did if isinstance(action, do.Note)]
    on_record = noted[noted.index(do.NoteStarted) :] if do.NoteStarted in noted else noted
    assert noted.count(do.NoteEnded) == 1
    assert on_record.count(do.NoteAnswered) <= 1
    rung = [action.number for action in story.did if isinstance(action, do.RingOperator)]
    assert rung == sorted(set(rung)), "no leg is made twice"


@pytest.mark.parametrize("start", STARTS)
@given(events=EVERYTHING, found=st.sampled_from([do.CallerElsewhere(), do.CallerBack(do.FOUND)]))
def test_it_ends_by_its_deadlines_alone_once_nobody_speaks_of_it(
    start: str, events: list[do.Happening | Tick], found: do.Happening
) -> None:
    """Where it asks for the caller, they are elsewhere, or with us; until Asterisk's own limit ends the call."""
    story, looks = walk(start, events), 0
    for _ in range(60):
        if story.call.over:
            return
        did = story.after(Tick())
        if any(isinstance(action, do.LookForCaller) for action in did) and not story.call.over:
            looks += 1
            story.after(found if looks < 4 else GONE)
    raise AssertionError(f"{story.call.phase} goes on for ever")
