"""One call: its task group, and the translation of Asterisk's events for its machine (call/machine.py).

    Asterisk's events ──hear──> ┐                       ┌──> requests to Asterisk
    media server ──MediaLink──> ├─ inbox ─ drive(step) ─┤ Hands (hands.py) ─> messages to the media server
    answers to our requests ──> ┘                       └──> facts to the records, the journal

No decision is taken here.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from ari_app import metrics
from ari_app.ari.client import AriError
from ari_app.ari.events import ChannelEvent, said_at
from ari_app.ari.models import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHold,
    ChannelStateChange,
    ChannelUnhold,
    ChannelVarset,
    StasisEnd,
    StasisStart,
)
from ari_app.books import Caller, CallRecord
from ari_app.call import vocabulary as do
from ari_app.call.dialling import expect, place
from ari_app.call.machine import adopt, arrive, search_on, step, watch
from ari_app.call.plan import Handover
from ari_app.call.routing import FALLBACK_QUEUE
from ari_app.call.state import NORMAL_CLEARING, Call, Phase
from ari_app.doors import Doors
from ari_app.followers import Company, follow, to_agent
from ari_app.hands import Hands
from ari_app.journal import Entry
from ari_app.pending import Pending, settled
from core.drive import Inbox, drive
from core.events import INTERWORKING
from core.machine import Tick
from core.orders import CallOrder, NotDone, PlaceCall, Reply

log = logging.getLogger(__name__)


class Session:
    def __init__(
        self,
        doors: Doors,
        caller: Caller,
        entry: Entry | None = None,
        order: PlaceCall | None = None,
        since: float | None = None,
        *,
        given_back: bool = False,
    ) -> None:
        """`entry`: what the journal says of a call of an earlier life. `order`: it is to be dialled. `since`: when it came in.
        `given_back`: by people."""
        self.caller = caller
        self._doors = doors
        self._order = order
        self._since = since
        self._given_back = given_back
        self._record = CallRecord(doors.books, entry)
        self._company = Company(entry.person if entry else "")
        self._inbox: Inbox[do.Happening] = Inbox()
        self._pending = Pending()
        self._hands = Hands(doors, caller, self._record, self._inbox.put, self._pending.settle)

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    async def run(self) -> None:
        """To the end of the call. What goes wrong with a neighbour is an event; what is raised here is a fault of ours."""
        call, actions = self._begin(asyncio.get_running_loop().time())
        _taken(self._since)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._hands.begin(tasks)
                for action in actions:
                    self._hands.perform(action)
                await drive(call, step, self._inbox, self._hands.perform, self._observe)
        finally:
            self._pending.close()
            self._doors.seats.give_back(self.caller.call_id)
            metrics.INBOX_DROPPED.inc(self._inbox.dropped)

    def _begin(self, now: float) -> tuple[Call, Sequence[do.Action]]:
        if (order := self._order) is not None:
            return place(self._doors.limits, order.site, do.Dial(order.to, order.trunk, order.caller_id, order.ring_s), now)
        match self._record.entry:
            case Entry(dialled=True, site=site):
                self._doors.seats.take(self.caller.call_id, site.site_id)
                return expect(self._doors.limits, site, site.outbound.ring_s, now)
            case Entry(handover=Handover() as search, answered_at=answered_at, site=site):
                self._doors.seats.take(self.caller.call_id, site.site_id)
                return search_on(self._doors.limits, site, answered_at, search, now)
            case Entry(with_people=True, site=site, answered_at=answered_at):
                return watch(self._doors.limits, site, now, answered_at)
            case Entry(answered_at=float(answered_at), site=site, wishes=wishes, session=session):
                self._doors.seats.take(self.caller.call_id, site.site_id)
                call, actions = adopt(self._doors.limits, site, answered_at, now)
                return replace(call, wishes=replace(wishes, order=""), sessions=session), actions
            case _:
                return arrive(self._doors.limits, now, people_asked=self._given_back)

    async def give_up(self) -> None:
        """After a fault of ours: the caller still gets a person."""
        entry = self._record.entry
        try:
            await self._doors.ari.to_dialplan(self.caller.call_id, "people", entry.site.operator if entry else FALLBACK_QUEUE)
        except AriError as error:
            log.warning("! caller lost", extra={"call": self.caller.call_id, "error": str(error)})
        await self._hands.release("failed")
        self._record.ended(do.NoteEnded("failed", INTERWORKING, "fault of ours"))

    def obey(self, order: CallOrder) -> asyncio.Future[Reply]:
        """An order of this call's; its answer."""
        entry = self._record.entry
        if entry is None or entry.site.site_id != order.site_id:  # of another site's: no such call
            return settled(NotDone(order_id=order.order_id, why="no_such_call"))
        if self._pending.full:
            return settled(NotDone(order_id=order.order_id, why="busy", detail="too many orders at once"))
        self._inbox.put(order)
        return self._pending.expect(order)

    # ── Asterisk's events in ─────────────────────────────────────────────────────────────────────────────────────────
    def hear(self, event: ChannelEvent) -> None:
        """An event of the caller's channel or of one of our legs."""
        happening = self._translate(event)
        if happening is None and event.channel is not None:
            happening = self._hands.hear(event, event.channel.id)
        if happening is not None:
            self._inbox.put(happening, said_at(event.timestamp))

    def find(self, happening: do.Reached | do.PickedUp | do.CallerBack) -> None:
        """The same: somebody has been answered meanwhile, or people gave the caller back."""
        self._inbox.put(happening)

    def remember(self, entry: Entry) -> None:
        """Whose call it is has become known; nothing, if it was (missed.py)."""
        if self._record.entry is None:
            self._record.entry = entry

    def lose(self, happening: do.CallerGone | do.CallerLeft) -> None:
        """Found out by comparing, rather than heard: events were missed (recover.py)."""
        self._inbox.put(happening)

    def _translate(self, event: ChannelEvent) -> do.Happening | None:  # noqa: C901 (one table)
        channel_id = event.channel.id if event.channel is not None else ""
        if channel_id == self._hands.leg:
            return _of_media(event)
        if channel_id != self.caller.call_id:
            return None
        match event:
            case StasisStart(args=[do.OUTBOUND, _, native, *_]):
                return do.Reached(time.time(), native)
            case StasisStart(args=[_, _, _, why]):
                return do.CallerBack(why)
            case StasisStart(args=["waiting", *_]):
                return do.CallerBack("waiting")
            case ChannelDestroyed():
                self._meet("")
                return _gone(event)
            case ChannelStateChange(channel=channel) if channel.state == "Up":  # answered by somebody else, perhaps
                return do.PickedUp(time.time())
            case ChannelVarset(variable="BRIDGEPEER", value=peer):
                met = self._meet(peer)
                return do.GivenToAgent() if to_agent(peer) else met
            case ChannelVarset(variable="MESSAGE"):
                return do.LeavesMessage()
            case StasisEnd():
                return do.CallerLeft()
            case ChannelDtmfReceived(digit=digit):
                return do.KeyPressed(digit)
            case ChannelHold():
                return do.PutOnHold()
            case ChannelUnhold():
                return do.TakenOffHold()
        return None

    def _meet(self, peer: str) -> do.CallerMet | None:
        before, self._company = self._company, follow(self._company, peer)
        self._record.company(before, self._company)
        return do.CallerMet(self._company.person) if self._company.person and before != self._company else None

    def _observe(self, before: Call, event: do.Happening | Tick, after: Call) -> None:
        if not isinstance(event, Tick):
            _taken(self._inbox.since)
        if (search := after.handover) is not before.handover:
            self._record.searching(search)
            if search is not None:
                log.info("= handover: %s", search.stage, extra={"call": self.caller.call_id, "on": type(event).__name__})
        if after.wishes is not before.wishes:
            self._record.wished(after.wishes)
        if isinstance(event, do.Routed) and not after.with_agent:  # admitted, but gone by then
            self._doors.seats.give_back(self.caller.call_id)
        if after.phase is before.phase:
            return
        log.info("= %s", after.phase, extra={"call": self.caller.call_id, "on": type(event).__name__})
        if before.with_agent and not after.with_agent:
            self._doors.seats.give_back(self.caller.call_id)
        if after.phase is Phase.HANDING:
            metrics.TO_PEOPLE.labels(after.reason).inc()
        elif after.handover is not None:
            metrics.TO_PEOPLE.labels(after.handover.reason).inc()


def _taken(since: float | None) -> None:
    """What Asterisk said at `since`, the call has taken now."""
    if since is not None:
        metrics.EVENT_LAG.observe(max(0.0, time.time() - since))


def _gone(event: ChannelDestroyed) -> do.CallerGone:
    if event.channel.state != "Up":
        return do.CallerGone(event.cause, event.cause_txt, event.tech_cause)
    if event.cause == 0:  # a BYE that says no more, in the dialplan: Asterisk knows no cause then, but that is the normal one
        return do.CallerGone(NORMAL_CLEARING, "Normal Clearing", event.tech_cause, time.time())
    return do.CallerGone(event.cause, event.cause_txt, event.tech_cause, time.time())


def _of_media(event: ChannelEvent) -> do.Happening | None:
    match event:
        case StasisStart():
            return do.LegReady()
        case StasisEnd():  # its end: silence both ways, if we did nothing
            return do.MediaGone()
    return None
