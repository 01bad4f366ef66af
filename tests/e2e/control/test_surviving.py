"""What a call outlives: its controller killed, asleep, or asleep for good; its media server; the database; a drain."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import httpx
import psutil
import pytest

from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call, NotHeard
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, ask, greeting, metric
from tests.e2e.hearing import SAME, likeness
from tests.e2e.phones import OperatorPhone, first_to_ring

Operators = Mapping[str, OperatorPhone]

GAP_S = 0.08
"""Between two packets of an undisturbed call at most 28 ms were seen; four times that may be this machine, not a hole."""
PERSON_S = 15.0
UNDER_CONTROL_S = 5.0


@pytest.fixture(autouse=True)
def mended(trial: Trial, operators: Operators) -> Iterator[None]:
    """Each test begins and ends with everything ready, and with phones on their hooks."""
    wait_until_ready(trial)
    asyncio.run(hooks(operators))
    yield
    asyncio.run(hooks(operators))
    wait_until_ready(trial)


async def hooks(operators: Operators) -> None:
    for phone in operators.values():
        await phone.free()


def wait_until_ready(trial: Trial, patience: float = 30.0) -> None:
    until = time.monotonic() + patience
    while not (status := trial.status()).ready:
        assert time.monotonic() < until, f"not mended: {status.not_ready}\n{trial.last_words()}"
        time.sleep(0.2)


@contextlib.contextmanager
def standing_still(*pids: int) -> Iterator[None]:
    """SIGSTOP, until the end of the block."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def longest_gap(call: Call, since: float) -> float:
    """Between two packets that the caller heard."""
    arrivals = [heard.arrival for heard in call.ears.packets if heard.arrival >= since]
    return max(later - earlier for earlier, later in pairwise(arrivals))


async def until(happened: Callable[[], bool], patience: float, what: str) -> float:
    """Seconds until it has."""
    began = time.monotonic()
    while not await asyncio.to_thread(happened):
        assert time.monotonic() - began < patience, f"{what}: not within {patience:g} s"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


def in_control(url: str) -> bool:
    """Has the new ari-app taken up the call?"""
    with contextlib.suppress(httpx.HTTPError, AssertionError):
        return metric(url, "haazir_ari_app_sessions_active") >= 1
    return False


def test_a_call_whose_controller_is_killed_never_falls_silent_and_is_under_control_again(caller: Caller) -> None:
    question = caller.say("what is your return policy")
    url = caller.trial.status().metrics["ari-app"]
    took: list[float] = []

    async def script(call: Call) -> None:
        await greeting(call)
        killed_at = time.time()
        await asyncio.to_thread(caller.trial.kill, "ari-app")
        asking = asyncio.create_task(ask(call, question, "question"))
        took.append(await until(lambda: in_control(url), UNDER_CONTROL_S, "control"))
        await asking
        took.append(longest_gap(call, killed_at))

    call = caller.play(script)
    print(f"under control after {took[0]:.2f} s, longest gap {took[1] * 1000:.0f} ms")
    assert took[1] < GAP_S
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge"]
    assert call.record["outcome"] == "caller_hung_up"


def test_callers_whose_controller_stands_still_reach_a_person_and_it_does_not_want_them_back(
    caller: Caller, operators: Operators
) -> None:
    """One call that was there, and one that comes in meanwhile."""
    welcome = caller.say("this is the service counter", "en")
    complaint = caller.say("my mixer is broken")
    heard: dict[str, Any] = {}
    controller = caller.trial.status().processes["ari-app"]

    async def meet(call: Call, stopped_at: float, name: str) -> OperatorPhone:
        phone = await first_to_ring(operators.values(), timeout=PERSON_S)
        await phone.answer()
        heard[f"{name} after"] = time.time() - stopped_at
        await call.wait(0.3)
        since = time.time()
        await asyncio.gather(call.say(complaint), phone.speak(welcome))
        await phone.quiet(0.4, since)
        heard[name] = likeness(call.ears.between(since, time.time()), welcome)
        heard[f"{name}, by the operator"] = likeness(phone.heard(since), complaint)
        return phone

    async def script(call: Call) -> None:
        await greeting(call)
        stopped_at = time.time()
        with standing_still(controller):
            first = await meet(call, stopped_at, "who was there")
            async with Phone.open() as phone:
                dialled_at = time.time()
                async with phone.call(caller.server.sip, caller.server.number, caller=new_caller()) as newcomer:
                    await newcomer.answered(PERSON_S)
                    second = await meet(newcomer, dialled_at, "who came in")
                    await newcomer.hang_up()
                    await second.over()
        await call.wait(3.0)  # ari-app is awake again
        assert first.state == "up"
        await first.hang_up()
        await call.over(5.0)

    call = caller.play(script)
    print({name: round(value, 2) for name, value in heard.items()})
    assert heard["who was there after"] < PERSON_S
    assert heard["who came in after"] < PERSON_S
    assert [name for name, value in heard.items() if not name.endswith("after") and value < SAME] == []
    assert call.record["outcome"] == "transferred"
    assert any(transfer["reason"] == "controller_lost" for transfer in call.record["transfers"])


def test_a_controller_that_only_nodded_off_goes_on_with_its_calls(caller: Caller) -> None:
    """Shorter than the watchdog's patience."""
    question = caller.say("what is your return policy")
    controller = caller.trial.status().processes["ari-app"]

    async def script(call: Call) -> None:
        await greeting(call)
        with standing_still(controller):
            await call.wait(2.5)
        await ask(call, question, "question")

    call = caller.play(script)
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge"]
    assert call.record["transfers"] == []


def test_drained_it_takes_no_new_call_and_loses_none(caller: Caller, operators: Operators) -> None:
    question = caller.say("what is your return policy")
    trial = caller.trial

    async def haazir(*arguments: str) -> str:
        done = await asyncio.to_thread(trial.haazir, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    async def script(call: Call) -> None:
        await greeting(call)
        try:
            assert "1 calls" in await haazir("drain", "--no-wait")
            async with Phone.open() as phone, phone.call(caller.server.sip, caller.server.number) as newcomer:
                await newcomer.answered()
                operator = await first_to_ring(operators.values())
                await newcomer.hang_up()
                await operator.over()
            await ask(call, question, "question")
            waiting = asyncio.create_task(haazir("drain"))
            await call.hang_up()
            assert "no call is left" in await waiting
        finally:
            await haazir("drain", "--off")

    call = caller.play(script)
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge"]

    async def after(call: Call) -> None:
        await greeting(call)

    assert caller.play(after).turns("agent"), "the agent answers again"


def test_without_its_database_calls_go_on_come_in_and_are_all_recorded(caller: Caller) -> None:
    question = caller.say("what is your return policy")
    postgres = psutil.Process(caller.trial.status().processes["postgres"])

    async def script(call: Call) -> None:
        await greeting(call)
        with standing_still(*(process.pid for process in (*postgres.children(recursive=True), postgres))):
            await ask(call, question, "question")
            number = new_caller()
            async with (
                Phone.open() as phone,
                phone.call(caller.server.sip, caller.server.number, caller=number) as newcomer,
            ):
                await newcomer.answered()
                await greeting(newcomer)
                await newcomer.hang_up()
        record = await caller.server.record(number, newcomer.dialled_at, timeout=20.0)
        assert [turn["role"] for turn in record["turns"]] == ["agent"]
        assert record["outcome"] == "caller_hung_up"

    call = caller.play(script)
    assert call.exchanges[-1].sound is not None
    assert len(call.turns("caller")) == 1


def test_a_call_that_ended_with_asterisk_is_recorded_with_that_cause(caller: Caller) -> None:
    async def script() -> dict[str, Any]:
        number = new_caller()
        async with Phone.open() as phone, phone.call(caller.server.sip, caller.server.number, caller=number) as call:
            await call.answered()
            await greeting(call)
            await asyncio.to_thread(caller.trial.kill, "asterisk")
            with contextlib.suppress(NotHeard):  # nobody is there to hear it
                await call.hang_up()
        return await caller.server.record(number, call.dialled_at, timeout=20.0)

    record = asyncio.run(script())
    assert record["outcome"] == "caller_hung_up"
    assert record["cause"] == {"code": 127, "text": "Asterisk restarted"}
