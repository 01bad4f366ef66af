"""One call: its task group, and the translation between its machine (call/machine.py), Asterisk and the media server.

    Asterisk's events ──hear──> ┐                       ┌──> requests to Asterisk, each a task of its own
    media server ──MediaLink──> ├─ inbox ─ drive(step) ─┼──> messages to the media server
    answers to our requests ──> ┘                       └──> facts to the records, the journal

No decision is taken here. Requests that don't depend on each other run at the same time; their answers are events.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from ari_app import metrics
from ari_app.ari.client import Ari, AriError, Gone, NotInStasis
from ari_app.ari.events import ChannelEvent
from ari_app.ari.models import ChannelDestroyed, ChannelDtmfReceived, ChannelHold, ChannelUnhold, StasisEnd, StasisStart
from ari_app.books import Books, Caller, CallRecord
from ari_app.call import vocabulary as do
from ari_app.call.machine import INTERWORKING, Call, Limits, Phase, adopt, arrive, step, watch
from ari_app.call.routing import FALLBACK_QUEUE, Admit, Finding, Found, Refuse, codec_for, decide
from ari_app.call.seats import Seats
from ari_app.journal import Entry
from ari_app.media_link import MediaLink
from ari_app.recordings import Recordings
from core.commands import AdoptMedia, OpenMedia
from core.drive import Inbox, drive
from core.ids import bridge_id, media_channel_id
from core.machine import Tick
from core.sites import Site

log = logging.getLogger(__name__)


class Directory(Protocol):
    """Knows whose number was dialled (sites.py)."""

    async def find(self, number: str) -> Finding: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What a call needs of the world."""

    ari: Ari
    sites: Directory
    recordings: Recordings
    books: Books
    seats: Seats
    media_socket: Path
    limits: Limits
    max_total: int


class Session:
    def __init__(self, doors: Doors, caller: Caller, entry: Entry | None = None) -> None:
        """`entry`: what the journal says of a call of an earlier life."""
        self.caller = caller
        self._doors = doors
        self._record = CallRecord(doors.books, entry)
        self._inbox: Inbox[do.Happening] = Inbox()
        self._media = MediaLink(doors.media_socket, doors.limits.media_open, self._inbox.put)
        self._tasks: asyncio.TaskGroup
        self._making: list[asyncio.Task[None]] = []
        self._has_legs = entry is not None
        self._arrived = time.monotonic()

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    async def run(self) -> None:
        """To the end of the call. What goes wrong with a neighbour is an event; what is raised here is a fault of ours."""
        call, actions = self._begin(asyncio.get_running_loop().time())
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for action in actions:
                    self._perform(action)
                await drive(call, step, self._inbox, self._perform, self._observe)
        finally:
            self._doors.seats.give_back(self.caller.call_id)
            metrics.INBOX_DROPPED.inc(self._inbox.dropped)

    def _begin(self, now: float) -> tuple[Call, Sequence[do.Action]]:
        match self._record.entry:
            case Entry(with_people=True, site=site):
                return watch(self._doors.limits, site, now)
            case Entry(answered_at=float(answered_at), site=site):
                self._doors.seats.take(self.caller.call_id, site.site_id)
                return adopt(self._doors.limits, site, answered_at, now)
            case _:
                return arrive(self._doors.limits, now)

    async def give_up(self) -> None:
        """After a fault of ours: the caller still gets a person."""
        entry = self._record.entry
        try:
            await self._doors.ari.to_dialplan(self.caller.call_id, "people", entry.site.operator if entry else FALLBACK_QUEUE)
        except AriError as error:
            log.warning("! caller lost", extra={"call": self.caller.call_id, "error": str(error)})
        await self._release("failed")
        self._record.ended(do.NoteEnded("failed", INTERWORKING, "fault of ours"))

    # ── Asterisk's events in ─────────────────────────────────────────────────────────────────────────────────────────
    def hear(self, event: ChannelEvent) -> None:
        """An event of the caller's channel or of the media leg."""
        if happening := self._translate(event):
            self._inbox.put(happening)

    def lose(self, happening: do.CallerGone | do.CallerLeft) -> None:
        """Found out by comparing, rather than heard: events were missed (recover.py)."""
        self._inbox.put(happening)

    def _translate(self, event: ChannelEvent) -> do.Happening | None:
        if event.channel.id != self.caller.call_id:
            match event:
                case StasisStart():
                    return do.LegReady()
                case StasisEnd():  # its end: silence both ways, if we did nothing
                    return do.MediaGone()
            return None
        match event:
            case ChannelDestroyed(cause=cause, cause_txt=text):
                return do.CallerGone(cause, text)
            case StasisEnd():
                return do.CallerLeft()
            case ChannelDtmfReceived(digit=digit):
                return do.KeyPressed(digit)
            case ChannelHold():
                return do.PutOnHold()
            case ChannelUnhold():
                return do.TakenOffHold()
        return None

    # ── the machine's actions out ────────────────────────────────────────────────────────────────────────────────────
    def _perform(self, action: do.Action) -> None:  # noqa: C901 (one table)
        ari, call = self._doors.ari, self.caller.call_id
        bridge, leg = bridge_id(call), media_channel_id(call)
        match action:
            case do.FindSite():
                self._start(self._route())
            case do.Follow():
                self._start(self._ask(ari.follow(call), vital=False))
            case do.LookForCaller():
                self._start(self._look_for_caller())
            case do.Ring():
                self._start(self._ask(ari.ring(call), vital=False))
            case do.MakeBridge():
                self._make(self._ask(ari.make_bridge(bridge), do.BridgeMade()))
            case do.ReserveMedia(site, announce):
                self._start(self._media.run(self._opening(site, announce)))
            case do.ResumeMedia():
                self._start(self._media.run(AdoptMedia(call_id=call)))
            case do.MakeLeg(host, port):
                self._make(self._make_leg(f"{host}:{port}"))
            case do.Join():
                self._start(self._ask(ari.join(bridge, call, leg), do.Joined()))
            case do.PickUp():
                self._start(self._pick_up())
            case do.Tell(message):
                self._media.send(message)
            case do.SendToPeople(queue):
                self._start(self._ask(ari.to_dialplan(call, "people", queue)))
            case do.HangUp(cause):
                self._start(self._ask(ari.hang_up(call, cause), vital=False))
            case do.ReleaseMedia(reason):
                self._start(self._release(reason))
            case do.NoteStarted(site):
                self._record.started(self.caller, site)
            case do.NoteAnswered(at):
                self._record.answered(at)
            case do.NoteTransferred():
                self._record.transferred(action)
            case do.NoteEnded():
                self._record.ended(action)

    def _observe(self, before: Call, event: do.Happening | Tick, after: Call) -> None:
        if after.phase is before.phase:
            return
        log.info("= %s", after.phase, extra={"call": self.caller.call_id, "on": type(event).__name__})
        if before.with_agent and not after.with_agent:
            self._doors.seats.give_back(self.caller.call_id)
        if after.phase is Phase.HANDING:
            metrics.TO_PEOPLE.labels(after.reason).inc()

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(work)

    def _make(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that leaves something in Asterisk: releasing waits for it, then deletes that."""
        self._making.append(self._start(work))

    async def _ask(self, request: Awaitable[None], done: do.Happening | None = None, *, vital: bool = True) -> None:
        """One request to Asterisk; `done` is the event of its success. One that is not `vital` may fail."""
        try:
            await request
        except AriError as error:
            self._refused(error)
            if vital:
                self._inbox.put(do.AsteriskFailed())
        else:
            if done is not None:
                self._inbox.put(done)

    def _refused(self, error: AriError) -> None:
        metrics.ARI_ERRORS.labels(type(error).__name__).inc()
        if not isinstance(error, Gone | NotInStasis):  # the caller hung up or left meanwhile: no news
            log.warning("! Asterisk did not", extra={"call": self.caller.call_id, "error": str(error)})

    async def _route(self) -> None:
        finding = await self._doors.sites.find(self.caller.called)
        seats = self._doors.seats
        of_site = seats.of(finding.site.site_id) if isinstance(finding, Found) else 0
        decision = decide(finding, at=datetime.now(UTC), of_site=of_site, total=len(seats), max_total=self._doors.max_total)
        if isinstance(decision, Admit):  # no await since the count
            seats.take(self.caller.call_id, decision.site.site_id)
        else:
            metrics.REFUSED.labels(str(decision.cause) if isinstance(decision, Refuse) else decision.reason).inc()
        self._inbox.put(do.Routed(decision))
        if isinstance(finding, Found):
            await self._doors.recordings.prefer(self.caller.called, finding.site.recording)

    def _opening(self, site: Site, announce: bool) -> OpenMedia:
        caller = self.caller
        codec = codec_for(caller.native)
        return OpenMedia(
            call_id=caller.call_id, site=site, codec=codec, caller=caller.number, called=caller.called, announce=announce
        )

    async def _make_leg(self, host: str) -> None:
        leg = media_channel_id(self.caller.call_id)
        try:
            address, port = await self._doors.ari.external_media(leg, host, codec_for(self.caller.native))
        except AriError as error:
            self._refused(error)
            self._inbox.put(do.AsteriskFailed())
        else:
            self._inbox.put(do.LegMade(address, port))

    async def _pick_up(self) -> None:
        asked = time.monotonic()
        metrics.READY_TO_ANSWER.observe(asked - self._arrived)
        try:
            await self._doors.ari.answer(self.caller.call_id)
        except AriError as error:
            self._refused(error)
            self._inbox.put(do.AsteriskFailed())
        else:
            metrics.ANSWER.observe(time.monotonic() - asked)
            self._inbox.put(do.PickedUp(time.time()))

    async def _look_for_caller(self) -> None:
        try:
            await self._doors.ari.channel(self.caller.call_id)
        except Gone:
            self._inbox.put(do.CallerGone(INTERWORKING, "end not seen"))
        except AriError as error:
            self._refused(error)
        else:
            self._inbox.put(do.CallerElsewhere())

    async def _release(self, reason: str) -> None:
        """Leave nothing behind: media session, leg, bridge. Again costs nothing."""
        if self._making:
            await asyncio.wait(self._making)
        leftovers, self._has_legs = self._has_legs or bool(self._making), False
        self._making.clear()
        await asyncio.gather(self._media.close(reason), self._delete_legs() if leftovers else asyncio.sleep(0))

    async def _delete_legs(self) -> None:
        ari, call = self._doors.ari, self.caller.call_id
        await self._ask(ari.hang_up(media_channel_id(call)), vital=False)
        await self._ask(ari.destroy_bridge(bridge_id(call)), vital=False)
