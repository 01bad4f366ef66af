"""Calls that came and left while ari-app slept: they have a record all the same, though whose they were was learnt too late."""

from ari_app.call import vocabulary as do
from ari_app.call.machine import arrive
from ari_app.call.routing import Admit, Overflow, Refuse
from ari_app.call.state import Limits, Phase
from core.events import Outcome
from core.machine import Tick
from tests.unit.ari_app.test_call_machine import GONE, SITE, Story

ADMITTED = do.Routed(Admit(SITE))
UNKNOWN = do.Routed(Overflow(None, "humans", "database_away"))
TALKED = do.CallerGone(16, "Normal Clearing", answered_at=7.0)


def slept() -> Story:
    return Story(arrive(Limits(), 100.0))


def notes(story: Story) -> list[do.Action]:
    kinds = do.NoteStarted | do.NoteAnswered | do.NoteTransferred | do.NoteEnded
    return [action for action in story.did if isinstance(action, kinds)]


def ended(outcome: Outcome) -> do.NoteEnded:
    return do.NoteEnded(outcome, 16, "Normal Clearing")


def test_a_caller_who_has_gone_before_it_is_known_whose_they_are_is_waited_for_by_the_record() -> None:
    story = slept()
    story.after(GONE)
    assert story.call.phase is Phase.CLOSING
    story.after(ADMITTED)
    assert notes(story) == [do.NoteStarted(SITE), ended("abandoned")]
    assert not any(isinstance(action, do.ReserveMedia | do.PickUp) for action in story.did)


def test_one_who_was_answered_meanwhile_was_with_people() -> None:
    story = slept()
    story.after(do.CallerLeft(), TALKED, ADMITTED)
    met = [do.NoteAnswered(7.0), do.NoteTransferred("humans", "controller_lost")]
    assert notes(story) == [do.NoteStarted(SITE), *met, ended("transferred")]


def test_nobody_waits_for_ever_and_a_number_that_is_nobody_s_has_no_record() -> None:
    for answer in (Tick(), UNKNOWN, do.Routed(Refuse(None, 1))):
        story = slept()
        story.after(GONE, answer)
        assert notes(story) == [ended("abandoned")]
        assert story.call.over


def test_a_caller_whom_the_watchdog_has_moved_is_followed_and_recorded() -> None:
    story = slept()
    story.after(do.CallerLeft(), ADMITTED, Tick(), do.PickedUp(7.0), do.CallerElsewhere())
    assert story.call.phase is Phase.WITH_PEOPLE
    moved = [do.NoteAnswered(7.0), do.NoteTransferred("elsewhere", "moved")]
    assert notes(story) == [do.NoteStarted(SITE), *moved]
    story.after(GONE)
    assert notes(story)[-1] == ended("transferred")


def test_the_same_if_the_directory_is_slower_than_that() -> None:
    story = slept()
    story.after(do.CallerLeft(), Tick(), do.PickedUp(7.0), do.CallerElsewhere())
    before = len(story.did)
    story.after(ADMITTED)
    assert story.did[before:] == [do.NoteStarted(SITE), do.NoteAnswered(7.0), do.NoteTransferred("elsewhere", "moved")]
    assert story.call.phase is Phase.WITH_PEOPLE


def test_whom_we_sent_to_people_without_knowing_their_site_is_not_told_of_here() -> None:
    """The dialplan has written them down (test_missed.py)."""
    story = slept()
    story.after(UNKNOWN, do.CallerLeft(), ADMITTED, GONE)
    assert notes(story) == [do.NoteTransferred("humans", "database_away"), ended("transferred")]
    story = slept()
    story.after(Tick(), do.CallerLeft(), ADMITTED, GONE)
    assert not any(isinstance(action, do.NoteStarted) for action in story.did)
