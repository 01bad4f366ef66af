"""The order tool's door, against the demo CRM itself, well and ill."""

import asyncio
import contextlib
import datetime
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from brain.tools.order_lines import STATUS, spoken_date, spoken_rupees
from brain.tools.orders import Orders, OrdersAway
from demo.crm import _ORDERS, application, fill

TODAY = datetime.date(2026, 11, 21)


@contextlib.asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def with_crm(tmp_path: Path, story: Callable[[str], Coroutine[Any, Any, None]], **illness: str) -> None:
    async def run() -> None:
        fill(tmp_path / "crm.sqlite", TODAY)
        async with serving(application(tmp_path / "crm.sqlite", illness)) as url:
            await story(url)

    asyncio.run(run())


def test_an_order_is_found_with_its_dates(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with Orders(url, 2.5) as orders:
            order = await orders.find("12345")
            assert order is not None and (order.status, order.amount, order.expected_on) == ("shipped", 18999, "2026-11-23")
            assert await orders.find("99998") is None

    with_crm(tmp_path, story)


def test_a_slow_crm_is_away_when_the_deadline_has_passed(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with Orders(url, 0.2) as orders:
            began = time.monotonic()
            with pytest.raises(OrdersAway):
                await orders.find("12345")
            assert time.monotonic() - began < 1

    with_crm(tmp_path, story, delay="5")


def test_a_failing_crm_is_away_and_is_asked_again_next_time(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with Orders(url, 2.5) as orders:
            for _ in range(2):
                with pytest.raises(OrdersAway):
                    await orders.find("12345")

    with_crm(tmp_path, story, fail="503")


def test_a_crm_that_is_down_is_away_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers there

        async def story() -> None:
            async with Orders(f"http://127.0.0.1:{taken.getsockname()[1]}", 2.5) as orders:
                with pytest.raises(OrdersAway):
                    await orders.find("12345")

        asyncio.run(story())


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": 5}', b"[]", b"\xff\xfe"])
def test_nonsense_is_away_too(body: bytes) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(body=body)

    async def story() -> None:
        app = web.Application()
        app.add_routes([web.get("/orders/{number}", nonsense)])
        async with serving(app) as url, Orders(url, 2.5) as orders:
            with pytest.raises(OrdersAway):
                await orders.find("12345")

    asyncio.run(story())


def test_many_who_ask_at_once_are_one_request_and_the_answer_is_kept() -> None:
    asked = 0

    async def counting(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response({"id": "12345", "item": "mobile", "status": "shipped", "amount": 1})

    async def story() -> None:
        app = web.Application()
        app.add_routes([web.get("/orders/{number}", counting)])
        async with serving(app) as url, Orders(url, 2.5) as orders:
            gone = asyncio.create_task(orders.find("12345"))
            others = [asyncio.create_task(orders.find("12345")) for _ in range(5)]
            await asyncio.sleep(0)
            gone.cancel()
            assert all(order is not None for order in await asyncio.gather(*others))
            await orders.find("12345")
            assert asked == 1

    asyncio.run(story())


def test_every_status_of_the_demo_has_words_in_four_languages() -> None:
    assert {order[2] for order in _ORDERS} == set(STATUS)
    assert all(set(lines) == {"hi-Latn", "en", "hi", "pa"} for lines in STATUS.values())


def test_dates_and_amounts_are_said_as_people_say_them() -> None:
    assert spoken_date("2026-11-24", "hi-Latn") == "24 November"
    assert spoken_date("2026-01-05", "hi") == "5 जनवरी"
    for no_date in ("", "soon", "2026-13-01", "2026-00-01"):
        assert spoken_date(no_date, "en") == no_date
    assert [spoken_rupees(n) for n in (0, 999, 1000, 18999, 149900, 12345678)] == [
        "₹0", "₹999", "₹1,000", "₹18,999", "₹1,49,900", "₹1,23,45,678",
    ]  # fmt: skip


def test_the_demo_crm_changes_an_order_once_per_key_and_says_when_it_is_too_late(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with aiohttp.ClientSession() as http:

            async def patch(number: str, status: str, key: str) -> int:
                headers = {"Idempotency-Key": key} if key else {}
                async with http.patch(f"{url}/orders/{number}", json={"status": status}, headers=headers) as response:
                    return response.status

            assert [await patch("33333", "cancelled", "k-1") for _ in range(3)] == [200, 200, 200]
            assert await patch("33333", "cancelled", "k-2") == 409, "it is cancelled already"
            assert await patch("12345", "cancelled", "k-3") == 409 and await patch("99998", "cancelled", "k-4") == 404
            assert await patch("11111", "returned", "k-5") == 200 and await patch("22222", "cancelled", "") == 400
            async with http.get(f"{url}/changes") as response:
                assert [(each["id"], each["status"]) for each in await response.json()] == [
                    ("33333", "cancelled"), ("11111", "returned"),
                ]  # fmt: skip

    with_crm(tmp_path, story)
