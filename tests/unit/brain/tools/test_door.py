"""The door outside, against a CRM that is well, ill and hostile: nothing hangs, nothing leaks, a write goes out once at most."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from brain.tools.door import Door, Doors, Limits, Outgoing
from brain.tools.outcome import Away, NotFound, Refused, ToolFailed, Uncertain
from core.public_address import networks
from tests.standins.crm import Crm, crm_serving

LOOPBACK = networks(["127.0.0.0/8"])
QUICK = Limits(failures=3, rest_s=0.2)


def with_crm(story: Callable[[Crm, Door], Coroutine[Any, Any, None]], limits: Limits = QUICK) -> None:
    async def run() -> None:
        async with crm_serving() as crm, Doors(LOOPBACK, limits) as doors, asyncio.timeout(10):
            await story(crm, await doors.to("shop", crm.url))

    asyncio.run(run())


def get(crm: Crm, order: str = "12345") -> Outgoing:
    return Outgoing("GET", f"{crm.url}/orders/{order}")


def patch(crm: Crm, key: str = "k-1", order: str = "12345", method: str = "PATCH") -> Outgoing:
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    return Outgoing(method, f"{crm.url}/orders/{order}", headers, b'{"status": "cancelled"}')


def test_a_read_is_answered_and_what_is_not_there_or_refused_says_so() -> None:
    async def story(crm: Crm, door: Door) -> None:
        assert (await door.read(get(crm))).body["item"] == "Samsung mobile"
        with pytest.raises(NotFound):
            await door.read(get(crm, "99999"))
        with pytest.raises(Refused):
            await door.write(patch(crm, order="45678"))

    with_crm(story)


def test_many_who_ask_at_once_are_one_request_and_the_answer_is_kept_as_long_as_told() -> None:
    async def story(crm: Crm, door: Door) -> None:
        gone = asyncio.create_task(door.read(get(crm), fresh_s=5))
        others = [asyncio.create_task(door.read(get(crm), fresh_s=5)) for _ in range(5)]
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(*others)
        await door.read(get(crm), fresh_s=5)
        assert len(crm.requests) == 1
        await door.read(get(crm), fresh_s=0)
        assert len(crm.requests) == 2

    with_crm(story)


def test_a_stale_answer_is_given_at_once_while_a_new_one_is_fetched() -> None:
    async def story(crm: Crm, door: Door) -> None:
        await door.read(get(crm))
        crm.orders["12345"]["status"] = "delivered"
        old = await door.read(get(crm), fresh_s=0, stale_s=60)
        assert old.body["status"] == "shipped"
        for _ in range(1000):  # the new one is fetched behind our back: for these reads the old one is fresh enough
            if (await door.read(get(crm), fresh_s=60)).body["status"] == "delivered":
                break
            await asyncio.sleep(0.01)
        assert (await door.read(get(crm), fresh_s=60)).body["status"] == "delivered" and len(crm.requests) == 2

    with_crm(story)


def test_a_write_makes_us_forget_what_was_read() -> None:
    async def story(crm: Crm, door: Door) -> None:
        await door.read(get(crm), fresh_s=60)
        await door.write(patch(crm))
        assert (await door.read(get(crm), fresh_s=60)).body["status"] == "cancelled"

    with_crm(story)


@pytest.mark.parametrize(
    "ill", ["slow", "500", "429", "503", "html", "truncated", "closes", "garbage", "huge", "gzip", "deep", "redirect"]
)
def test_a_read_from_an_ill_crm_is_away_in_time(ill: str) -> None:
    async def story(crm: Crm, door: Door) -> None:
        crm.ill = ill
        began = time.monotonic()
        with pytest.raises(Away) as away:
            await door.read(get(crm), limit_s=1.0)
        assert time.monotonic() - began < 2.0
        assert "ORA" not in str(away.value)

    with_crm(story)


@pytest.mark.parametrize(
    ("ill", "outcome"),
    [
        ("slow", Uncertain), ("500", Uncertain), ("truncated", Uncertain), ("closes", Uncertain), ("garbage", Uncertain),
        ("html", Uncertain), ("huge", Uncertain), ("429", Away), ("503", Away), ("409", Refused), ("404", NotFound),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST", "DELETE"])
def test_a_write_to_an_ill_crm_is_sent_once_and_never_again(ill: str, outcome: type[ToolFailed], method: str) -> None:
    async def story(crm: Crm, door: Door) -> None:
        await door.read(get(crm))  # a connection that could be used again
        crm.ill = ill
        with pytest.raises(outcome):
            await door.write(patch(crm, method=method), limit_s=0.5)
        assert sum(seen.method == method for seen in crm.requests) == 1

    with_crm(story)


def test_a_write_to_nobody_was_never_sent() -> None:
    async def run() -> None:
        async with Doors(LOOPBACK, QUICK) as doors:
            door = await doors.to("shop", "http://127.0.0.1:1")
            with pytest.raises(Away):
                await door.write(Outgoing("POST", "http://127.0.0.1:1/x", {}, b"{}"))

    asyncio.run(run())


def test_private_addresses_are_not_reached() -> None:
    async def run() -> None:
        async with crm_serving() as crm, Doors() as doors:
            door = await doors.to("shop", crm.url)
            with pytest.raises(Away):
                await door.read(get(crm))
            assert crm.requests == []

    asyncio.run(run())


def test_a_read_is_tried_once_more_and_all_doors_share_the_budget_for_that() -> None:
    async def story(crm: Crm, door: Door) -> None:
        crm.ill = "closes"
        for order in range(30):
            with pytest.raises(Away):
                await door.read(get(crm, str(order)))
        again = len(crm.requests) - 30
        assert 1 <= again <= 13, "ten in reserve and a tenth of the requests"

    with_crm(story, Limits(failures=1000, per_second=1000, burst=1000))


def test_an_ill_neighbour_is_left_alone_and_then_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock of its own: a machine that is slow, or stands still, must not make the rest look over."""
    now = 1000.0
    monkeypatch.setattr("purgatory.domain.model.time", SimpleNamespace(time=lambda: now))

    async def story(crm: Crm, door: Door) -> None:
        nonlocal now
        crm.ill = "html"
        for order in range(3):
            with pytest.raises(Away):
                await door.read(get(crm, str(order)))
        asked = len(crm.requests)
        for order in range(5):
            with pytest.raises(Away):
                await door.read(get(crm, f"1{order}"))
        assert len(crm.requests) == asked, "the breaker is open"
        now += 0.25
        crm.ill = "slow"
        crm.slow_s = 0.2
        probes = await asyncio.gather(*(door.read(get(crm, f"2{order}")) for order in range(4)), return_exceptions=True)
        assert len(crm.requests) == asked + 1, "one asks how it is"
        assert sum(isinstance(probe, NotFound) for probe in probes) == 1
        crm.ill = ""
        assert (await door.read(get(crm))).status == 200

    with_crm(story)


def test_refusals_and_absent_records_are_no_illness() -> None:
    async def story(crm: Crm, door: Door) -> None:
        for order in range(10):
            with pytest.raises(NotFound):
                await door.read(get(crm, str(order)))
        assert (await door.read(get(crm))).status == 200

    with_crm(story)


def test_retry_after_is_obeyed() -> None:
    async def story(crm: Crm, door: Door) -> None:
        crm.ill = "429"
        with pytest.raises(Away):
            await door.read(get(crm))
        crm.ill = ""
        with pytest.raises(Away):
            await door.read(get(crm))
        assert len(crm.requests) == 1

    with_crm(story)


def test_a_door_that_is_shut_or_braked_to_nothing_lets_nothing_out() -> None:
    async def story(crm: Crm, door: Door) -> None:
        door.shut = True
        with pytest.raises(Away):
            await door.write(patch(crm))
        door.shut = False
        door.bucket.brake = 0.0
        with pytest.raises(Away):
            await door.read(get(crm))
        assert crm.requests == []
        door.bucket.brake = 1.0
        assert (await door.read(get(crm))).status == 200

    with_crm(story)


def test_no_more_than_so_many_at_once_and_a_second() -> None:
    async def story(crm: Crm, door: Door) -> None:
        crm.ill, crm.slow_s = "slow", 0.1
        began = time.monotonic()
        await asyncio.gather(*(door.read(get(crm, order), limit_s=5) for order in ("12345", "45678", "12345?a", "12345?b")))
        assert time.monotonic() - began >= 0.2, "two by two"
        assert door.bucket.take(time.monotonic()) > 0, "the burst is used up"

    with_crm(story, Limits(at_once=2, burst=4, per_second=0.01))
