"""What a call does in Asterisk and with the media server: each action of its machine, as requests whose answers are events.

Requests that don't depend on each other run at the same time, each a task of the call's group.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from ari_app import metrics
from ari_app.ari.client import AriError, Gone, NotInStasis
from ari_app.books import Caller, CallRecord
from ari_app.call import vocabulary as do
from ari_app.call.routing import Admit, Found, Refuse, codec_for, decide
from ari_app.call.state import INTERWORKING
from ari_app.doors import Doors
from ari_app.media_link import MediaLink
from core.commands import AdoptMedia, OpenMedia
from core.ids import bridge_id, media_channel_id
from core.orders import Reply
from core.sites import Site

log = logging.getLogger(__name__)


class Hands:
    """Of one call. `say` takes what came of it to the machine, `answer` to who gave an order."""

    def __init__(
        self,
        doors: Doors,
        caller: Caller,
        record: CallRecord,
        say: Callable[[do.Happening], None],
        answer: Callable[[Reply], None],
    ) -> None:
        self._doors = doors
        self._caller = caller
        self._record = record
        self._say = say
        self._answer = answer
        self._media = MediaLink(doors.media_socket, doors.limits.media_open, say)
        self._tasks: asyncio.TaskGroup
        self._making: list[asyncio.Task[None]] = []
        self._has_legs = record.entry is not None
        self._began = time.monotonic()

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """From here on requests are tasks of this group."""
        self._tasks = tasks

    def perform(self, action: do.Action) -> None:  # noqa: C901 (one table)
        ari, call = self._doors.ari, self._caller.call_id
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
                self._start(self.release(reason))
            case do.NoteStarted(site):
                self._record.started(self._caller, site)
                self._start(self._ask(ari.set_variable(call, "SITE", site.site_id), vital=False))  # for the watchdog
            case do.NoteAnswered(at):
                self._record.answered(at)
            case do.NoteTransferred():
                self._record.transferred(action)
            case do.NoteEnded():
                self._record.ended(action)
            case do.AnswerOrder(reply):
                self._answer(reply)

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
                self._say(do.AsteriskFailed())
        else:
            if done is not None:
                self._say(done)

    def _refused(self, error: AriError) -> None:
        metrics.ARI_ERRORS.labels(type(error).__name__).inc()
        if not isinstance(error, Gone | NotInStasis):  # the caller hung up or left meanwhile: no news
            log.warning("! Asterisk did not", extra={"call": self._caller.call_id, "error": str(error)})

    async def _route(self) -> None:
        finding = await self._doors.sites.find(self._caller.called)
        seats = self._doors.seats
        of_site = seats.of(finding.site.site_id) if isinstance(finding, Found) else 0
        decision = decide(finding, at=datetime.now(UTC), of_site=of_site, total=len(seats), max_total=self._doors.max_total)
        if isinstance(decision, Admit):  # no await since the count
            seats.take(self._caller.call_id, decision.site.site_id)
        else:
            metrics.REFUSED.labels(str(decision.cause) if isinstance(decision, Refuse) else decision.reason).inc()
        self._say(do.Routed(decision))
        if isinstance(finding, Found):
            await self._doors.recordings.prefer(self._caller.called, finding.site.recording)

    def _opening(self, site: Site, announce: bool) -> OpenMedia:
        caller = self._caller
        codec = codec_for(caller.native)
        return OpenMedia(
            call_id=caller.call_id, site=site, codec=codec, caller=caller.number, called=caller.called, announce=announce
        )

    async def _make_leg(self, host: str) -> None:
        leg = media_channel_id(self._caller.call_id)
        try:
            address, port = await self._doors.ari.external_media(leg, host, codec_for(self._caller.native))
        except AriError as error:
            self._refused(error)
            self._say(do.AsteriskFailed())
        else:
            self._say(do.LegMade(address, port))

    async def _pick_up(self) -> None:
        asked = time.monotonic()
        metrics.READY_TO_ANSWER.observe(asked - self._began)
        try:
            await self._doors.ari.answer(self._caller.call_id)
        except AriError as error:
            self._refused(error)
            self._say(do.AsteriskFailed())
        else:
            metrics.ANSWER.observe(time.monotonic() - asked)
            self._say(do.PickedUp(time.time()))

    async def _look_for_caller(self) -> None:
        try:
            await self._doors.ari.channel(self._caller.call_id)
        except Gone:
            self._say(do.CallerGone(INTERWORKING, "end not seen"))
        except AriError as error:
            self._refused(error)
        else:
            self._say(do.CallerElsewhere())

    async def release(self, reason: str) -> None:
        """Leave nothing behind: media session, leg, bridge. Again costs nothing."""
        if self._making:
            await asyncio.wait(self._making)
        leftovers, self._has_legs = self._has_legs or bool(self._making), False
        self._making.clear()
        await asyncio.gather(self._media.close(reason), self._delete_legs() if leftovers else asyncio.sleep(0))

    async def _delete_legs(self) -> None:
        ari, call = self._doors.ari, self._caller.call_id
        await self._ask(ari.hang_up(media_channel_id(call)), vital=False)
        await self._ask(ari.destroy_bridge(bridge_id(call)), vital=False)
