"""POST /v1/calls/{id}/…: what can be done with a call that is going on. Each is an order to ari-app (core.orders).

The Idempotency-Key is the order's id: a client that did not hear the answer sends the request again, and nothing happens
twice, not even if we died in between. A call that has moved on is a 409 whose `type` says where to.
"""

import asyncio
import functools
import uuid
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from fastapi import APIRouter, Depends, Request, Response

from core.bus import PeerGone, connect
from core.db import Database, Rows
from core.http import doors
from core.http.bodies import Body, answer
from core.http.description import Responses, gives, refuses, takes
from core.http.doors import Db, LiveSite
from core.http.idempotency import Once, Writer
from core.http.problems import Problem
from core.ids import CallId, SiteId
from core.orders import (
    CallOrder,
    HangUpCall,
    HoldCall,
    MonitorCall,
    NotDone,
    RecordCall,
    Reply,
    SayInCall,
    SendDigits,
    TransferCall,
    Why,
)
from gateway import live_shapes as shapes
from gateway.attempts import OUT, call_of
from gateway.calls import CallPath

router = APIRouter(prefix="/v1/calls", tags=["live calls"])

CONNECT_S = 1.0
ANSWER_S = 5.0
"""ari-app answers within milliseconds; a step in Asterisk may take a second."""

GIVES: Responses = gives(shapes.OrderDone) | refuses(401, 403, 404, 409, 415, 422, 502, 503)
Deed = Literal["hangup", "transfer", "say", "dtmf", "hold", "record", "monitor"]

_STATUS: dict[Why, int] = {
    "not_answered": 409, "with_people": 409, "ending": 409, "busy": 409,
    "no_such_destination": 422, "reused": 422, "not_allowed": 403, "draining": 503, "too_late": 503, "failed": 502,
    "no_such_call": 404,
}  # fmt: skip


class Desk:
    """Hands orders to ari-app, one connection each."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def give(self, order: CallOrder) -> Reply:
        """Problem 503 if ari-app is away: the same order may be given again."""
        try:
            async with await connect(self._socket, Reply, timeout=CONNECT_S) as link, asyncio.timeout(ANSWER_S):
                link.send(order)
                reply: Reply = await link.receive()
                return reply
        except (PeerGone, TimeoutError) as error:
            raise _away() from error


class Floor:
    """One request: whose, about which call, under which key."""

    def __init__(self, site: SiteId, call: CallId, once: Writer, db: Database, desk: Desk) -> None:
        self.site = site
        self.call = call
        self.order_id = once.key or str(uuid.uuid4())
        self._once = once
        self._db = db
        self._desk = desk

    async def order(self, deed: Deed, order: CallOrder) -> Response:
        return await self._once.ask_once(self.site, functools.partial(self._ask, deed, order))

    async def _ask(self, deed: Deed, order: CallOrder) -> Response:
        reply = await self._desk.give(order)
        if isinstance(reply, NotDone):
            await self._refuse(reply)
        return answer(shapes.OrderDone(call_id=self.call, order_id=self.order_id, done=deed))

    async def _refuse(self, reply: NotDone) -> NoReturn:
        if reply.why == "no_such_call":
            async with self._db.as_site(self.site) as rows:
                await _gone(self.site, self.call, rows)
        name = "idempotency-key-reused" if reply.why == "reused" else f"call-{reply.why.replace('_', '-')}"
        headers = {"Retry-After": "2"} if _STATUS[reply.why] == 503 else None
        raise Problem(_STATUS[reply.why], reply.detail or reply.why.replace("_", " "), name, headers)


async def _floor(request: Request, site: LiveSite, db: Db, call_id: CallPath, once: Once) -> Floor:
    call = CallId(call_id)
    if OUT.fullmatch(call_id):
        async with db.as_site(site) as rows:
            call = await call_of(rows, site, call_id)
    return Floor(site, call, once, db, Desk(doors.of(request).settings.socket("ari-app")))


OnTheFloor = Annotated[Floor, Depends(_floor)]


@router.post("/{call_id}/hangup", openapi_extra=takes(shapes.HangUpWish), responses=GIVES, response_class=Response)
async def hang_up(on: OnTheFloor, wish: Annotated[shapes.HangUpWish, Body(shapes.HangUpWish)]) -> Response:
    """End it now, whoever the caller talks with."""
    return await on.order("hangup", HangUpCall(order_id=on.order_id, call_id=on.call, site_id=on.site))


@router.post("/{call_id}/transfer", openapi_extra=takes(shapes.TransferWish), responses=GIVES, response_class=Response)
async def transfer(on: OnTheFloor, wish: Annotated[shapes.TransferWish, Body(shapes.TransferWish)]) -> Response:
    """Bring the caller to a person. Done: it has begun; the call's `transfers` say how it went on."""
    order = TransferCall(
        order_id=on.order_id, call_id=on.call, site_id=on.site,
        destination=wish.destination, kind=wish.kind, summary=wish.summary,
    )  # fmt: skip
    return await on.order("transfer", order)


@router.post("/{call_id}/say", openapi_extra=takes(shapes.SayWish), responses=GIVES, response_class=Response)
async def say(on: OnTheFloor, wish: Annotated[shapes.SayWish, Body(shapes.SayWish)]) -> Response:
    """The agent says this, after what it is saying."""
    order = SayInCall(order_id=on.order_id, call_id=on.call, site_id=on.site, text=wish.text, language=wish.language)
    return await on.order("say", order)


@router.post("/{call_id}/dtmf", openapi_extra=takes(shapes.DigitsWish), responses=GIVES, response_class=Response)
async def send_digits(on: OnTheFloor, wish: Annotated[shapes.DigitsWish, Body(shapes.DigitsWish)]) -> Response:
    """Press keys towards the caller's side, as to get through a menu."""
    return await on.order("dtmf", SendDigits(order_id=on.order_id, call_id=on.call, site_id=on.site, digits=wish.digits))


@router.post("/{call_id}/hold", openapi_extra=takes(shapes.HoldWish), responses=GIVES, response_class=Response)
async def hold(on: OnTheFloor, wish: Annotated[shapes.HoldWish, Body(shapes.HoldWish)]) -> Response:
    """Music for the caller, and back. Either again is done already."""
    return await on.order("hold", HoldCall(order_id=on.order_id, call_id=on.call, site_id=on.site, on=wish.on))


@router.post("/{call_id}/record", openapi_extra=takes(shapes.RecordWish), responses=GIVES, response_class=Response)
async def record(on: OnTheFloor, wish: Annotated[shapes.RecordWish, Body(shapes.RecordWish)]) -> Response:
    """Leave something out of the recording. Either again is done already; while a PIN is asked for it is off by itself."""
    return await on.order("record", RecordCall(order_id=on.order_id, call_id=on.call, site_id=on.site, on=wish.on))


@router.post("/{call_id}/monitor", openapi_extra=takes(shapes.MonitorWish), responses=GIVES, response_class=Response)
async def monitor(on: OnTheFloor, wish: Annotated[shapes.MonitorWish, Body(shapes.MonitorWish)]) -> Response:
    """Ring a supervisor's phone; who answers hears the call. Done: it rings."""
    order = MonitorCall(order_id=on.order_id, call_id=on.call, site_id=on.site, extension=wish.extension, mode=wish.mode)
    return await on.order("monitor", order)


async def _gone(site: SiteId, call: CallId, rows: Rows) -> NoReturn:
    """ari-app knows no such call of this site's: it is over, or never was, or ari-app has only just come back."""
    query = "select ended_at is not null from call_record where site_id = %s and call_id = %s"
    row = await (await rows.execute(query, [site, call])).fetchone()
    if row is None:
        raise Problem(404, "this site has no such call", "no-such-call")
    if row[0]:
        raise Problem(409, "the call is over", "call-over")
    raise _away()


def _away() -> Problem:
    detail = "call control is away for the moment; calls go on: try again with the same Idempotency-Key"
    return Problem(503, detail, "control-away", {"Retry-After": "2"})
