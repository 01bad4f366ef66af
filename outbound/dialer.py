"""The dialer: as long as there is room, the call that is due is claimed, judged and placed, lane by lane in turns.

    lanes ─> room? ─> claim ─> judge ─> token? ─> attempt written down ─ commit ─> PlaceCall to ari-app

An attempt is written down before it is ordered: who dies in between has dialled nobody, and nobody is dialled twice.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import psycopg

from core.bus import PeerGone
from core.db import Database, DatabaseAway, Rows
from core.ids import CallId, SiteId
from core.orders import HangUpCall, NotDone, PlaceCall
from core.settings import Settings
from core.trunks import Trunk, trunks
from outbound import metrics, queue, rules
from outbound.controller import ANSWER_S, Controller
from outbound.queue import Claim, Facts, Lane, Running
from outbound.settle import End, finish

log = logging.getLogger(__name__)

LOST_S = 45.0
"""Beyond the longest ring: by then ari-app has told that it dials, if it does."""
_RINGING_OF_STOPPED = """
select a.site_id, a.call_id from outbound_attempt a join campaign c using (site_id, campaign_id)
where a.ended_at is null and a.answered_at is null and c.state = 'stopped'
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A call to be placed, once its transaction is over."""

    claim: Claim
    order: PlaceCall


class Dialer:
    def __init__(self, settings: Settings, database: Database, controller: Controller, clock: Callable[[], datetime]) -> None:
        """TrunksUnreadable."""
        self._settings = settings
        self._database = database
        self._controller = controller
        self._clock = clock
        self._trunks = trunks(settings.asterisk.trunks)
        self._buckets = rules.Buckets()
        self._placing: set[asyncio.Task[None]] = set()
        self._unread: set[Lane] = set()
        """Told of in the log once."""

    async def dial(self) -> None:
        """Everything that may be dialled now. DatabaseAway."""
        if not self._controller.there.is_set():
            return
        async with self._database.as_relay() as rows:
            waiting, running = await queue.lanes(rows), await queue.running(rows)
        while waiting:
            waiting = [lane for lane in waiting if await self._goes_on(lane, running)]

    async def hang_up_stopped(self) -> None:
        """Phones that still ring for a campaign that was stopped."""
        async with self._database.as_relay() as rows:
            found = await (await rows.execute(_RINGING_OF_STOPPED)).fetchall()
        for site, call in found:
            order = HangUpCall(order_id=f"stopped-{call}", call_id=CallId(call), site_id=SiteId(site), unless_answered=True)
            self._in_background(self._hang_up(order))

    async def wait(self) -> None:
        """Until the orders under way are answered."""
        await asyncio.gather(*self._placing)

    async def _goes_on(self, lane: Lane, running: Running) -> bool:
        """`_next`, and False where what the lane says of itself can't be read: that stops no other."""
        try:
            return await self._next(lane, running)
        except (msgspec.ValidationError, psycopg.DataError, ZoneInfoNotFoundError) as error:
            if lane not in self._unread:
                log.error("! calls out wait, unread", extra={"site": lane.site, "campaign": lane.campaign, "error": str(error)})
            self._unread.add(lane)
            return False

    async def _next(self, lane: Lane, running: Running) -> bool:
        """One call of this lane; False: it has none that can go on now."""
        async with self._database.as_relay() as rows:
            facts = await queue.facts(rows, lane)
            trunk = self._trunks.get(facts.site.outbound.trunk) if facts else None
            if facts is None or (trunk is not None and self._full(lane, facts, trunk, running)):
                return False
            claim = await queue.claim(rows, lane, facts.plan)
            if claim is None:
                return False
            judged = await self._judge(rows, claim, facts, trunk)
        if isinstance(judged, Due):
            running.add(lane, judged.order.trunk)
            self._in_background(self._place(judged))
        return judged is not None

    def _full(self, lane: Lane, facts: Facts, trunk: Trunk, running: Running) -> bool:
        room = rules.Room(
            running.total, self._settings.outbound.max_total, running.of_trunk[trunk.name], running.of_site[lane.site],
            running.of_lane[lane], facts.plan.at_once if lane.campaign else None, facts.minutes_today,
        )  # fmt: skip
        why = rules.full(room, facts.site.outbound, trunk)
        if why is not None:
            metrics.WAITED.labels(why).inc()
        return why is not None

    async def _judge(self, rows: Rows, claim: Claim, facts: Facts, trunk: Trunk | None) -> Due | bool | None:
        """The call to be placed; True: it was put off or closed; None: there is no token for it now."""
        plan, site, now = claim.plan, facts.site, self._clock()
        wanted = rules.Wanted(claim.number, claim.consent, plan.timezone, plan.window, plan.caller_id, claim.not_after)
        match rules.judge(wanted, site, trunk, now, listed=claim.listed, law=self._settings.outbound.hours):
            case rules.Never(why):
                metrics.NOT_ALLOWED.labels(why).inc()
                await queue.close(rows, site.site_id, claim.outbound_id, "not_allowed", why, plan)
                return True
            case rules.Later(at):
                await queue.put_off(rows, claim, at, "hours")
                return True
            case rules.Go(caller_id):
                assert trunk is not None  # judge says Never without one
                if not self._buckets.take(self._rates(claim, facts, trunk), asyncio.get_running_loop().time()):
                    return None
                await queue.open_attempt(rows, claim, trunk.name, site.outbound.ring_s + LOST_S)
                order = PlaceCall(
                    order_id=claim.next_call_id, call_id=claim.next_call_id, site=site, to=claim.number, trunk=trunk.name,
                    caller_id=caller_id, ring_s=site.outbound.ring_s, purpose=plan.purpose, good_until=time.time() + ANSWER_S,
                )  # fmt: skip
                return Due(claim, order)

    def _rates(self, claim: Claim, facts: Facts, trunk: Trunk) -> dict[str, float]:
        """Calls a second, by whose limit it is."""
        rates = {
            "all": self._settings.outbound.per_second,
            f"trunk {trunk.name}": trunk.per_second,
            f"site {claim.lane.site}": facts.site.outbound.per_second,
        }
        if claim.lane.campaign and facts.plan.per_minute is not None:
            rates[f"campaign {claim.lane.campaign}"] = facts.plan.per_minute / 60
        return rates

    async def _place(self, due: Due) -> None:
        call = due.order.call_id
        try:
            reply = await self._controller.ask(due.order)
        except PeerGone:  # it may have been dialled: its events will tell, or their absence
            log.warning("! no answer to a call out", extra={"call": call})
            return
        if not isinstance(reply, NotDone):
            metrics.PLACED.inc()
            return
        log.warning("! a call out was refused", extra={"call": call, "why": reply.why})
        end = End("failed", self._clock().timestamp(), detail=reply.detail or reply.why, counts=reply.why == "failed")
        try:
            async with self._database.as_relay() as rows:
                await finish(rows, due.claim.lane.site, call, due.claim.outbound_id, end)
        except DatabaseAway:
            log.warning("! a refused call out is settled later", extra={"call": call})

    async def _hang_up(self, order: HangUpCall) -> None:
        try:
            await self._controller.ask(order)
        except PeerGone:
            log.warning("! a phone of a stopped campaign may ring on", extra={"call": order.call_id})

    def _in_background(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._placing.add(task)
        task.add_done_callback(self._placing.discard)
