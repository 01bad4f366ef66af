"""The door for orders (core.orders): each is done once, however often it is asked, and answered as the first time. A refusal
changed nothing and is forgotten: asked again, perhaps it can be done by then.

    gateway, dialer, haazir drain ──Order──> Door ──> Switchboard.obey ──> the call's machine
                                  <──Reply── Door <──────────────────────────────┘

An asker that dies takes nothing back: its order is done, and the next one who asks by the same id hears how it went.
"""

import asyncio
import contextlib
import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec

from ari_app import metrics
from ari_app.pending import settled
from core.bus import Link, PeerGone
from core.ids import SiteId
from core.orders import CallOrder, Done, NotDone, Order, PlaceCall, Reply

REMEMBERED = 10_000
"""Orders whose answers are kept: an hour's of a busy instance. The gateway keeps them for a day (core.http.idempotency)."""

Answer = asyncio.Future[Reply]
Name = tuple[SiteId | None, str]
"""Whose order it is, and its id."""
_encoder = msgspec.msgpack.Encoder()


class Door:
    def __init__(self, obey: Callable[[Order], Answer], remembered: int = REMEMBERED) -> None:
        self._obey = obey
        self._remembered = remembered
        self._answers: OrderedDict[Name, tuple[int, Answer]] = OrderedDict()
        """What was asked, as a hash, and the answer."""

    async def serve(self, link: Link[Any]) -> None:
        """One asker's connection, to its end. Answers come in the order in which things are done."""
        async for order in link:
            self.ask(order).add_done_callback(functools.partial(_send, link))
            await asyncio.sleep(0)  # a flood of orders waits for the calls, not they for it

    def ask(self, order: Order) -> Answer:
        name, asked = (_whose(order), order.order_id), hash(_encoder.encode(order))
        if (known := self._answers.get(name)) is not None:
            if known[0] == asked:
                return known[1]
            return settled(NotDone(order_id=order.order_id, why="reused", detail="this id was used for another order"))
        answer = self._obey(order)
        self._answers[name] = asked, answer
        answer.add_done_callback(functools.partial(_count, type(order).__name__))
        answer.add_done_callback(functools.partial(self._forget_refusal, name))
        if len(self._answers) > self._remembered:
            self._answers.popitem(last=False)
        return answer

    def _forget_refusal(self, name: Name, answer: Answer) -> None:
        """Of what "failed" nobody knows how much was done: that stays."""
        match answer.result():
            case Done() | NotDone(why="failed"):
                pass
            case _ if (known := self._answers.get(name)) is not None and known[1] is answer:
                del self._answers[name]


def _whose(order: Order) -> SiteId | None:
    match order:
        case CallOrder(site_id=site):
            return site
        case PlaceCall(site=site):
            return site.site_id
    return None


def _send(link: Link[Any], answer: Answer) -> None:
    with contextlib.suppress(PeerGone):  # nobody waits for it any more
        link.send(answer.result())


def _count(order: str, answer: Answer) -> None:
    reply = answer.result()
    metrics.ORDERS.labels(order, reply.why if isinstance(reply, NotDone) else "done").inc()
