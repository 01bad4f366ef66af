"""Calls that ari-app has never seen, for it was being started again, have their records."""

import asyncio
import contextlib
from typing import Any

import pytest

from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from tests.e2e.calling import Caller
from tests.e2e.test_failures import wait_until_ready


async def record_of(caller: Caller, stay: bool) -> tuple[Call, dict[str, Any]]:
    """Of somebody who calls while it is away, and stays until it is back, or does not."""
    number = new_caller()
    async with contextlib.AsyncExitStack() as stack:
        phone = await stack.enter_async_context(Phone.open())
        async with caller.trial.without("ari-app"):
            call = await stack.enter_async_context(phone.call(caller.server.sip, caller.server.number, caller=number))
            await call.answered()
            await call.wait(0.5)
            if not stay:
                await call.hang_up()
        await asyncio.to_thread(wait_until_ready, caller.trial)
        if stay:
            await call.wait(1.0)
            await call.hang_up()
    return call, await caller.server.record(number, call.dialled_at, timeout=20.0)


@pytest.mark.parametrize("stay", [False, True], ids=["who has gone by then", "who is still there"])
def test_who_went_to_people_while_ari_app_was_away_is_recorded_from_the_beginning_to_the_end(caller: Caller, stay: bool) -> None:
    call, record = asyncio.run(record_of(caller, stay))
    wait_until_ready(caller.trial)
    assert record["outcome"] == "transferred"
    assert [transfer["reason"] for transfer in record["transfers"]] == ["controller_lost"]
    assert record["cause"]["code"] == 16
    assert record["answered_at"] and record["turns"] == []
    assert call.ended_by == "us"
