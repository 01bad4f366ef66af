"""The search for a person, told as stories; and that a caller is never left with nothing pending."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.call import handover
from ari_app.call import vocabulary as do
from ari_app.call.machine import arrive, search_on
from ari_app.call.plan import Handover, Stage, Way
from ari_app.call.routing import Admit
from ari_app.call.state import Limits, Next, Phase
from core import commands
from core import handover as settings
from core.machine import Tick
from core.orders import HangUpCall, TransferCall
from core.sites import Site
from core.trunks import Trunk
from tests.unit.ari_app.test_call_machine import GONE, OPENED, SITE, Story

PHONES = ("201", "202")
CARRIER = Trunk("carrier", frozenset({SITE.site_id}), frozenset({"+911612345678"}))
TRUNKS = (CARRIER,)
LIMITS = Limits(phones=PHONES, trunks=TRUNKS)
WISH = commands.TransferRequested(destination="humans", reason="asked", summary="wants a refund")
STAND_BY, COME_BACK = do.Tell(commands.StandBy()), do.Tell(commands.ComeBack())
BRIEF = do.Brief("wants a refund")
PARKED = (do.CallerLeft(), do.CallerBack("waiting"))


def site(**wish: object) -> Site:
    return msgspec.structs.replace(SITE, handover=msgspec.structs.replace(settings.Handover(), **wish))


def talking(at: Site = SITE) -> Story:
    story = Story(arrive(LIMITS, 100.0))
    story.after(do.Routed(Admit(at)), OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002), do.Joined())
    story.after(do.PickedUp(at=7.0))
    return story


def ringing(at: Site = SITE) -> Story:
    """The caller asked for a person and has music; 201 rings."""
    story = talking(at)
    story.after(WISH, *PARKED)
    return story


def in_queue(at: Site = SITE) -> Story:
    story = ringing(at)
    story.after(do.PhoneGone(1, "no_answer"), do.PhoneGone(2, "busy"), do.CallerLeft())
    return story


def asked(did: Sequence[do.Action]) -> list[tuple[str, str]]:
    return [(note.person, note.result) for note in did if isinstance(note, do.NoteAsked)]


def stage(story: Story) -> Stage:
    assert story.call.handover is not None
    return story.call.handover.stage


# ── accepted ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_caller_gets_music_and_the_first_operator_a_call_with_the_summary() -> None:
    story = talking()
    assert story.after(WISH) == [STAND_BY, BRIEF, do.Park()]
    assert story.after(*PARKED) == [do.PlayMusic(), do.RingOperator(1, "201")]


def test_an_operator_who_presses_1_has_the_caller_and_the_agent_leaves() -> None:
    story = ringing()
    assert story.after(do.PhoneAnswered(1), do.CallerLeft()) == []
    did = story.after(do.CallerMet("201"))
    assert asked(did) == [("201", "accepted")]
    assert did[1:] == [do.NoteTransferred("201", "asked"), do.ReleaseMedia("accepted")]
    assert story.call.phase is Phase.WITH_PEOPLE
    assert story.after(do.PhoneGone(1, "declined"), do.MediaGone(), GONE)[-1] == do.NoteEnded("transferred", 16, GONE.cause_text)


def test_an_operator_who_brings_the_caller_and_the_agent_together_gives_them_back() -> None:
    story = ringing()
    story.after(do.PhoneAnswered(1), do.CallerLeft(), do.CallerMet("201"))
    assert story.after(do.GivenToAgent()) == [do.BringBack()]
    assert story.after(do.CallerBack("referred")) == [do.FindSite(people_asked=True)]


def test_the_two_may_be_heard_to_have_met_before_the_caller_is_heard_to_have_left() -> None:
    story = ringing()
    assert do.ReleaseMedia("accepted") in story.after(do.PhoneAnswered(1), do.CallerMet("201"), do.CallerLeft())


def test_a_meeting_that_was_not_heard_of_is_looked_for() -> None:
    story = ringing()
    story.after(do.PhoneAnswered(1), do.CallerLeft())
    assert story.after(Tick()) == [do.LookForCaller()]
    assert asked(story.after(do.CallerMet("201"))) == [("201", "accepted")]


def test_a_caller_whom_a_watchdog_moved_is_with_people_and_the_phone_stops_ringing() -> None:
    story = ringing()
    story.after(do.CallerLeft(), Tick())
    did = story.after(do.CallerElsewhere())
    assert do.DropOperator(1) in did and do.NoteTransferred("elsewhere", "moved") in did


# ── not accepted ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("result", ["declined", "busy", "no_answer", "silent", "unreachable"])
def test_whoever_does_not_accept_is_followed_by_the_next(result: str) -> None:
    story = ringing()
    did = story.after(do.PhoneAnswered(1), do.PhoneGone(1, result))  # type: ignore[arg-type]
    assert asked(did) == [("201", result)]
    assert did[-1] == do.RingOperator(2, "202")


def test_a_phone_that_rings_too_long_is_let_go() -> None:
    did = ringing().after(Tick())
    assert asked(did) == [("201", "no_answer")]
    assert do.DropOperator(1) in did and did[-1] == do.RingOperator(2, "202")


def test_an_operator_who_says_nothing_for_too_long_is_let_go() -> None:
    story = ringing()
    story.after(do.PhoneAnswered(1))
    assert asked(story.after(Tick())) == [("201", "silent")]


def test_the_late_word_of_an_earlier_phone_is_not_taken_for_the_present_one_s() -> None:
    story = ringing()
    story.after(do.PhoneGone(1, "busy"))
    assert story.after(do.PhoneGone(1, "busy"), do.PhoneAnswered(1)) == []
    assert stage(story) is Stage.RINGING


def test_after_all_operators_comes_the_queue_and_who_answers_there_has_the_caller() -> None:
    story = in_queue()
    assert do.SendCaller(Way("queue", "humans")) in story.did
    did = story.after(do.CallerMet("202"))
    assert did[1:] == [do.NoteTransferred("202", "asked"), do.ReleaseMedia("accepted")]


def test_nobody_in_the_queue_either_and_the_agent_comes_back() -> None:
    story = in_queue()
    did = story.after(do.CallerBack("TIMEOUT"))
    assert asked(did) == [("humans", "no_answer")]
    assert did[-1] == do.Rejoin()
    assert story.after(do.Joined()) == [COME_BACK]
    assert story.call.phase is Phase.TALKING
    assert story.call.handover is None


def test_after_operators_alone_the_recording_goes_on_before_the_agent_speaks() -> None:
    story = ringing(site(queue=False))
    assert story.after(do.PhoneGone(1, "busy"), do.PhoneGone(2, "busy"))[-1] == do.Fetch()
    assert story.after(do.CallerLeft(), do.CallerBack("referred")) == [do.Rejoin()]
    assert story.after(do.Joined()) == [COME_BACK]


def test_the_outside_number_comes_after_the_queue() -> None:
    story = in_queue(site(outside="+919812345678", trunk="carrier"))
    assert story.after(do.CallerBack("TIMEOUT"))[-1] == do.SendCaller(Way("outside", "+919812345678"))
    assert asked(story.after(do.CallerLeft(), do.CallerBack("outside-BUSY-17"))) == [("+919812345678", "busy")]
    assert story.call.handover is not None and stage(story) is Stage.REJOINING


def test_a_carrier_that_takes_the_caller_by_refer_ends_the_call_as_transferred() -> None:
    story = in_queue(site(outside="+919812345678", trunk="carrier", refer=True))
    story.after(do.CallerBack("TIMEOUT"), do.CallerLeft())
    did = story.after(GONE)
    assert asked(did) == [("+919812345678", "accepted")]
    assert did[-1] == do.NoteEnded("transferred", 16, GONE.cause_text)


def test_the_site_may_want_a_goodbye_instead_of_the_agent() -> None:
    story = in_queue(site(nobody="goodbye"))
    assert story.after(do.CallerBack("TIMEOUT"))[-2:] == [do.SayNobodyIsFree(), do.ReleaseMedia("nobody is free")]
    assert story.after(do.CallerLeft(), GONE)[-1] == do.NoteEnded("completed", 16, GONE.cause_text)


def test_a_site_without_anybody_hears_it_from_the_agent() -> None:
    story = talking(site(supervised=False, queue=False))
    assert story.after(WISH) == [STAND_BY, COME_BACK]
    assert story.call.phase is Phase.TALKING


def test_a_second_wish_in_a_call_rings_with_legs_of_their_own() -> None:
    story = in_queue()
    story.after(do.CallerBack("TIMEOUT"), do.Joined())
    assert story.after(WISH, *PARKED)[-1] == do.RingOperator(3, "201")


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_caller_who_hangs_up_while_a_phone_rings_stops_it() -> None:
    did = ringing().after(GONE)
    assert do.DropOperator(1) in did
    assert asked(did) == [("201", "caller_gone")]
    assert did[-1] == do.NoteEnded("caller_hung_up", 16, GONE.cause_text)


def test_a_caller_who_gives_up_in_the_queue_is_on_record() -> None:
    assert asked(in_queue().after(GONE)) == [("humans", "caller_gone")]


def in_vain(story: Story) -> None:
    """Until the caller is back in our bridge."""
    story.after(do.PhoneGone(1, "busy"), do.PhoneGone(2, "busy"), do.CallerLeft())
    assert story.after(do.CallerBack("TIMEOUT"))[-1] == do.Rejoin()


def test_a_media_server_that_dies_meanwhile_is_not_missed_until_nobody_has_time_and_another_one_says_so() -> None:
    story = ringing()
    assert story.after(do.MediaGone()) == []
    in_vain(story)
    assert story.after(do.Joined()) == [do.ReplaceMedia(SITE, "nobody_free")]
    story.after(OPENED, do.LegMade("127.0.0.1", 10002), do.LegReady(), do.Joined())
    assert story.call.phase is Phase.TALKING


def test_without_another_media_server_they_wait_for_people_after_all() -> None:
    story = ringing()
    in_vain(story)
    story.after(do.MediaGone(), do.Joined())  # it dies at the last moment
    assert do.SendToPeople("humans") in story.after(commands.MediaRefused(reason="full"))


def test_an_agent_who_dies_before_it_has_said_that_a_person_comes_is_not_waited_for() -> None:
    story, _ = ordered("202")
    assert do.Park() in story.after(do.MediaGone())


@pytest.mark.parametrize("reason", ["brain_failed", "hearing_failed", "speaking_failed"])
def test_an_agent_who_failed_does_not_come_back(reason: str) -> None:
    story = talking()
    story.after(msgspec.structs.replace(WISH, reason=reason), *PARKED)
    story.after(do.PhoneGone(1, "busy"), do.PhoneGone(2, "busy"), do.CallerLeft())
    assert do.SayNobodyIsFree() in story.after(do.CallerBack("TIMEOUT"))


def test_a_caller_who_cannot_be_parked_goes_to_people_at_once() -> None:
    story = talking()
    story.after(WISH)
    assert do.SendToPeople("humans") in story.after(do.AsteriskFailed())


def test_last_words_that_cannot_be_said_are_a_hang_up() -> None:
    story = in_queue(site(nobody="goodbye"))
    story.after(do.CallerBack("TIMEOUT"))
    assert story.after(do.AsteriskFailed()) == [do.HangUp(16)]


def test_hanging_up_by_order_stops_the_phone() -> None:
    did = ringing().after(HangUpCall(order_id="1", call_id="1", site_id="demo"))  # type: ignore[arg-type]
    assert do.DropOperator(1) in did and do.HangUp(16) in did


# ── by order ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def ordered(destination: str = "", at: Site = SITE, **more: object) -> tuple[Story, Next | None]:
    story = talking(at)
    wish = TransferCall(order_id="1", call_id="1", site_id="demo", destination=destination, **more)  # type: ignore[arg-type]
    went = handover.order(story.call, wish, 100.0)
    if went is not None:
        story.call = went[0]
    return story, went


def test_by_order_the_agent_says_so_first() -> None:
    story, went = ordered("202", summary="is angry")
    assert went is not None and went[1] == [do.Tell(commands.AnnounceTransfer())]
    said = commands.TransferRequested(destination="", reason="ordered")
    assert story.after(said) == [STAND_BY, do.Brief("is angry"), do.Park()]
    assert story.after(*PARKED)[-1] == do.RingOperator(1, "202")


def test_an_agent_who_does_not_say_so_is_not_waited_for() -> None:
    story, _ = ordered("202")
    assert do.Park() in story.after(Tick())


def test_blind_the_caller_is_sent_and_comes_back_if_nobody_answers() -> None:
    story, _ = ordered("202", kind="blind")
    assert story.after(Tick())[-1] == do.SendCaller(Way("extension", "202"))
    assert story.after(do.CallerLeft(), do.CallerBack("BUSY"))[-1] == do.Rejoin()


def test_there_are_destinations_that_do_not_exist_or_are_not_allowed() -> None:
    outside = site(outside="+919812345678", outside_allowed=("+919812345679",), trunk="carrier")
    assert ordered("299")[1] is None
    assert ordered("+919812345678")[1] is None, "this site calls nobody outside"
    assert ordered("+919812345670", outside)[1] is None
    assert ordered("rm -rf")[1] is None
    for destination in ("", "sales", "201", "+919812345679"):
        assert ordered(destination, outside)[1] is not None


def test_an_agent_that_failed_where_nobody_is_to_be_had_does_not_apologise_for_ever() -> None:
    story = talking(site(supervised=False, queue=False))
    wish = commands.TransferRequested(destination="humans", reason="brain_failed")
    assert do.SayNobodyIsFree() in story.after(wish)
    assert story.after(GONE)[-1] == do.NoteEnded("failed", 16, "Normal Clearing")


def test_an_agent_that_dies_while_it_announces_a_person_keeps_nobody_waiting() -> None:
    story, _ = ordered("201")
    assert stage(story) is Stage.ANNOUNCING
    assert do.Park() in story.after(do.MediaGone())


# ── a later life of ours ─────────────────────────────────────────────────────────────────────────────────────────────
def later(stage: Stage, ways: tuple[Way, ...] = (Way("operator", "201"), Way("queue", "humans"))) -> Story:
    search = Handover(ways, "asked", stage, "wants a refund", number=4, since=1.0)
    return Story(search_on(LIMITS, SITE, 7.0, search, 100.0))


def test_a_phone_that_rang_when_we_died_is_asked_after() -> None:
    story = later(Stage.RINGING)
    assert story.did == [do.ResumeMedia(), do.Follow(), do.LookForOperator(4), do.LookForCaller()]
    assert story.after(OPENED) == []
    assert story.after(do.PhoneGone(4, "no_answer"))[-1] == do.SendCaller(Way("queue", "humans"))


def test_an_operator_who_accepted_while_we_were_dead_is_found_with_the_caller() -> None:
    story = later(Stage.RINGING)
    story.after(do.CallerLeft(), Tick())
    did = story.after(do.CallerMet("201"))
    assert asked(did) == [("201", "accepted")]
    assert do.NoteTransferred("201", "asked") in did


def test_whoever_was_sent_is_looked_for() -> None:
    story = later(Stage.SENT, (Way("queue", "humans"),))
    assert story.after(do.CallerLeft(), Tick()) == [do.LookForCaller()]
    assert story.after(do.CallerElsewhere()) == []
    assert story.after(do.CallerBack("TIMEOUT"))[-1] == do.Rejoin()


def test_whoever_was_to_be_sent_when_we_died_and_never_left_does_not_wait_for_ever() -> None:
    story = later(Stage.SENT, (Way("queue", "humans"),))
    assert story.after(do.CallerBack(do.FOUND))[-1] == do.Fetch(), "their recording may have stopped: it goes on"
    assert story.after(do.CallerBack("referred")) == [do.Rejoin()]


def test_the_way_back_to_the_agent_is_gone_again() -> None:
    story = later(Stage.REJOINING, ())
    assert story.did[-1] == do.Rejoin()
    assert story.after(do.Joined()) == [COME_BACK]


def test_a_search_begun_is_begun_again() -> None:
    assert do.Park() in later(Stage.PARKING).did


def test_the_agent_of_a_media_session_that_did_not_outlive_us_comes_back_in_another_one() -> None:
    story = later(Stage.SENT, (Way("queue", "humans"),))
    story.after(commands.MediaRefused(reason="no such session"))
    assert story.after(do.CallerBack("TIMEOUT"))[-1] == do.Rejoin()
    assert story.after(do.Joined()) == [do.ReplaceMedia(SITE, "nobody_free")]


# ── in any order ─────────────────────────────────────────────────────────────────────────────────────────────────────
EVENTS: list[do.Happening | Tick] = [
    *PARKED, do.CallerBack("TIMEOUT"), do.CallerBack("outside-BUSY-17"), do.CallerMet("201"), do.CallerElsewhere(),
    do.PhoneAnswered(1), do.PhoneAnswered(2), do.PhoneGone(1, "declined"), do.PhoneGone(2, "no_answer"), do.Joined(),
    do.MediaGone(), do.AsteriskFailed(), do.KeyPressed("1"), do.PutOnHold(), WISH, OPENED,
    commands.MediaClosed(reason=""), commands.HangUpRequested(reason="goodbye"), Tick(),
]  # fmt: skip
SITES = [SITE, site(queue=False), site(nobody="goodbye"), site(outside="+919812345678", trunk="carrier", refer=True)]


@given(st.sampled_from(SITES), st.lists(st.sampled_from(EVENTS), max_size=40))
def test_a_caller_is_never_left_with_nothing_pending(at: Site, events: list[do.Happening | Tick]) -> None:
    story = talking(at)
    story.after(WISH)
    for event in events:
        story.after(event) if story.call.deadline or not isinstance(event, Tick) else None
        assert story.call.over or story.call.deadline is not None
        assert (story.call.handover is not None) == (story.call.phase is Phase.HANDOVER)
    story.after(GONE)
    ends = [action for action in story.did if isinstance(action, do.NoteEnded)]
    assert len(ends) == 1
    rung = {action.number for action in story.did if isinstance(action, do.RingOperator)}
    assert len(rung) == sum(isinstance(action, do.RingOperator) for action in story.did), "no leg's name is used twice"


@given(st.sampled_from(SITES), st.lists(st.sampled_from(EVENTS), max_size=20))
def test_by_its_deadlines_alone_every_search_comes_to_an_end(at: Site, events: list[do.Happening | Tick]) -> None:
    story = talking(at)
    story.after(WISH)
    for event in events:
        story.after(event) if story.call.deadline or not isinstance(event, Tick) else None
    for _ in range(40):
        if story.call.phase is not Phase.HANDOVER:
            return
        waits = story.call.handover is not None and story.call.handover.stage in (Stage.SENT, Stage.TAKING)
        story.after(do.CallerBack("TIMEOUT") if waits else Tick())  # who is looked for is found in the end
    raise AssertionError(f"still {story.call.handover}")
