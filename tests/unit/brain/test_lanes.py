"""Calls first: a chat begins when no call looks for its first word."""

import asyncio

import pytest

from brain import lanes as module
from brain.knowledge.offline import patient
from brain.lanes import CHATS_AT_ONCE, Lanes
from core.commands import Channel


def test_a_chat_waits_for_a_call_s_first_word_and_no_longer() -> None:
    async def story() -> None:
        lanes, said = Lanes(), list[str]()

        async def chat() -> None:
            async with lanes.lane("chat"):
                said.append("chat")

        async with lanes.lane("call") as leave:
            waiting = asyncio.create_task(chat())
            await asyncio.sleep(0.02)
            said.append("call")
            leave()
            leave()  # the second word changes nothing
            await waiting
        assert said == ["call", "chat"]

    asyncio.run(story())


def test_calls_never_wait_for_chats_nor_for_each_other() -> None:
    async def story() -> None:
        lanes = Lanes()
        async with lanes.lane("chat"), lanes.lane("chat"), asyncio.timeout(0.1), lanes.lane("call"), lanes.lane("call"):
            pass

    asyncio.run(story())


def test_chats_go_a_few_at_a_time_and_leave_with_their_first_word() -> None:
    async def story() -> None:
        lanes, inside, most = Lanes(), 0, 0

        async def chat() -> None:
            nonlocal inside, most
            async with lanes.lane("chat") as leave:
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.005)
                inside -= 1
                leave()
                await asyncio.sleep(0.01)

        await asyncio.gather(*(chat() for _ in range(10)))
        assert most == CHATS_AT_ONCE

    asyncio.run(story())


def test_a_telephone_that_is_never_quiet_does_not_silence_the_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "YIELD_S", 0.02)

    async def story() -> None:
        lanes = Lanes()
        async with lanes.lane("call"), asyncio.timeout(1), lanes.lane("chat"):
            pass

    asyncio.run(story())


def test_a_turn_that_is_dropped_leaves_its_lane() -> None:
    async def story() -> None:
        lanes = Lanes()

        async def stuck() -> None:
            async with lanes.lane("call"):
                await asyncio.Event().wait()

        call = asyncio.create_task(stuck())
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        async with asyncio.timeout(0.1), lanes.lane("chat"):
            pass

    asyncio.run(story())


def test_a_chat_says_that_it_can_wait_and_a_call_does_not() -> None:
    async def turn(lanes: Lanes, channel: Channel) -> bool:
        async with lanes.lane(channel):
            return patient.get()

    async def story() -> tuple[bool, bool]:
        lanes = Lanes()
        chat, call = (asyncio.create_task(turn(lanes, channel)) for channel in ("chat", "call"))
        return await chat, await call

    assert asyncio.run(story()) == (True, False)
