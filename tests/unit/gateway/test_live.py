"""POST /v1/calls/{id}/…: what reaches ari-app, what comes of its answers, and that nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from core.bus import Link, serve
from core.ids import CallId, SiteId
from core.orders import (
    CallOrder,
    Done,
    HangUpCall,
    HoldCall,
    MonitorCall,
    NotDone,
    Order,
    RecordCall,
    SayInCall,
    SendDigits,
    TransferCall,
    Why,
)
from tests.unit.gateway.conftest import Town, a_call

SHOP = {"Authorization": "Bearer hz_shop_key"}
BANK = {"Authorization": "Bearer hz_bank_key"}
OF: dict[str, Any] = {"order_id": "k1", "call_id": CallId("c-1"), "site_id": SiteId("shop")}


class Controller:
    """ari-app: remembers orders, answers all alike."""

    def __init__(self, why: Why | None = None, *, dies: bool = False) -> None:
        self.given: list[CallOrder] = []
        self._why: Why | None = why
        self._dies = dies

    async def handle(self, link: Link[CallOrder]) -> None:
        async for order in link:
            self.given.append(order)
            if self._dies:
                return
            why = self._why
            link.send(Done(order_id=order.order_id) if why is None else NotDone(order_id=order.order_id, why=why))


@asynccontextmanager
async def controlled(town: Town, controller: Controller) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(town.settings.socket("ari-app"), Order, controller.handle), town.gateway() as client:
        yield client


def told(town: Town, controller: Controller, story: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with controlled(town, controller) as client:
            await story(client)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("deed", "wish", "order"),
    [
        ("hangup", {}, HangUpCall(**OF)),
        ("transfer", {}, TransferCall(**OF)),
        (
            "transfer",
            {"destination": "202", "kind": "blind", "summary": "VIP"},
            TransferCall(destination="202", kind="blind", summary="VIP", **OF),
        ),
        ("say", {"text": "Ek minute", "language": "hi-Latn"}, SayInCall(text="Ek minute", language="hi-Latn", **OF)),
        ("dtmf", {"digits": "1w23#"}, SendDigits(digits="1w23#", **OF)),
        ("hold", {"on": True}, HoldCall(on=True, **OF)),
        ("record", {"on": False}, RecordCall(on=False, **OF)),
        ("monitor", {"extension": "203", "mode": "whisper"}, MonitorCall(extension="203", mode="whisper", **OF)),
    ],
)
def test_each_wish_is_an_order(town: Town, deed: str, wish: dict[str, Any], order: CallOrder) -> None:
    controller = Controller()

    async def story(client: httpx.AsyncClient) -> None:
        response = await client.post(f"/v1/calls/c-1/{deed}", json=wish, headers=SHOP | {"Idempotency-Key": "k1"})
        assert (response.status_code, response.json()) == (200, {"call_id": "c-1", "order_id": "k1", "done": deed})
        assert controller.given == [order]

    told(town, controller, story)


def test_two_identical_requests_are_one_order(town: Town) -> None:
    controller = Controller()

    async def story(client: httpx.AsyncClient) -> None:
        same = {"json": {"text": "Ek minute"}, "headers": SHOP | {"Idempotency-Key": "k1"}}
        first, second = await asyncio.gather(*(client.post("/v1/calls/c-1/say", **same) for _ in range(2)))
        assert first.status_code == second.status_code == 200
        assert first.json() == second.json()
        assert len(controller.given) == 1
        other = await client.post("/v1/calls/c-1/say", json={"text": "Do minute"}, headers=same["headers"])
        assert (other.status_code, other.json()["type"]) == (422, "urn:haazir:problem:idempotency-key-reused")

    told(town, controller, story)


def test_a_controller_that_is_slow_keeps_nobody_else_from_the_database(town: Town) -> None:
    """More orders than there are connections wait for ari-app, each under a key."""
    controller = Controller()
    asked, may_answer = asyncio.Semaphore(0), asyncio.Event()

    async def slow(link: Link[CallOrder]) -> None:
        asked.release()
        await may_answer.wait()
        await controller.handle(link)

    async def story() -> None:
        async with asyncio.timeout(30), serve(town.settings.socket("ari-app"), Order, slow), town.gateway() as client:
            orders = [
                asyncio.create_task(
                    client.post("/v1/calls/c-1/hold", json={"on": True}, headers=SHOP | {"Idempotency-Key": f"k{n}"})
                )
                for n in range(6)
            ]
            for _ in orders:
                await asked.acquire()
            assert (await client.get("/v1/calls", headers=SHOP)).status_code == 200
            may_answer.set()
            assert {(await order).status_code for order in orders} == {200}

    asyncio.run(story())


def test_without_a_key_every_request_is_an_order_of_its_own(town: Town) -> None:
    controller = Controller()

    async def story(client: httpx.AsyncClient) -> None:
        for _ in range(2):
            await client.post("/v1/calls/c-1/say", json={"text": "Ek minute"}, headers=SHOP)
        assert len({order.order_id for order in controller.given}) == 2

    told(town, controller, story)


@pytest.mark.parametrize(
    ("why", "status", "name"),
    [
        ("not_answered", 409, "call-not-answered"),
        ("with_people", 409, "call-with-people"),
        ("ending", 409, "call-ending"),
        ("busy", 409, "call-busy"),
        ("no_such_destination", 422, "call-no-such-destination"),
        ("not_allowed", 403, "call-not-allowed"),
        ("failed", 502, "call-failed"),
        ("draining", 503, "call-draining"),
    ],
)
def test_what_can_not_be_says_why(town: Town, why: Why, status: int, name: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        response = await client.post("/v1/calls/c-1/say", json={"text": "Ek minute"}, headers=SHOP)
        assert (response.status_code, response.json()["type"]) == (status, f"urn:haazir:problem:{name}")

    told(town, Controller(why), story)


def test_a_refusal_may_be_asked_again_by_the_same_key(town: Town) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        again = {"json": {}, "headers": SHOP | {"Idempotency-Key": "k1"}}
        for _ in range(2):
            assert (await client.post("/v1/calls/c-1/hangup", **again)).status_code == 409
        assert len(controller.given) == 2, "ari-app answers as before, or anew"

    controller = Controller("busy")
    told(town, controller, story)


def test_a_call_that_is_over_is_a_409_and_one_that_never_was_a_404(town: Town) -> None:
    town.happen(*a_call())
    town.happen(*a_call("c-2")[:4])

    async def story(client: httpx.AsyncClient) -> None:
        async def kind(call: str, key: dict[str, str]) -> tuple[int, str]:
            response = await client.post(f"/v1/calls/{call}/hangup", json={}, headers=key)
            return response.status_code, response.json()["type"].rpartition(":")[2]

        assert await kind("c-1", SHOP) == (409, "call-over")
        assert await kind("c-2", SHOP) == (503, "control-away"), "it goes on, and ari-app has only just come back"
        assert await kind("c-3", SHOP) == (404, "no-such-call")
        assert await kind("c-1", BANK) == (404, "no-such-call")

    told(town, Controller("no_such_call"), story)


@pytest.mark.parametrize("controller", [None, Controller(dies=True)])
def test_without_a_controller_it_is_a_503_that_may_be_tried_again(town: Town, controller: Controller | None) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        response = await client.post("/v1/calls/c-1/hangup", json={}, headers=SHOP)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert response.json()["type"] == "urn:haazir:problem:control-away"

    async def alone() -> None:
        async with town.gateway() as client:
            await story(client)

    asyncio.run(alone()) if controller is None else told(town, controller, story)


def test_a_key_for_reading_calls_moves_none(town: Town) -> None:
    town.run("update api_key set scopes = '{calls}' where site_id = 'shop'")
    response = town.ask("POST", "/v1/calls/c-1/hangup", json={})
    assert (response.status_code, response.json()["type"]) == (403, "urn:haazir:problem:out-of-scope")


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("say", {"text": ""}),
        ("say", {"text": "x" * 1001}),
        ("dtmf", {"digits": "12E"}),
        ("dtmf", {}),
        ("hold", {"on": "yes"}),
        ("monitor", {"extension": "203,local"}),
        ("monitor", {"extension": "203", "mode": "shout"}),
        ("transfer", {"destination": "PJSIP/201&PJSIP/202"}),
        ("hangup", {"why": "x"}),
    ],
)
def test_a_wish_that_can_not_be_read_is_a_422(town: Town, deed: str, wish: dict[str, Any]) -> None:
    assert town.ask("POST", f"/v1/calls/c-1/{deed}", json=wish).status_code == 422
