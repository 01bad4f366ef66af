"""Calls that the agent does not take, or not at once, as stories."""

import msgspec
import pytest

from ari_app.call import vocabulary as do
from ari_app.call.machine import arrive, watch
from ari_app.call.routing import Admit, PeopleFirst, PlayTape, Refuse, Tape
from ari_app.call.state import Limits, Phase
from core import commands
from core.handover import Handover
from core.machine import Tick
from tests.unit.ari_app.test_call_machine import GONE, OPENED, SITE, Story

RINGING = do.LeaveTo("people-first", "15")


def ringing() -> Story:
    story = Story()
    assert story.after(do.Routed(PeopleFirst(SITE, 15))) == [do.NoteStarted(SITE), RINGING]
    story.after(do.CallerLeft())
    assert story.call.phase is Phase.PEOPLE_FIRST
    return story


def greeted(instead: Tape = "voicemail") -> Story:
    """The agent tells how to leave a message, or that it takes none."""
    story = Story()
    story.after(do.Routed(Admit(SITE, instead)), OPENED, do.BridgeMade(), do.LegReady())
    story.after(do.LegMade("127.0.0.1", 10002), do.Joined(), do.PickedUp(at=7.0))
    assert story.call.phase is Phase.GREETING
    return story


def test_only_the_sites_own_operators_are_rung_first_where_it_names_them() -> None:
    machine, own = Limits(phones=("201", "202")), Handover(operators=("202",))
    story = Story(arrive(machine, 100.0))
    assert do.LeaveTo("people-first", "15", ("201", "202")) in story.after(do.Routed(PeopleFirst(SITE, 15)))
    story = Story(arrive(machine, 100.0))
    site = msgspec.structs.replace(SITE, handover=own)
    assert do.LeaveTo("people-first", "15", ("202",)) in story.after(do.Routed(PeopleFirst(site, 15)))


def test_an_operator_who_picks_up_has_the_call_and_the_record_knows_who_and_since_when() -> None:
    story = ringing()
    assert story.after(do.PickedUp(at=7.0)) == [do.NoteAnswered(7.0)]
    assert story.after(do.CallerMet("201")) == [do.NoteTransferred("201", "people_first")]
    assert story.after(GONE)[-1] == do.NoteEnded("transferred", 16, "Normal Clearing")


def test_an_operator_of_whom_nothing_is_heard_after_the_answer_has_it_all_the_same() -> None:
    story = ringing()
    story.after(do.PickedUp(at=7.0))
    assert story.after(Tick()) == [do.NoteTransferred("humans", "people_first")]


@pytest.mark.parametrize("event", [do.CallerBack("nobody"), do.AsteriskFailed()])
def test_nobody_picks_up_and_the_agent_does(event: do.Happening) -> None:
    story = ringing()
    assert story.after(event) == [do.FindSite(people_asked=True)]
    assert do.Ring() in story.after(do.Routed(Admit(SITE)))
    assert story.call.phase is Phase.OPENING


def test_nobody_picks_up_and_the_agent_is_full() -> None:
    story = ringing()
    story.after(do.CallerBack("nobody"))
    assert do.HangUp(17) in story.after(do.Routed(Refuse(SITE, 17)))


def test_a_caller_who_hangs_up_while_it_rings_has_abandoned_the_call() -> None:
    assert ringing().after(GONE)[-1] == do.NoteEnded("abandoned", 16, "Normal Clearing")


def test_a_caller_of_whom_nothing_is_heard_is_looked_for_and_waited_for_on() -> None:
    story = ringing()
    assert story.after(Tick()) == [do.LookForCaller()]
    assert story.after(do.CallerElsewhere()) == []
    assert story.call.phase is Phase.PEOPLE_FIRST


def test_the_beep_follows_the_agents_last_word() -> None:
    story = greeted()
    did = story.after(commands.HangUpRequested(reason="goodbye"))
    assert did == [do.LeaveTo("voicemail", "greeted"), do.ReleaseMedia("voicemail")]
    assert story.after(do.CallerLeft(), GONE)[-1] == do.NoteEnded("voicemail", 16, "Normal Clearing")


@pytest.mark.parametrize(
    "event", [do.MediaGone(), do.AsteriskFailed(), Tick(), commands.TransferRequested(destination="", reason="speaking_failed")]
)
def test_an_agent_that_breaks_while_it_speaks_leaves_the_words_to_asterisk(event: do.Happening | Tick) -> None:
    assert do.LeaveTo("voicemail", "s") in greeted().after(event)


def test_an_announcement_ends_the_call_and_one_that_breaks_is_asterisks_to_make() -> None:
    assert do.HangUp(16) in greeted("sorry").after(commands.HangUpRequested(reason="goodbye"))
    assert do.LeaveTo("sorry", "s") in greeted("sorry").after(do.MediaGone())


@pytest.mark.parametrize("instead", ["voicemail", "sorry"])
@pytest.mark.parametrize("event", [commands.MediaRefused(reason="draining"), do.MediaGone(), do.AsteriskFailed(), Tick()])
def test_who_is_not_to_reach_people_does_not_though_the_agent_has_no_room(instead: Tape, event: do.Happening | Tick) -> None:
    story = Story()
    story.after(do.Routed(Admit(SITE, instead)))
    assert story.after(event) == [do.LeaveTo(instead, "s"), do.ReleaseMedia(instead)]


def test_a_caller_who_hangs_up_before_the_beep_has_left_no_message() -> None:
    assert greeted().after(GONE)[-1] == do.NoteEnded("caller_hung_up", 16, "Normal Clearing")


def test_a_tape_needs_no_agent_and_is_answered_by_the_dialplan() -> None:
    story = Story()
    did = story.after(do.Routed(PlayTape(SITE, "voicemail", "full")))
    assert did == [do.NoteStarted(SITE), do.LeaveTo("voicemail", "s"), do.ReleaseMedia("voicemail")]
    assert story.after(do.CallerLeft(), do.PickedUp(at=7.0)) == [do.NoteAnswered(7.0)]
    assert story.after(do.LeavesMessage()) == []
    assert story.after(GONE)[-1] == do.NoteEnded("voicemail", 16, "Normal Clearing")


def test_a_tape_that_says_sorry_is_a_rejected_call() -> None:
    story = Story()
    assert do.LeaveTo("sorry", "s") in story.after(do.Routed(PlayTape(SITE, "sorry", "full")))
    assert story.after(do.CallerLeft(), do.PickedUp(at=7.0), GONE)[-1] == do.NoteEnded("rejected", 16, "Normal Clearing")


def test_a_tape_that_cannot_be_played_ends_the_call() -> None:
    story = Story()
    story.after(do.Routed(PlayTape(SITE, "sorry", "full")))
    assert do.HangUp(16) in story.after(do.AsteriskFailed())


def test_a_message_left_because_no_person_was_free_is_one() -> None:
    story = Story(watch(Limits(), SITE, 100.0))
    story.after(do.LeavesMessage())
    assert story.after(GONE)[-1] == do.NoteEnded("voicemail", 16, "Normal Clearing")


def test_a_person_sends_the_caller_back_to_the_agent_who_begins_anew() -> None:
    story = Story(watch(Limits(), SITE, 100.0))
    assert story.after(do.CallerBack("referred")) == [do.FindSite(people_asked=True)]
    assert do.MakeBridge() in story.after(do.Routed(Admit(SITE)))
    story.after(OPENED, do.BridgeMade(), do.LegReady(), do.LegMade("127.0.0.1", 10002), do.Joined(), do.PickedUp(at=7.0))
    assert story.call.phase is Phase.TALKING
    assert story.after(GONE)[-1] == do.NoteEnded("caller_hung_up", 16, "Normal Clearing")
