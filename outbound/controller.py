"""Orders to ari-app (core.orders): one connection, kept up, answers matched by their order's id."""

import asyncio
import logging
import math
from pathlib import Path

from core.bus import Link, PeerGone, connect
from core.orders import Order, Reply

log = logging.getLogger(__name__)

PAUSE_S = 0.5
ANSWER_S = 10.0
"""What is not answered by then is not done any more either: PlaceCall.good_until."""


class Controller:
    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._link: Link[Reply] | None = None
        self._waiting: dict[str, asyncio.Future[Reply]] = {}
        self.there = asyncio.Event()
        """Set while ari-app takes orders…"""
        self.there_since = math.inf
        """…since when, on the loop's clock."""

    async def run(self) -> None:
        """For ever: connected whenever ari-app is there."""
        while True:
            try:
                async with await connect(self._socket, Reply) as link:
                    self._link = link
                    self.there_since = asyncio.get_running_loop().time()
                    self.there.set()
                    log.info("= ari-app takes orders")
                    async for reply in link:
                        if (answer := self._waiting.pop(reply.order_id, None)) is not None and not answer.done():
                            answer.set_result(reply)
            except PeerGone:
                pass  # its asker is told below
            finally:
                self._lose()
            await asyncio.sleep(PAUSE_S)

    async def ask(self, order: Order) -> Reply:
        """PeerGone: there is no answer, and no telling whether it was done."""
        if self._link is None:
            raise PeerGone("ari-app is away")
        answer = self._waiting.setdefault(order.order_id, asyncio.get_running_loop().create_future())
        self._link.send(order)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(answer)
        except TimeoutError as error:
            raise PeerGone("ari-app did not answer") from error
        finally:
            self._waiting.pop(order.order_id, None)

    def _lose(self) -> None:
        self._link = None
        self.there_since = math.inf
        self.there.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(PeerGone("ari-app is gone"))
                answer.exception()  # its asker may be gone, too
        self._waiting.clear()
