"""What a call does in Asterisk and with the media server: each action of its machine, as requests whose answers are events.

Requests that don't depend on each other run at the same time, each a task of the call's group.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ari_app import metrics
from ari_app.ari.client import AriError, Gone, NotInStasis
from ari_app.ari.events import ChannelEvent
from ari_app.books import Caller, CallRecord
from ari_app.call import vocabulary as do
from ari_app.call.routing import Admit, Found, Overflow, PlayTape, Refuse, Ringing, decide
from ari_app.call.wishes import FindAgain, FoundAgain, LiveAction
from ari_app.dialling import dial
from ari_app.doors import Doors
from ari_app.followers import Company, follow
from ari_app.kept_lines import PATIENCE_S
from ari_app.media_sessions import MediaSessions
from ari_app.obeying import Obeying
from ari_app.operators import Operators
from ari_app.phones import Phones
from core.events import INTERWORKING
from core.ids import bridge_id, company_variable
from core.orders import Reply
from core.sites import Site

log = logging.getLogger(__name__)

HURRY_S = 1.0
"""Longest that a site's first caller may wait, if it is one whom the agent does not take, for what they are told instead."""


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
        self._phones = Phones(doors.ari, caller.call_id, self._start)
        self._operators = Operators(doors, caller, self._phones, say)
        self._obeying = Obeying(doors, caller, self._phones, say, answer)
        self._media = MediaSessions(doors, caller, record, say)
        self._tasks: asyncio.TaskGroup
        self._making: list[asyncio.Task[None]] = []
        self._has_legs = record.entry is not None
        self._began = time.monotonic()

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """From here on requests are tasks of this group."""
        self._tasks = tasks

    def hear(self, event: ChannelEvent, leg: str) -> do.Happening | None:
        """Of a leg that is not the media session's."""
        told = self._phones.hear(event, leg)
        return None if told is None else self._operators.hear(told)

    def perform(self, action: do.Action) -> None:
        if isinstance(action, do.Note):
            self._note(action)
        elif isinstance(action, LiveAction):
            self._start(self._obeying.perform(action))
        elif isinstance(action, do.SearchAction):
            self._start(self._search(action))
        else:
            self._carry_out(action)

    def _carry_out(self, action: do.CallAction) -> None:  # noqa: C901 (one table)
        ari, call = self._doors.ari, self._caller.call_id
        bridge, leg = bridge_id(call), self.leg
        match action:
            case do.FindSite(people_asked):
                self._start(self._route(people_asked))
            case do.Follow():
                self._start(self._ask(ari.follow(call), vital=False))
            case FindAgain():
                self._start(self._ask(self._find_again()))
            case do.LookForCaller():
                self._start(self._look_for_caller())
            case do.Ring():
                self._start(self._ask(ari.ring(call), vital=False))
            case do.MakeBridge():
                self._make(self._ask(ari.make_bridge(bridge), do.BridgeMade()))
            case do.ReserveMedia() | do.ResumeMedia() | do.ReplaceMedia():
                self._have_media(action)
            case do.MakeLeg(host, port):
                self._make(self._ask(self._media.make_leg(f"{host}:{port}")))
            case do.Join():
                self._start(self._ask(ari.join(bridge, call, leg), do.Joined()))
            case do.PickUp():
                self._start(self._ask(self._pick_up()))
            case do.Tell(message):
                self._media.send(message)
            case do.SendToPeople(queue):
                self._start(self._send_to_people(queue))
            case do.LeaveTo():
                self._start(self._ask(self._leave_to(action)))
            case do.HangUp(cause):
                self._start(self._ask(ari.hang_up(call, cause), vital=False))
            case do.ReleaseMedia(reason):
                self._start(self.release(reason))
            case do.Dial():
                self._start(self._dial(action))
            case do.AnswerOrder(reply):
                self._answer(reply)

    def _have_media(self, action: do.ReserveMedia | do.ResumeMedia | do.ReplaceMedia) -> None:
        match action:
            case do.ReserveMedia(site, announce):
                self._start(self._ask(self._media.reserve(site, announce=announce)))
            case do.ResumeMedia():
                self._start(self._ask(self._media.resume()))
            case do.ReplaceMedia(site, first):
                lost, another = self._media.replace(site, first)
                self._start(self._ask(lost, vital=False))
                self._start(self._ask(another))

    def _note(self, action: do.Note) -> None:
        match action:
            case do.NoteStarted(site):
                self._record.started(self._media.caller, site)
                self._start(self._leave_word(site))
            case do.NoteAnswered(at):
                self._record.answered(at)
            case do.NoteCodec(native):
                self._media.caller = replace(self._media.caller, native=native)
            case do.NoteAnsweredBy(told):
                self._record.answered_by(told)
            case do.NoteTransferred():
                self._record.transferred(action)
            case do.NoteAsked():
                self._record.asked(action)
            case do.NoteEnded():
                if (entry := self._record.entry) and entry.with_people:
                    self._start(self._ask(self._doors.ari.forget_global(company_variable(entry.call_id)), vital=False))
                self._record.ended(action)
                self._doors.briefing.forget(self._caller.call_id)

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

    async def _route(self, people_asked: bool) -> None:
        entry = self._record.entry if people_asked else None  # whose call it is, is settled: a call out is of no number of ours
        finding = Found(entry.site) if entry else await self._doors.sites.find(self._caller.called)
        seats = self._doors.seats
        of_site = seats.of(finding.site.site_id) if isinstance(finding, Found) else 0
        drained = self._doors.drained if seats.closed else None
        ringing = Ringing(self._caller.number, datetime.now(UTC), of_site, len(seats), people_asked, drained)
        decision = decide(finding, ringing, max_total=self._doors.max_total, unknown=self._doors.unknown_number)
        match decision:
            case Admit(site):  # no await since the count
                seats.take(self._caller.call_id, site.site_id)
            case Refuse(cause=cause):
                metrics.REFUSED.labels(str(cause)).inc()
            case Overflow(reason=reason) | PlayTape(reason=reason):
                metrics.REFUSED.labels(reason).inc()
        if isinstance(decision, Overflow | PlayTape) and decision.site is not None:
            await self._announce(decision.site, HURRY_S, any_voice=True)
        self._say(do.Routed(decision))
        if isinstance(finding, Found) and entry is None:
            await self._doors.standing.tell(self._caller.called, finding.site)

    async def _leave_word(self, site: Site) -> None:
        """With the channel, for whoever finds it without us: the watchdog, the dialplan."""
        ari, call = self._doors.ari, self._caller.call_id
        await self._ask(ari.set_variable(call, "SITE", site.site_id), vital=False)
        await self._announce(site)

    async def _announce(self, site: Site, patience_s: float = PATIENCE_S, *, any_voice: bool = False) -> None:
        path = self._doors.announcements.path(site, site.language)
        await self._ask(self._doors.ari.set_variable(self._caller.call_id, "SAYS", path), vital=False)
        await self._doors.announcements.make(site, site.language, patience_s, any_voice=any_voice)

    async def _leave_to(self, place: do.LeaveTo) -> None:
        ari, call = self._doors.ari, self._caller.call_id
        if place.operators:
            await ari.set_variable(call, "OPERATORS", "&".join(place.operators))
        await ari.to_dialplan(call, place.context, place.extension)

    async def _send_to_people(self, queue: str) -> None:
        ari, call = self._doors.ari, self._caller.call_id
        if self._media.speechless:
            await self._ask(ari.set_variable(call, "SORRY", "yes"), vital=False)
        known = self._record.entry is not None
        await self._ask(ari.to_dialplan(call, "people" if known else "people-unknown", queue))

    @property
    def leg(self) -> str:
        """The channel of the media session that the call has now."""
        return self._media.leg

    async def _dial(self, order: do.Dial) -> None:
        entry = self._record.entry
        assert entry is not None, "noted before it is dialled"
        await self._ask(dial(self._doors.ari, self._caller.call_id, order, entry.site))

    async def _pick_up(self) -> None:
        asked = time.monotonic()
        metrics.READY_TO_ANSWER.observe(asked - self._began)
        await self._doors.ari.answer(self._caller.call_id)
        metrics.ANSWER.observe(time.monotonic() - asked)
        self._say(do.PickedUp(time.time()))

    async def _search(self, action: do.SearchAction) -> None:
        """What is done to find a person. Of some of it nothing depends on whether it succeeds."""
        entry = self._record.entry
        assert entry is not None, "a call is answered for a site"
        needless = isinstance(action, do.PlayMusic | do.Brief | do.DropOperator | do.LookForOperator)
        await self._ask(self._operators.perform(action, entry.site), vital=not needless)

    async def _find_again(self) -> None:
        """An earlier life of ours may have ended while the caller was aside (call/live.py), or their media server mended."""
        ari, call, bridge = self._doors.ari, self._caller.call_id, bridge_id(self._caller.call_id)
        there = (await ari.bridge(bridge)).channels
        if call not in there:
            await ari.join(bridge, call)
        recorded = await ari.variable(call, "RECORDED")
        self._say(FoundAgain(with_agent=self.leg in there, recording=recorded != "paused"))

    async def _look_for_caller(self) -> None:
        ari, call = self._doors.ari, self._caller.call_id
        try:
            channel = await ari.channel(call)
            if ari.holds(channel):
                return self._say(do.CallerBack(do.FOUND))
            if channel.state == "Up":
                self._say(do.PickedUp(time.time()))  # no news, but for who slept when it happened
            together = [bridge for bridge in await ari.bridges() if call in bridge.channels and bridge.id != bridge_id(call)]
            others = [await ari.channel(other) for bridge in together for other in bridge.channels if other != call]
        except Gone:
            self._say(do.CallerGone(INTERWORKING, "end not seen"))
        except AriError as error:
            self._refused(error)
        else:
            person = next(filter(None, (follow(Company(), other.name).person for other in others)), "")
            self._say(do.CallerMet(person) if person else do.CallerElsewhere())

    async def release(self, reason: str) -> None:
        """Leave nothing behind: media session, leg, bridge. Again costs nothing."""
        if self._making:
            await asyncio.wait(self._making)
        leftovers, self._has_legs = self._has_legs or bool(self._making), False
        self._making.clear()
        await asyncio.gather(self._media.close(reason), self._delete_legs() if leftovers else asyncio.sleep(0))

    async def _delete_legs(self) -> None:
        ari, call = self._doors.ari, self._caller.call_id
        await self._ask(ari.hang_up(self.leg), vital=False)
        await self._ask(ari.destroy_bridge(bridge_id(call)), vital=False)
