"""The facts of a call, as they become true: to the outbox for the records, to the journal for a later life of ours."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from ari_app import metrics
from ari_app.call.plan import Handover
from ari_app.call.vocabulary import NoteAsked, NoteEnded, NoteTransferred
from ari_app.call.wishes import Wishes
from ari_app.followers import Company, told
from ari_app.journal import Entry, Journal
from ari_app.recordings import Recordings
from core.commands import AnsweredBy
from core.events import AnyEvent, CallAnswered, CallAnsweredBy, CallEnded, CallStarted, CallTransferred, PersonAsked
from core.ids import CallId
from core.purpose import Purpose
from core.sites import Site


@dataclass(frozen=True, slots=True)
class Caller:
    call_id: CallId
    """Also the caller's channel in Asterisk."""
    number: str
    called: str
    native: str
    """Asterisk's name of the codec they speak."""
    name: str = ""
    """As their network tells it; seldom."""
    purpose: Purpose | None = None
    """Of a call out: `number` is whom we called, `called` the number they saw."""


@dataclass(frozen=True, slots=True)
class Books:
    journal: Journal
    publish: Callable[[AnyEvent], None]
    recordings: Recordings

    def catch_up(self, entry: Entry, at: float, reason: str) -> None:
        """How a call began that went to people without us, told when we know of it."""
        self.journal.write(entry)
        told: dict[str, Any] = {"call_id": entry.call_id, "site_id": entry.site.site_id, "at": at}
        self.publish(CallStarted(direction="inbound", caller=entry.caller, called=entry.called, **told))
        self.publish(CallAnswered(**told))
        self.publish(CallTransferred(destination=entry.site.operator, reason=reason, **told))

    def close(self, entry: Entry, end: NoteEnded, at: float | None = None) -> None:
        """The last fact of a call (by default, of now), its recording named. Of an unanswered call, or for a site that wants
        none, it is deleted."""
        wanted = end.outcome == "voicemail" or (entry.site.recording and (entry.answered or entry.with_people))
        ended = CallEnded(
            call_id=entry.call_id, site_id=entry.site.site_id, at=at or time.time(),
            outcome=end.outcome, cause=end.cause, cause_text=end.cause_text, sip_status=end.sip_status,
            recording=self.recordings.of(entry.call_id, wanted),
        )  # fmt: skip
        self.publish(ended)
        metrics.ENDED.labels(end.outcome).inc()
        self.journal.remove(entry.call_id)

    def met(self, entry: Entry, company: Company, at: float) -> Entry:
        for event in told(Company(entry.person), company, entry.call_id, entry.site.site_id, at):
            self.publish(event)
        entry = msgspec.structs.replace(entry, person=company.person, met_at=at)
        self.journal.write(entry)
        return entry


class CallRecord:
    """One call's page. Calls that no site was found for have none: they are counted only."""

    def __init__(self, books: Books, entry: Entry | None) -> None:
        self.entry = entry
        self._books = books

    def started(self, caller: Caller, site: Site) -> None:
        """Said once. A call may be routed anew, for it began in an earlier life or people gave it back: what was, was."""
        if self.entry:
            self._keep(msgspec.structs.replace(self.entry, site=site, with_people=False, handover=None))
        else:
            entry = Entry(
                call_id=caller.call_id, site=site, caller=caller.number, called=caller.called, native=caller.native,
                purpose=caller.purpose,
            )  # fmt: skip
            self._keep(entry)
            numbers = (caller.number, caller.called) if caller.purpose is None else (caller.called, caller.number)
            started = CallStarted(
                call_id=caller.call_id, site_id=site.site_id, at=time.time(),
                direction="inbound" if caller.purpose is None else "outbound", caller=numbers[0], called=numbers[1],
            )  # fmt: skip
            self._books.publish(started)

    def answered(self, at: float) -> None:
        if entry := self.entry:
            self._keep(msgspec.structs.replace(entry, answered_at=at))
            self._books.publish(CallAnswered(call_id=entry.call_id, site_id=entry.site.site_id, at=at))

    def answered_by(self, told: AnsweredBy) -> None:
        if entry := self.entry:
            answered_by = CallAnsweredBy(
                call_id=entry.call_id, site_id=entry.site.site_id, at=time.time(), kind=told.kind, seconds=told.seconds
            )
            self._books.publish(answered_by)

    def media(self, server: str, session: int) -> None:
        """Who was asked to have the conversation."""
        if self.entry:
            self._keep(msgspec.structs.replace(self.entry, media=server, session=session))

    def transferred(self, to: NoteTransferred) -> None:
        if entry := self.entry:
            self._keep(msgspec.structs.replace(entry, with_people=True))
            transferred = CallTransferred(
                call_id=entry.call_id, site_id=entry.site.site_id, at=time.time(),
                destination=to.destination, reason=to.reason,
            )  # fmt: skip
            self._books.publish(transferred)

    def searching(self, search: Handover | None) -> None:
        """How far a person has been looked for."""
        if self.entry:
            self._keep(msgspec.structs.replace(self.entry, handover=search))

    def wished(self, wishes: Wishes) -> None:
        """What is wanted of the conversation: a later life of ours goes by it."""
        if self.entry:
            self._keep(msgspec.structs.replace(self.entry, wishes=wishes))

    def asked(self, note: NoteAsked) -> None:
        if entry := self.entry:
            asked = PersonAsked(
                call_id=entry.call_id, site_id=entry.site.site_id, at=time.time(),
                person=note.person, result=note.result, seconds=round(time.monotonic() - note.since, 3),
            )  # fmt: skip
            self._books.publish(asked)

    def company(self, before: Company, after: Company) -> None:
        """Who came to the caller, and who left them."""
        if self.entry and before != after:
            self.entry = self._books.met(self.entry, after, time.time())

    def ended(self, end: NoteEnded) -> None:
        if self.entry:
            self._books.close(self.entry, end)
        else:
            metrics.ENDED.labels(end.outcome).inc()

    def _keep(self, entry: Entry) -> None:
        self.entry = entry
        self._books.journal.write(entry)
