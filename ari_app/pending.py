"""Orders that a call has not answered yet. Each is answered once, at the latest by the call's end."""

import asyncio

from core.orders import CallOrder, NotDone, Reply

AT_ONCE = 16
"""Orders of one call that may wait for an answer: its machine takes an order in milliseconds, and its events come first."""


def settled(reply: Reply) -> asyncio.Future[Reply]:
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    answer.set_result(reply)
    return answer


class Pending:
    """One call's."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    @property
    def full(self) -> bool:
        return len(self._waiting) >= AT_ONCE

    def expect(self, order: CallOrder) -> asyncio.Future[Reply]:
        answer = self._waiting[order.order_id] = asyncio.get_running_loop().create_future()
        return answer

    def settle(self, reply: Reply) -> None:
        """Of an order that was answered before, too: the first answer counts."""
        if (answer := self._waiting.pop(reply.order_id, None)) is not None:
            answer.set_result(reply)

    def close(self) -> None:
        """The call is over."""
        for order_id in list(self._waiting):
            self.settle(NotDone(order_id=order_id, why="ending", detail="the call ended meanwhile"))
