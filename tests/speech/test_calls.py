"""Calls heard by the NeMo engine with the tiny model that ships with the project: Hinglish and English, several at once,
and a worker that dies in mid-call."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from haazir.caller.script import Call, CallOver
from haazir.caller.trial import Trial, running
from tests.e2e.calling import Caller, Finished, Role, ask, greeting
from tests.e2e.conftest import assert_nothing_left


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    with running(HAAZIR_ENGINES_STT="nemo") as trial:
        yield trial
        assert_nothing_left(trial)


@pytest.fixture(scope="module")
def caller(trial: Trial) -> Caller:
    return Caller.of(trial)


def test_calls_at_once_are_understood_each_for_itself_turn_after_turn(caller: Caller) -> None:
    """One batch, two languages; who began in one goes on in the other."""
    hinglish, english = "refund kitne din mein aata hai", "what is your return policy"
    sounds = {hinglish: caller.say("रिफंड कितने दिन में आता है", "hi"), english: caller.say(english)}
    wanted = [[hinglish, english], [english], [hinglish], [english, hinglish], [hinglish]]

    def role(number: int, questions: list[str]) -> Role:
        async def script(call: Call) -> None:
            await greeting(call)
            for question in questions:
                await ask(call, sounds[question], question)

        return Role(script, after=0.07 * number)

    calls = caller.play_all({str(number): role(number, questions) for number, questions in enumerate(wanted)})
    finished = [call for call in calls.values() if isinstance(call, Finished)]
    assert [call.understood for call in finished] == wanted, calls
    sources = [[turn["answer_source"] for turn in call.answers] for call in finished]
    assert sources == [["knowledge"] * len(questions) for questions in wanted]


def test_a_worker_that_dies_costs_an_apology_at_most(caller: Caller) -> None:
    policy = caller.say("what is your return policy")

    async def script(call: Call) -> None:
        await greeting(call)
        await asyncio.to_thread(caller.trial.kill, "stt-worker")
        await call.say(policy, "question")
        await call.agent_speaks(20.0)
        with contextlib.suppress(CallOver):
            await call.agent_quiet(1.5)

    call = caller.play(script)
    assert call.exchanges[-1].sound is not None, call.record["turns"]
    assert call.record["outcome"] in ("caller_hung_up", "transferred")
