"""Callers with people: the queue, its summary and its key with nobody in control, *8, hand-overs among operators, hang-ups."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping

import httpx
import pytest

from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller
from tests.e2e.hearing import SAME, likeness
from tests.e2e.house import House, Talk, house, talk
from tests.e2e.phones import OperatorPhone, first_to_ring

__all__ = ["house", "talk"]

Operators = Mapping[str, OperatorPhone]

CLOSED = {"week": {"mon": ["00:00-00:01"]}, "closed": "queue"}


@pytest.fixture(autouse=True)
def hooks(operators: Operators) -> Iterator[None]:
    """Every test begins and ends with phones on their hooks."""

    async def free() -> None:
        for phone in operators.values():
            await phone.free()

    asyncio.run(free())
    yield
    asyncio.run(free())


def pair(operators: Operators, first: OperatorPhone) -> OperatorPhone:
    """The other one."""
    return next(phone for phone in operators.values() if phone is not first)


@contextlib.contextmanager
def asleep(trial: Trial, process: str) -> Iterator[None]:
    """SIGSTOP, until the end of the block: as good as dead, and nobody starts it again."""
    pid = trial.status().processes[process]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_queue_tells_who_calls_and_asks_for_a_key_with_nobody_in_control(
    house: House, trial: Trial, operators: Operators, talk: Talk, caller: Caller
) -> None:
    """The first operator declines, the second accepts; ari-app sleeps from before the first ring on."""
    summary, settings = caller.say("an angry customer with a broken mixer", "en"), trial.settings
    path = settings.run_dir / "summary.wav"
    wav.write(path, summary)
    told: list[Pcm] = []

    async def script(call: Call) -> None:
        for phone in operators.values():
            phone.refusing = True
        await call.agent_speaks(15.0)
        base = f"http://127.0.0.1:{settings.port('ari_port')}/ari"
        async with httpx.AsyncClient(base_url=base, auth=(settings.asterisk.ari_user, settings.secret("ari"))) as ari:
            waiting = next(each for each in (await ari.get("/channels")).json() if each["dialplan"]["app_name"] == "Queue")
            given = {"variable": "__SUMMARY", "value": str(path.with_suffix(""))}
            assert (await ari.post(f"/channels/{waiting['id']}/variable", params=given)).status_code == 204
        with asleep(trial, "ari-app"):
            for phone in operators.values():
                phone.refusing = False
            first = await first_to_ring(operators.values())
            since = time.time()
            await first.answer()
            await first.quiet(0.5, since)
            told.append(first.heard(since))
            music = time.time()
            await first.press("2")
            await first.over()
            second = pair(operators, first)
            await second.answer()
            await call.agent_speaks(5.0, since=music)
            await second.press("1")
            await call.wait(0.3)
            await talk.between(call, second)
            await second.hang_up()
            await call.over(5.0)

    record = asyncio.run(house.played(house.arranged(max_calls=0), script))
    assert talk.was_heard()
    assert likeness(told[0], summary) > SAME
    assert record["outcome"] == "transferred"


def test_another_operator_takes_the_ringing_call_with_star_eight(house: House, operators: Operators, talk: Talk) -> None:
    async def script(call: Call) -> None:
        ringing = await first_to_ring(operators.values())
        picker = pair(operators, ringing)
        await picker.dial("*8")
        await ringing.over()
        await call.wait(0.3)
        await talk.between(call, picker)
        await picker.hang_up()
        await call.over(5.0)

    asyncio.run(house.played(house.arranged(max_calls=0), script))
    assert talk.was_heard()


def test_operators_hand_a_caller_on_and_the_record_follows(house: House, operators: Operators, talk: Talk) -> None:
    """Blind to a colleague, attended back to the first, and blind to the agent."""
    came: list[str] = []

    async def script(call: Call) -> None:
        one = await first_to_ring(operators.values())
        two = pair(operators, one)
        came.extend((one.extension, two.extension, one.extension))
        await one.answer()
        await call.wait(0.3)
        await talk.between(call, one)
        sending = asyncio.create_task(one.transfer(two.extension))
        await two.answer()
        await sending
        await call.wait(0.3)
        await talk.between(call, two)
        asking = asyncio.create_task(two.consult(one.extension))
        await one.answer()
        await asking
        await two.transfer_to_consulted()
        await talk.between(call, one)
        back = time.time()
        await one.transfer("1000")
        await call.agent_speaks(10.0, since=back)
        await call.agent_quiet(1.0)

    record = asyncio.run(house.played(house.arranged(max_calls=1, hours=CLOSED), script))
    assert talk.was_heard()
    assert [person["person"] for person in record["people"]] == came
    assert all(person["ended_at"] for person in record["people"])


@pytest.mark.parametrize("step", ["waiting", "ringing", "talking", "transferring"])
def test_a_caller_who_hangs_up_among_people_frees_them(house: House, operators: Operators, step: str) -> None:
    async def script(call: Call) -> None:
        if step == "waiting":
            for phone in operators.values():
                phone.refusing = True
            await call.agent_speaks(15.0)
            return
        one = await first_to_ring(operators.values())
        if step == "ringing":
            return
        await one.answer()
        await call.wait(0.5)
        if step == "transferring":
            sending = asyncio.create_task(one.transfer(pair(operators, one).extension))
            await pair(operators, one).rings()
            await call.hang_up()
            await asyncio.gather(sending, return_exceptions=True)

    asyncio.run(house.played(house.arranged(max_calls=0), script))

    async def all_free() -> None:
        for phone in operators.values():
            await phone.over()

    asyncio.run(all_free())
