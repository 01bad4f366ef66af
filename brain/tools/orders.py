"""The shop's orders, over its CRM's HTTP door: GET {crm}/orders/12345 -> Order, 404, or anything else.

Reads only, and gentle (brain.tools.door): one deadline for all of it, one request in flight per order however many ask, answers
good for 30 seconds.
"""

from typing import Any, Self

import msgspec

from brain.tools.door import Doors, Outgoing
from brain.tools.outcome import NotFound, ToolFailed
from core.public_address import networks

FRESH_S = 30.0
"""Seconds an answer is good for: a caller who asks again gets the same."""
OWNER = "crm"
"""Whose door it is: the CRM that the machine's admin named serves all sites that use it."""
_ANYWHERE = networks(["0.0.0.0/0", "::/0"])


class OrdersAway(ConnectionError):
    """The CRM is down, slow, or talks nonsense."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Dates are ISO 8601 (2026-11-24), amounts whole rupees."""

    id: str
    item: str
    status: str
    amount: int
    expected_on: str = ""
    delivered_on: str = ""
    refund_on: str = ""
    reason: str = ""


class Orders:
    """`async with Orders(url, deadline_s) as orders: await orders.find("12345")`."""

    def __init__(self, url: str, deadline_s: float) -> None:
        self._url = url
        self._deadline_s = deadline_s
        self.doors = Doors(_ANYWHERE)
        """Also for those who change orders: what was read before is then forgotten."""

    async def __aenter__(self) -> Self:
        await self.doors.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.doors.__aexit__(*exc)

    async def find(self, number: str) -> Order | None:
        """The order; None if there is none of that number. OrdersAway, at the latest when the deadline has passed."""
        request = Outgoing("GET", f"{self._url}/orders/{number}")
        try:
            door = await self.doors.to(OWNER, self._url)
            body: Any = (await door.read(request, limit_s=self._deadline_s, fresh_s=FRESH_S)).body
            return msgspec.convert(body, Order)
        except NotFound:
            return None
        except (ToolFailed, msgspec.ValidationError) as error:
            raise OrdersAway(str(error) if isinstance(error, ToolFailed) else "the order has wrong fields") from error
