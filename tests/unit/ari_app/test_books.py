"""A call's page: what the journal keeps of it from one chapter to the next, and which recordings stay."""

from pathlib import Path

from ari_app.books import Books, Caller, CallRecord
from ari_app.call.vocabulary import NoteEnded, NoteTransferred
from ari_app.call.wishes import Wishes
from ari_app.journal import Journal
from ari_app.recordings import Recordings
from core.events import AnyEvent, CallEnded
from core.ids import CallId
from tests.unit.ari_app.world import SITE

CALLER = Caller(CallId("1"), "9876543210", "1000", "(ulaw)")
HUNG_UP = NoteEnded("caller_hung_up", 16, "Normal Clearing")


class Desk:
    """A record on a disk; `facts` is what it told."""

    def __init__(self, home: Path) -> None:
        self.facts: list[AnyEvent] = []
        self.journal = Journal(home / "calls")
        self.recording = home / "1-rx.wav"
        self.recording.write_bytes(b"RIFF")
        self.record = CallRecord(Books(self.journal, self.facts.append, Recordings(home)), None)
        self.record.started(CALLER, SITE)

    def ended(self) -> CallEnded:
        self.record.ended(HUNG_UP)
        assert isinstance(self.facts[-1], CallEnded)
        return self.facts[-1]


def test_the_recording_of_an_answered_call_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.record.answered(7.0)
    assert desk.ended().recording == "1"
    assert desk.recording.exists()


def test_of_a_call_that_nobody_answered_nothing_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.ended().recording is None
    assert not desk.recording.exists()


def test_a_caller_whom_people_gave_back_is_still_answered_and_recorded(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.record.answered(7.0)
    desk.record.wished(Wishes(supervisors=1))
    desk.record.transferred(NoteTransferred("humans", "asked"))
    desk.record.started(CALLER, SITE)  # routed anew
    (kept,) = desk.journal.entries()
    assert (kept.answered_at, kept.with_people, kept.wishes.supervisors) == (7.0, False, 1)
    assert desk.ended().recording == "1"


def test_what_a_full_disk_would_not_have_is_in_the_journal_once_it_has_room(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    in_the_way = tmp_path / "calls" / "1.new"
    in_the_way.mkdir()  # whoever runs this may be root, for whom a disk is never read-only
    desk.record.answered(7.0)
    assert desk.journal.entries()[0].answered_at is None
    desk.journal.catch_up()
    in_the_way.rmdir()
    desk.journal.catch_up()
    assert desk.journal.entries()[0].answered_at == 7.0


def test_a_call_that_ended_meanwhile_does_not_come_back_into_the_journal(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    in_the_way = tmp_path / "calls" / "1.new"
    in_the_way.mkdir()
    desk.record.answered(7.0)
    in_the_way.rmdir()
    desk.ended()
    desk.journal.catch_up()
    assert desk.journal.entries() == []


def test_a_recording_that_can_not_be_deleted_ends_nothing_but_its_own_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.recording.unlink()
    desk.recording.mkdir()
    assert desk.ended().recording is None


def test_a_page_that_can_not_be_read_just_now_is_not_thrown_away(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    unread, broken = tmp_path / "calls" / "2.json", tmp_path / "calls" / "3.json"
    unread.mkdir()
    broken.write_bytes(b"{")
    assert [entry.call_id for entry in desk.journal.entries()] == ["1"]
    assert unread.exists()
    assert not broken.exists(), "a crash left it half-written"
