"""ari-app stands still for good (SIGSTOP: not even Asterisk notices): how soon are its callers with people?

Two of them were talking with the agent, one calls meanwhile. "With" is: each hears the other's tone.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator

from bench.control.ground import HOUSE_NUMBER, Ground
from bench.control.rows import Row
from haazir.caller.desk import Desk
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from haazir.caller.tone import Tone
from haazir.caller.wav import RATE

CALLER, OPERATOR = 650, 1150
RUNNING = 2
PERSON_S = 30.0
LATER_S = 1.0
"""After the stop, one more calls."""
TALK_S = 1.0


async def measure(ground: Ground) -> list[Row]:
    pid = (await asyncio.to_thread(ground.trial.status)).processes["ari-app"]
    async with ground.desks() as desks, Phone.open() as phone, contextlib.AsyncExitStack() as calls:
        serving = [asyncio.create_task(_serve(desk)) for desk in desks]
        running = [await calls.enter_async_context(phone.call(ground.sip, HOUSE_NUMBER)) for _ in range(RUNNING)]
        for call in running:
            await call.answered()
            await call.agent_speaks(since=call.answered_at)
        with _standing_still(pid):
            since = time.time()
            told = [asyncio.create_task(_person(call, since)) for call in running]
            await asyncio.sleep(LATER_S)
            newcomer = await calls.enter_async_context(phone.call(ground.sip, HOUSE_NUMBER, caller=new_caller()))
            told.append(asyncio.create_task(_newcomer(newcomer)))
            waits = await asyncio.gather(*told)
            await asyncio.sleep(TALK_S)
            for call in (*running, newcomer):
                await call.hang_up()
        for task in serving:
            task.cancel()
    how = "of a call that was there, by a call: " + ", ".join(f"{wait:.1f}" for wait in waits[:-1])
    return [
        Row("ari-app gone for good -> with a person", "s, max", max(waits[:-1]), 15, 8, how),
        Row("… who calls meanwhile", "s", waits[-1], 15, 8, "from dialling"),
    ]


@contextlib.contextmanager
def _standing_still(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _newcomer(call: Call) -> float:
    await call.answered(PERSON_S)
    return await _person(call, call.dialled_at)


async def _person(call: Call, since: float) -> float:
    """Seconds from `since` until the caller hears an operator who hears them."""
    call.start_saying(Tone(CALLER).next(RATE * round(PERSON_S)))
    both = Tone(OPERATOR)
    async with asyncio.timeout(PERSON_S):
        while (heard := call.ears.first_of(both.is_in, since)) is None:
            await call.wait(0.2)
    return heard - since


async def _serve(desk: Desk) -> None:
    """Answers at once, and says what it hears: its own tone, once the caller's is there."""
    while True:
        await desk.rings(3600.0)
        operator = desk.answer()
        began = time.time()
        while operator.ears.first_of(Tone(CALLER).is_in, began) is None:
            await operator.wait(0.02)
        operator.start_saying(Tone(OPERATOR).next(RATE * round(PERSON_S)))
        await operator.over(3600.0)
