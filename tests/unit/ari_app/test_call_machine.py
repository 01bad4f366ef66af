"""The life of a call, told as stories, and what holds in every story."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.call import mending
from ari_app.call import vocabulary as do
from ari_app.call.machine import adopt, arrive, step, watch
from ari_app.call.plan import Way
from ari_app.call.routing import Admit, Overflow, Refuse
from ari_app.call.state import Call, Limits, Next, Phase
from ari_app.call.wishes import FindAgain, FoundAgain
from core import commands
from core.ids import SiteId
from core.machine import Tick
from core.sites import Phrases, Site

PHRASES = Phrases(greeting="Namaste", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")
SITE = Site(site_id=SiteId("demo"), name="Demo", phrases={"en": PHRASES}, languages=("en",))
OPENED = commands.MediaOpened(host="127.0.0.1", port=40000)
CONNECT = do.Tell(commands.ConnectMedia(host="127.0.0.1", port=10002))
GONE = do.CallerGone(16, "Normal Clearing")


class Story:
    """One call; `did` is all it did, `now` moves by hand."""

    def __init__(self, begun: Next | None = None, *, ring: float = 0.0) -> None:
        self.now = 100.0
        self.call, first = begun or arrive(Limits(ring=ring), self.now)
        self.did: list[do.Action] = list(first)

    def after(self, *events: do.Happening | Tick) -> Sequence[do.Action]:
        """What these events (together) made it do."""
        before = len(self.did)
        for event in events:
            if isinstance(event, Tick):
                assert self.call.deadline is not None
                self.now = max(self.now, self.call.deadline)
            self.call, actions = step(self.call, event, self.now)
            self.did += actions
        return self.did[before:]


def talking() -> Story:
    story = Story()
    story.after(do.Routed(Admit(SITE)), OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002), do.Joined())
    story.after(do.PickedUp(at=7.0))
    assert story.call.phase is Phase.TALKING
    return story


def test_everything_is_ready_before_the_call_is_answered() -> None:
    story = Story()
    assert story.did == [do.FindSite(), do.Follow()]
    assert story.after(do.Routed(Admit(SITE))) == [do.NoteStarted(SITE), do.ReserveMedia(SITE), do.MakeBridge(), do.Ring()]
    assert story.after(OPENED) == [do.MakeLeg("127.0.0.1", 40000)]
    assert story.after(do.LegMade("127.0.0.1", 10002), do.BridgeMade()) == [CONNECT]
    assert story.after(do.LegReady()) == [do.Join()]
    assert story.after(do.Joined()) == [do.PickUp()]
    assert story.after(do.PickedUp(at=7.0)) == [do.Tell(commands.Answered(at=7.0)), do.NoteAnswered(7.0)]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_bridge_leg_and_address_may_come_in_any_order(order: tuple[int, ...]) -> None:
    parts: list[do.Happening] = [do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002)]
    story = Story()
    story.after(do.Routed(Admit(SITE)), OPENED)
    did = story.after(*(parts[index] for index in order))
    assert sorted(map(repr, did)) == sorted(map(repr, [CONNECT, do.Join()]))


def test_a_bridge_made_before_the_media_session_counts() -> None:
    story = Story()
    story.after(do.Routed(Admit(SITE)), do.BridgeMade(), OPENED)
    assert story.after(do.LegReady(), do.LegMade("127.0.0.1", 10002))[-1] == do.Join()


def test_it_rings_as_long_as_asked() -> None:
    story = Story(ring=2.0)
    story.after(do.Routed(Admit(SITE)), OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002))
    assert story.after(do.Joined()) == []
    assert story.call.deadline == 102.0
    assert story.after(Tick()) == [do.PickUp()]


def test_a_refused_call_is_hung_up_with_its_cause_and_recorded_as_rejected() -> None:
    story = Story()
    did = story.after(do.Routed(Refuse(SITE, 17)))
    assert did == [do.NoteStarted(SITE), do.HangUp(17), do.ReleaseMedia("rejected")]
    assert story.after(do.CallerGone(17, "User busy"))[-1] == do.NoteEnded("rejected", 17, "User busy")


def test_a_number_nobody_has_leaves_no_record_but_an_end() -> None:
    story = Story()
    assert do.NoteStarted(SITE) not in story.after(do.Routed(Refuse(None, 1)))
    assert story.after(do.CallerGone(1, "Unallocated"))[-1] == do.NoteEnded("rejected", 1, "Unallocated")


def test_a_full_site_sends_the_caller_to_its_people() -> None:
    story = Story()
    assert do.SendToPeople("humans") in story.after(do.Routed(Overflow(SITE, "humans", "full")))
    assert story.after(do.CallerLeft()) == [do.NoteTransferred("humans", "full")]
    assert story.after(GONE)[-1] == do.NoteEnded("transferred", 16, "Normal Clearing")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (commands.MediaRefused(reason="full"), "media_refused"),
        (do.MediaGone(), "media_failed"),
        (do.AsteriskFailed(), "asterisk_failed"),
        (Tick(), "too_slow"),
    ],
)
def test_whatever_breaks_before_the_answer_the_caller_gets_a_person(event: do.Happening | Tick, reason: str) -> None:
    story = Story()
    story.after(do.Routed(Admit(SITE)))
    assert story.after(event) == [do.SendToPeople("humans"), do.ReleaseMedia(reason)]


def test_a_database_that_does_not_answer_in_time_means_people() -> None:
    assert do.SendToPeople("humans") in Story().after(Tick())


NOBODY_TAKES_IT: list[do.Happening | Tick] = [do.MediaGone(), commands.MediaRefused(reason="full"), Tick()]


def test_a_media_server_that_dies_in_the_conversation_is_replaced_by_another() -> None:
    story = talking()
    assert story.after(do.MediaGone()) == [do.ReplaceMedia(SITE)]
    assert story.call.with_agent
    assert story.after(OPENED) == [do.MakeLeg("127.0.0.1", 40000)]
    assert story.after(do.LegMade("127.0.0.1", 10002), do.LegReady()) == [CONNECT, do.Join()]
    assert story.after(do.Joined()) == [do.Tell(commands.Answered(at=7.0))]
    assert story.call.phase is Phase.TALKING


@pytest.mark.parametrize("event", NOBODY_TAKES_IT)
def test_a_conversation_that_no_other_media_server_takes_goes_to_people(event: do.Happening | Tick) -> None:
    story = talking()
    story.after(do.MediaGone())
    assert story.after(event) == [do.SendToPeople("humans"), do.ReleaseMedia("media_failed")]


def test_a_call_that_kills_media_servers_does_not_go_through_all_of_them() -> None:
    story = talking()
    for _ in range(mending.MOST - 1):
        story.after(do.MediaGone(), OPENED, do.LegMade("127.0.0.1", 10002), do.LegReady(), do.Joined())
    assert do.SendToPeople("humans") in story.after(do.MediaGone())


@pytest.mark.parametrize(
    "event",
    [do.MediaGone(), commands.MediaRefused(reason="no such call here"), FoundAgain(with_agent=False, recording=True)],
)
def test_a_conversation_whose_media_server_died_with_us_is_taken_over_too(event: do.Happening) -> None:
    story = Story(adopt(Limits(), SITE, 7.0, 100.0))
    assert story.after(event) == [do.ReplaceMedia(SITE)]


def test_no_people_either_is_a_failed_call() -> None:
    story = talking()
    story.after(do.MediaGone(), do.MediaGone())
    assert do.HangUp(16) in story.after(do.AsteriskFailed())
    assert story.after(GONE)[-1] == do.NoteEnded("failed", 16, "Normal Clearing")


def test_keys_and_hold_reach_the_media_server_only_in_the_conversation() -> None:
    keys: list[do.Happening] = [do.KeyPressed("5"), do.PutOnHold(), do.TakenOffHold()]
    told = [do.Tell(commands.Digit(digit="5")), do.Tell(commands.Hold()), do.Tell(commands.Unhold())]
    assert talking().after(*keys) == told
    assert Story().after(*keys) == []


def test_goodbye_hangs_up_and_completes() -> None:
    story = talking()
    assert story.after(commands.HangUpRequested(reason="goodbye")) == [do.HangUp(16), do.ReleaseMedia("completed")]
    assert story.after(do.CallerLeft()) == []
    assert story.after(GONE)[-1] == do.NoteEnded("completed", 16, "Normal Clearing")


def test_a_caller_who_says_nothing_is_recorded_as_no_input() -> None:
    story = talking()
    story.after(commands.HangUpRequested(reason="no_input"))
    assert story.after(GONE)[-1] == do.NoteEnded("no_input", 16, "Normal Clearing")


def test_a_transfer_goes_where_it_was_asked_to() -> None:
    story = talking()
    asked = commands.TransferRequested(destination="sales", reason="asked", summary="wants a discount")
    assert do.SendCaller(Way("queue", "sales")) in story.after(asked)
    assert do.NoteTransferred("201", "asked") in story.after(do.CallerLeft(), do.CallerMet("201"))
    assert not story.call.with_agent


def test_a_caller_who_hangs_up_before_the_answer_abandoned_the_call() -> None:
    story = Story()
    story.after(do.Routed(Admit(SITE)))
    assert story.after(GONE) == [do.ReleaseMedia("abandoned"), do.NoteEnded("abandoned", 16, "Normal Clearing")]


def test_a_caller_who_hangs_up_in_the_conversation_leaves_nothing_behind() -> None:
    story = talking()
    assert story.after(do.CallerLeft()) == [do.ReleaseMedia("caller left")]
    assert story.after(GONE)[-1] == do.NoteEnded("caller_hung_up", 16, "Normal Clearing")


def test_a_call_moved_by_somebody_else_is_looked_for_and_then_followed() -> None:
    story = talking()
    story.after(do.CallerLeft())
    assert story.after(Tick()) == [do.LookForCaller()]
    assert story.after(do.CallerElsewhere()) == [do.NoteTransferred("elsewhere", "moved")]
    assert story.call.phase is Phase.WITH_PEOPLE


def test_a_caller_who_left_and_is_back_gets_the_agent_again() -> None:
    story = talking()
    story.after(do.CallerLeft(), Tick())
    assert story.after(do.CallerBack(do.FOUND)) == [do.FindSite(people_asked=True)]
    story.after(do.Routed(Admit(SITE)), OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002), do.Joined())
    assert story.call.phase is Phase.TALKING


def test_an_end_that_is_never_seen_is_ended_all_the_same() -> None:
    story = talking()
    story.after(commands.HangUpRequested(reason="goodbye"))
    assert story.after(Tick())[-1] == do.NoteEnded("completed", 127, "end not seen")


def test_an_adopted_call_goes_on_talking() -> None:
    story = Story(adopt(Limits(), SITE, 7.0, 100.0))
    assert story.did == [FindAgain(), do.Follow()]
    assert story.after(FoundAgain(with_agent=True, recording=True)) == [do.ResumeMedia()]
    assert story.after(OPENED) == [do.Tell(commands.Answered(at=7.0))], "our last life may have ended before it was heard"
    assert story.call.phase is Phase.TALKING


def test_an_adopted_call_without_its_media_session_goes_to_people() -> None:
    story = Story(adopt(Limits(), SITE, 7.0, 100.0))
    story.after(commands.MediaRefused(reason="no such session"))
    assert do.SendToPeople("humans") in story.after(commands.MediaRefused(reason="full"))


def test_a_watched_call_only_waits_for_its_end() -> None:
    story = Story(watch(Limits(), SITE, 100.0))
    assert story.did == [do.Follow()]
    assert story.after(do.MediaGone(), do.KeyPressed("1"), commands.MediaClosed(reason=""), do.CallerLeft()) == []
    assert story.after(GONE)[-1] == do.NoteEnded("transferred", 16, "Normal Clearing")


def test_a_caller_who_never_met_the_agent_is_answered_by_the_dialplan_and_that_is_noted_once() -> None:
    for before in ([do.Routed(Overflow(SITE, "humans", "full"))], [do.Routed(Overflow(SITE, "humans", "full")), do.CallerLeft()]):
        story = Story()
        story.after(*before)
        assert story.after(do.PickedUp(at=7.0)) == [do.NoteAnswered(7.0)]
        assert story.after(do.PickedUp(at=7.1)) == []
        assert story.after(do.CallerLeft(), GONE)[-1] == do.NoteEnded("transferred", 16, "Normal Clearing")


ANY_EVENT: list[do.Happening | Tick] = [
    do.Routed(Admit(SITE)), do.Routed(Refuse(SITE, 17)), do.Routed(Overflow(SITE, "humans", "full")), do.BridgeMade(),
    do.LegMade("127.0.0.1", 10002), do.LegReady(), do.Joined(), do.PickedUp(7.0), do.KeyPressed("1"), do.PutOnHold(),
    do.TakenOffHold(), do.MediaGone(), do.AsteriskFailed(), do.CallerLeft(), do.CallerElsewhere(), OPENED,
    commands.MediaRefused(reason=""), commands.HangUpRequested(reason="goodbye"), commands.MediaClosed(reason=""),
    commands.TransferRequested(destination="humans", reason="asked"), Tick(),
]  # fmt: skip


@given(st.lists(st.sampled_from(ANY_EVENT), max_size=30))
def test_any_order_of_events_ends_cleanly(events: list[do.Happening | Tick]) -> None:
    story = Story()
    for event in events:
        story.after(event) if story.call.deadline or not isinstance(event, Tick) else None
        assert story.call.over or story.call.deadline is not None, "a state that waits has a deadline"
    story.after(GONE)
    if story.call.phase is Phase.CLOSING:  # whose call it was is waited for, and not for long
        story.after(Tick())
    assert story.call.over
    ends = [action for action in story.did if isinstance(action, do.NoteEnded)]
    assert len(ends) == 1
    assert isinstance(story.did[-2], do.ReleaseMedia)
    assert sum(isinstance(action, do.NoteStarted) for action in story.did) <= 1
    assert sum(isinstance(action, do.PickUp) for action in story.did) <= 1


@given(st.lists(st.sampled_from(ANY_EVENT), max_size=12))
def test_a_call_nobody_speaks_of_any_more_ends_by_its_deadlines_alone(events: list[do.Happening | Tick]) -> None:
    story = Story()
    for event in events:
        story.after(event) if story.call.deadline or not isinstance(event, Tick) else None
    for _ in range(12):
        if story.call.over:
            return
        if story.call.phase is Phase.LEAVING:  # the one state that asks, and always gets an answer or asks again
            story.after(do.CallerElsewhere())
        else:
            story.after(Tick())
    assert story.call.over


def test_what_is_ignored_is_written_down() -> None:
    def ignored(call: Call) -> set[str]:
        names = set()
        for event in ANY_EVENT:
            if step(call, event, 100.0) == (call, []):
                names.add(type(event).__name__)
        return names

    before = {"Routed", "BridgeMade", "LegMade", "LegReady", "Joined", "PickedUp", "MediaOpened"}
    assert ignored(talking().call) == before | {"CallerElsewhere"}
    assert "CallerLeft" not in ignored(Story().call)
