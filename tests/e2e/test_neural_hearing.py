"""A call heard by NeMo, with the tiny model that ships with the project. Several at once: tests/speech/test_calls.py."""

from collections.abc import Iterator

import pytest

from haazir.caller.script import Call
from haazir.caller.trial import Trial, running
from tests.e2e.calling import Caller, ask, greeting


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """In place of the one that the other modules share."""
    with running(HAAZIR_ENGINES_STT="nemo") as trial:
        yield trial


@pytest.fixture(scope="module")
def caller(trial: Trial) -> Caller:
    return Caller.of(trial)


def test_a_caller_is_understood_in_hinglish_and_goes_on_in_english(caller: Caller) -> None:
    refund, policy = caller.say("रिफंड कितने दिन में आता है", "hi"), caller.say("what is your return policy")

    async def script(call: Call) -> None:
        await greeting(call)
        await ask(call, refund, "hinglish")
        await ask(call, policy, "english")

    call = caller.play(script)
    assert call.understood == ["refund kitne din mein aata hai", "what is your return policy"]
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge", "knowledge"], call.record["turns"]
