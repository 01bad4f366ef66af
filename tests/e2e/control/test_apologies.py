"""What fails alone, in mid-call: the caller hears the site's apology, which needs nothing that failed, and gets a person."""

import asyncio
import contextlib
import os
import signal
import time
import tomllib
from collections.abc import Iterator, Mapping

import pytest

from core.settings import REPOSITORY
from haazir.caller.script import Call, CallOver, NotHeard
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, greeting
from tests.e2e.hearing import SAME, likeness
from tests.e2e.phones import OperatorPhone, first_to_ring

PHRASES = tomllib.loads((REPOSITORY / "demo" / "site" / "site.toml").read_text())["phrases"]
PERSON_S = 45.0
"""A recogniser that hangs is waited for twice, and the caller is asked to say it again in between."""


@pytest.fixture(autouse=True)
def mended(trial: Trial, operators: Mapping[str, OperatorPhone]) -> Iterator[None]:
    """Each test begins and ends with everything ready, and with phones on their hooks."""
    wait_until_ready(trial)
    yield
    for phone in operators.values():
        asyncio.run(phone.free())
    wait_until_ready(trial)


def wait_until_ready(trial: Trial, patience: float = 30.0) -> None:
    until = time.monotonic() + patience
    while not (status := trial.status()).ready:
        assert time.monotonic() < until, f"not mended: {status.not_ready}\n{trial.last_words()}"
        time.sleep(0.2)


@contextlib.contextmanager
def failing(trial: Trial, process: str) -> Iterator[None]:
    """A media server is gone; the others stand still, which is worse: nobody tells that they are away."""
    pid = trial.status().processes[process]
    os.kill(pid, signal.SIGKILL if process == "media-server" else signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("process", ["stt-worker", "tts-worker", "brain", "media-server"])
def test_whatever_fails_alone_costs_an_apology_and_brings_a_person(
    trial: Trial, caller: Caller, operators: Mapping[str, OperatorPhone], process: str
) -> None:
    question = caller.say("what is your return policy")
    heard = []

    async def insist(call: Call) -> None:
        """As people do whom nobody answers."""
        with contextlib.suppress(CallOver):
            while True:
                await call.say(question)
                with contextlib.suppress(NotHeard):
                    await call.agent_speaks(10.0)
                    await call.agent_quiet(1.5)

    async def script(call: Call) -> None:
        await greeting(call)
        failed_at = time.time()
        broken = contextlib.ExitStack()
        await asyncio.to_thread(broken.enter_context, failing(trial, process))
        insisting = asyncio.create_task(insist(call))
        try:
            operator = await first_to_ring(operators.values(), timeout=PERSON_S)
            print(f"{process}: a phone rings after {time.time() - failed_at:.1f} s")
            heard.append(call.ears.between(failed_at, time.time()))
            await operator.answer()
        finally:
            insisting.cancel()
            broken.close()
        await call.hang_up()

    call = caller.play(script)
    print(process, call.record["outcome"], call.record["transfers"], [turn["text"] for turn in call.turns("agent")])
    apologies = [caller.rendered(PHRASES[language]["apology"], language) for language in ("hi-Latn", "en")]
    assert max(likeness(heard[0], apology) for apology in apologies) > SAME
