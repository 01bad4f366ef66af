"""The facts of a call, as they become true: to the outbox for the records, to the journal for a later life of ours."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from ari_app import metrics
from ari_app.call.vocabulary import NoteEnded, NoteTransferred
from ari_app.journal import Entry, Journal
from ari_app.recordings import Recordings
from core.events import AnyEvent, CallAnswered, CallEnded, CallStarted, CallTransferred
from core.ids import CallId
from core.sites import Site


@dataclass(frozen=True, slots=True)
class Caller:
    call_id: CallId
    """Also the caller's channel in Asterisk."""
    number: str
    called: str
    native: str
    """Asterisk's name of the codec they speak."""


@dataclass(frozen=True, slots=True)
class Books:
    journal: Journal
    publish: Callable[[AnyEvent], None]
    recordings: Recordings

    def close(self, entry: Entry, end: NoteEnded) -> None:
        """The last fact of a call, its recording named. Of an unanswered call, or for a site that wants none, it is deleted."""
        wanted = entry.site.recording and (entry.answered or entry.with_people)
        ended = CallEnded(
            call_id=entry.call_id, site_id=entry.site.site_id, at=time.time(),
            outcome=end.outcome, cause=end.cause, cause_text=end.cause_text,
            recording=self.recordings.of(entry.call_id, wanted),
        )  # fmt: skip
        self.publish(ended)
        metrics.ENDED.labels(end.outcome).inc()
        self.journal.remove(entry.call_id)


class CallRecord:
    """One call's page. Calls that no site was found for have none: they are counted only."""

    def __init__(self, books: Books, entry: Entry | None) -> None:
        self.entry = entry
        self._books = books

    def started(self, caller: Caller, site: Site) -> None:
        """Said once, though a call that began in an earlier life may be routed anew."""
        new = self.entry is None
        self._keep(Entry(call_id=caller.call_id, site=site, caller=caller.number, called=caller.called, native=caller.native))
        if new:
            started = CallStarted(
                call_id=caller.call_id, site_id=site.site_id, at=time.time(),
                direction="inbound", caller=caller.number, called=caller.called,
            )  # fmt: skip
            self._books.publish(started)

    def answered(self, at: float) -> None:
        if entry := self.entry:
            self._keep(msgspec.structs.replace(entry, answered_at=at))
            self._books.publish(CallAnswered(call_id=entry.call_id, site_id=entry.site.site_id, at=at))

    def transferred(self, to: NoteTransferred) -> None:
        if entry := self.entry:
            self._keep(msgspec.structs.replace(entry, with_people=True))
            transferred = CallTransferred(
                call_id=entry.call_id, site_id=entry.site.site_id, at=time.time(),
                destination=to.destination, reason=to.reason,
            )  # fmt: skip
            self._books.publish(transferred)

    def ended(self, end: NoteEnded) -> None:
        if self.entry:
            self._books.close(self.entry, end)
        else:
            metrics.ENDED.labels(end.outcome).inc()

    def _keep(self, entry: Entry) -> None:
        self.entry = entry
        self._books.journal.write(entry)
