"""Calls that ari-app has never seen, for it was being started again, have their records."""

import asyncio
from typing import Any

import pytest

from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from tests.e2e.calling import Caller
from tests.e2e.test_failures import wait_until_ready


async def record_of(caller: Caller, stay: bool) -> tuple[Call, dict[str, Any]]:
    """Of somebody who calls a moment after it was killed, and stays until it is back, or does not."""
    number = new_caller()
    await asyncio.to_thread(caller.trial.kill, "ari-app")
    async with Phone.open() as phone, phone.call(caller.server.sip, caller.server.number, caller=number) as call:
        await call.answered()
        await call.wait(0.5)
        if stay:
            await asyncio.to_thread(wait_until_ready, caller.trial)
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
