"""All calls: sorts Asterisk's events into sessions, starts one for each caller who comes in."""

import asyncio
import logging
import time

from ari_app import metrics
from ari_app.ari.events import ChannelEvent, said_at
from ari_app.ari.models import Channel, StasisStart
from ari_app.books import Caller
from ari_app.doors import Doors
from ari_app.journal import Entry
from ari_app.pending import settled
from ari_app.session import Session
from core.ids import CallId, call_of_leg
from core.orders import CallOrder, Done, Drain, NotDone, Order, PlaceCall, Reply, Why

log = logging.getLogger(__name__)

INBOUND = "inbound"
"""First argument of Stasis() in extensions_inbound.conf for a caller; then the dialled number and the caller's codec."""
AGAIN = frozenset({"inbound-again", "waiting"})
"""The same for a caller whom the dialplan gives back."""


class Switchboard:
    def __init__(self, doors: Doors, tasks: asyncio.TaskGroup) -> None:
        self.doors = doors
        self.sessions: dict[CallId, Session] = {}
        self.unsure = asyncio.Event()
        """Asterisk may have calls that we know nothing of: its notes and ours are to be compared (recover.py)."""
        self._tasks = tasks
        metrics.SEATS.set_function(lambda: len(doors.seats))

    def hear(self, event: ChannelEvent) -> None:
        """Never waits: the event socket's reader calls it."""
        if event.channel is None:  # a variable of the whole dialplan's was set
            return
        call = call_of_leg(event.channel.id) or CallId(event.channel.id)
        if session := self.sessions.get(call):
            session.hear(event)
        elif isinstance(event, StasisStart) and event.args[:1] == [INBOUND]:
            self.begin(caller_of(event.channel, event.args), since=said_at(event.timestamp))
        elif isinstance(event, StasisStart) and AGAIN.intersection(event.args[:1]):  # with people when we were away
            self.unsure.set()

    def begin(
        self,
        caller: Caller,
        entry: Entry | None = None,
        order: PlaceCall | None = None,
        since: float | None = None,
        *,
        given_back: bool = False,
    ) -> None:
        """A call that is new, or (with `entry`) of an earlier life of ours, or (with `order`) to be dialled.

        `since`: when it came in, by Asterisk's word. `given_back`: people had it before.
        """
        session = self.sessions[caller.call_id] = Session(self.doors, caller, entry, order, since, given_back=given_back)
        self._tasks.create_task(self._see_through(session), name=f"call {caller.call_id}")
        self._count()

    def obey(self, order: Order) -> asyncio.Future[Reply]:
        """What is asked of us from outside (door.py)."""
        if isinstance(order, Drain):
            return self._drain(order)
        if isinstance(order, PlaceCall):
            return settled(self._place(order))
        if isinstance(order, CallOrder) and (session := self.sessions.get(order.call_id)):
            return session.obey(order)
        why: Why = "no_such_call" if isinstance(order, CallOrder) else "not_allowed"
        return settled(NotDone(order_id=order.order_id, why=why))

    def _place(self, order: PlaceCall) -> Reply:
        seats, site = self.doors.seats, order.site
        if order.call_id in self.sessions:  # ordered twice
            return Done(order_id=order.order_id)
        if time.time() > order.good_until:
            return NotDone(order_id=order.order_id, why="too_late", detail="the controller had stood still")
        if seats.closed:
            return NotDone(order_id=order.order_id, why="draining")
        if seats.of(site.site_id) >= site.max_calls or len(seats) >= self.doors.max_total:
            return NotDone(order_id=order.order_id, why="busy", detail="as many calls as there may be are going on")
        seats.take(order.call_id, site.site_id)  # no await since the count
        caller = Caller(order.call_id, order.to, order.caller_id, "", purpose=order.purpose)
        self.begin(caller, order=order)
        return Done(order_id=order.order_id)

    def _drain(self, order: Drain) -> asyncio.Future[Reply]:
        """Until it is said otherwise, or we start anew."""
        self.doors.seats.closed = order.on
        metrics.DRAINING.set(order.on)
        log.warning("= draining" if order.on else "= taking calls again", extra={"with_agent": len(self.doors.seats)})
        return settled(Done(order_id=order.order_id))

    async def _see_through(self, session: Session) -> None:
        try:
            for life in (session.run, session.give_up):
                try:
                    return await life()
                except Exception:  # the one place where a call dies of a fault of ours: the others must live
                    metrics.SESSION_FAILURES.inc()
                    log.exception("! call failed", extra={"call": session.caller.call_id})
        finally:
            del self.sessions[session.caller.call_id]
            self._count()

    def _count(self) -> None:
        metrics.SESSIONS.set(len(self.sessions))


def caller_of(channel: Channel, arguments: list[str]) -> Caller:
    """`arguments` of Stasis(), see INBOUND. A dialplan that gives fewer is served as far as that goes."""
    called, native = (*arguments[1:3], "", "")[:2]
    return Caller(CallId(channel.id), channel.caller.number, called or channel.dialplan.exten, native, channel.caller.name)
