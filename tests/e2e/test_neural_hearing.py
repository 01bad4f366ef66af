"""Calls heard by the NeMo engine with the tiny model that ships with the project: Hinglish, English, digits, several at once,
and a worker that dies in mid-call."""

import asyncio
import contextlib
from collections.abc import Iterator
from itertools import cycle, islice

import pytest

from core.settings import load
from haazir.caller.script import Call, CallOver
from haazir.caller.trial import Trial, running
from haazir.caller.voices import Voices
from tests.e2e.calling import Caller, Finished, Role, ask, greeting

TOGETHER = 5


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """In place of the one that the other modules share."""
    with running(HAAZIR_ENGINES_STT="nemo") as trial:
        yield trial


@pytest.fixture(scope="module")
def caller(trial: Trial) -> Caller:
    return Caller(trial, trial.server(), Voices(load().home / "cache" / "callers"))


def heard(call: Finished) -> list[str]:
    return [turn["text"].lower().rstrip(".?") for turn in call.turns("caller")]


def test_a_hinglish_caller_is_understood_turn_after_turn(caller: Caller) -> None:
    refund, policy = caller.say("रिफंड कितने दिन में आता है", "hi"), caller.say("what is your return policy")

    async def script(call: Call) -> None:
        await greeting(call)
        await ask(call, refund, "hinglish")
        await ask(call, policy, "english")

    call = caller.play(script)
    assert heard(call) == ["refund kitne din mein aata hai", "what is your return policy"]
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge", "knowledge"], call.record["turns"]


def test_calls_at_once_are_heard_each_for_itself(caller: Caller) -> None:
    """One batch, two languages."""
    said = {
        "refund kitne din mein aata hai": ("रिफंड कितने दिन में आता है", "hi"),
        "what is your return policy": ("what is your return policy", "en-us"),
    }
    wanted = list(islice(cycle(said), TOGETHER))

    def role(number: int, words: str) -> Role:
        sound = caller.say(*said[words])

        async def script(call: Call) -> None:
            await greeting(call)
            await ask(call, sound, "question")

        return Role(script, after=0.07 * number)

    calls = caller.play_all({str(number): role(number, words) for number, words in enumerate(wanted)})
    assert [heard(call) if isinstance(call, Finished) else repr(call) for call in calls.values()] == [[words] for words in wanted]


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
