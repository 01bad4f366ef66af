"""The shop's orders, over its CRM's HTTP door: GET {crm}/orders/12345 -> Order, 404, or anything else.

Reads only, and gentle: one deadline for all of it, one request in flight per order however many ask, answers good for 30
seconds, never more than `AT_ONCE` requests, no retry.
"""

import asyncio
import time
from typing import Self

import httpx
import msgspec

FRESH_S = 30.0
"""Seconds an answer is good for: a caller who asks again gets the same."""
AT_ONCE = 8
"""Requests to the CRM at the same time, all sites together."""
REMEMBERED = 500
"""Answers kept at most."""


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
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(deadline_s, connect=min(0.5, deadline_s)))
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._in_flight: dict[str, asyncio.Task[Order | None]] = {}
        self._answers: dict[str, tuple[float, Order | None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._in_flight.values():
            task.cancel()
        await asyncio.gather(*self._in_flight.values(), return_exceptions=True)
        await self._client.aclose()

    async def find(self, number: str) -> Order | None:
        """The order; None if there is none of that number. OrdersAway, at the latest when the deadline has passed."""
        asked_at, known = self._answers.get(number, (float("-inf"), None))
        if time.monotonic() - asked_at < FRESH_S:
            return known
        flight = self._in_flight.get(number)
        if flight is None:
            flight = self._in_flight[number] = asyncio.create_task(self._fetch(number))
            flight.add_done_callback(lambda done: self._landed(number, done))
        return await asyncio.shield(flight)  # one asker who gives up does not take the answer from the others

    def _landed(self, number: str, flight: "asyncio.Task[Order | None]") -> None:
        self._in_flight.pop(number, None)
        if flight.cancelled() or flight.exception() is not None:
            return  # a failure is not remembered
        if len(self._answers) >= REMEMBERED:
            self._answers.pop(next(iter(self._answers)))
        self._answers[number] = (time.monotonic(), flight.result())

    async def _fetch(self, number: str) -> Order | None:
        try:
            async with asyncio.timeout(self._deadline_s), self._at_once:
                response = await self._client.get(f"{self._url}/orders/{number}")
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            response.raise_for_status()
            return msgspec.json.decode(response.content, type=Order)
        except (httpx.HTTPError, TimeoutError, msgspec.DecodeError) as error:
            raise OrdersAway(type(error).__name__) from error
