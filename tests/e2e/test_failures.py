"""A process dies in mid-call: what the caller meets then, and that the instance mends itself (design.md section 7)."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

import pytest

from haazir.caller.script import Call, CallOver
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, Finished, ask, greeting
from tests.e2e.conftest import assert_nothing_left


@pytest.fixture(autouse=True)
def mended(trial: Trial) -> Iterator[None]:
    """Each test begins with everything ready and ends with nothing left."""
    wait_until_ready(trial)
    yield
    wait_until_ready(trial)
    assert_nothing_left(trial)


def wait_until_ready(trial: Trial, patience: float = 30.0) -> None:
    until = time.monotonic() + patience
    while not (status := trial.status()).ready:
        assert time.monotonic() < until, f"not mended: {status.not_ready}\n{trial.last_words()}"
        time.sleep(0.2)


def call_and_kill(caller: Caller, process: str, then: float = 0.0) -> Finished:
    """The process is killed after the greeting; then a question. The call goes on for `then` seconds more."""
    policy = caller.say("what is your return policy")

    async def script(call: Call) -> None:
        await greeting(call)
        await asyncio.to_thread(caller.trial.kill, process)
        await call.say(policy, "question")
        await call.agent_speaks(20.0)
        with contextlib.suppress(CallOver):  # handed to people, of whom there are none in this test
            await call.agent_quiet(1.5)
            await call.wait(then)

    return caller.play(script)


@pytest.mark.parametrize("process", ["brain", "stt-worker", "tts-worker"])
def test_a_worker_that_dies_costs_an_apology_at_most(caller: Caller, process: str) -> None:
    """It is asked once more when it is back; else the caller hears that something is wrong, or is asked again."""
    call = call_and_kill(caller, process)
    after = call.exchanges[-1]
    assert after.sound is not None, call.record["turns"]
    assert call.record["outcome"] in ("caller_hung_up", "transferred")


def test_the_conversation_outlives_ari_app(caller: Caller) -> None:
    call = call_and_kill(caller, "ari-app", then=1.0)
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge"]
    assert call.record["outcome"] == "caller_hung_up"


def test_a_caller_goes_to_people_when_the_media_server_dies(caller: Caller) -> None:
    call = call_and_kill(caller, "media-server")
    assert call.exchanges[-1].sound is not None
    assert call.record["outcome"] == "transferred"


def test_a_database_restart_is_not_heard_and_no_record_is_lost(caller: Caller) -> None:
    call = call_and_kill(caller, "postgres")
    assert call.exchanges[-1].sound is not None
    assert call.record["ended_at"]
    assert len(call.turns("caller")) == 1


def test_the_next_call_is_as_good_as_new(caller: Caller) -> None:
    question = caller.say("what is your return policy")

    async def script(call: Call) -> None:
        await greeting(call)
        await ask(call, question, "question")

    call = caller.play(script)
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge"]
