"""A caller may be gone at any moment: nothing of the call stays behind, in Asterisk or in us."""

import asyncio

import psutil
import pytest

from haazir.caller.phone import Phone
from haazir.caller.script import Call
from tests.e2e.calling import Caller, Finished, Role, greeting
from tests.e2e.conftest import assert_nothing_left


def sockets(caller: Caller) -> int:
    """UDP sockets of the media server."""
    pid = caller.trial.status().processes["media-server"]
    return len(psutil.Process(pid).net_connections("udp"))


@pytest.fixture(scope="module")
def hung_up(caller: Caller) -> dict[str, Finished | Exception]:
    question = caller.say("what is your return policy")

    async def at_the_answer(_: Call) -> None:
        pass

    async def in_the_greeting(call: Call) -> None:
        await call.agent_has_spoken_for(0.3)

    async def while_asking(call: Call) -> None:
        await greeting(call)
        call.start_saying(question)
        await call.wait(0.6)

    async def while_it_thinks(call: Call) -> None:
        await greeting(call)
        await call.say(question)
        await call.wait(0.2)

    async def in_the_answer(call: Call) -> None:
        await greeting(call)
        await call.say(question)
        await call.agent_has_spoken_for(0.5)

    scripts = (at_the_answer, in_the_greeting, while_asking, while_it_thinks, in_the_answer)
    return caller.play_all({script.__name__: Role(script) for script in scripts})


@pytest.mark.parametrize("moment", ["at_the_answer", "in_the_greeting", "while_asking", "while_it_thinks", "in_the_answer"])
def test_a_call_hung_up_at_any_step_is_recorded_as_that(hung_up: dict[str, Finished | Exception], moment: str) -> None:
    call = hung_up[moment]
    assert isinstance(call, Finished), call
    assert call.record["outcome"] in ({"caller_hung_up", "abandoned"} if moment == "at_the_answer" else {"caller_hung_up"})


def test_what_was_not_heard_is_not_recorded_as_said(hung_up: dict[str, Finished | Exception]) -> None:
    call = hung_up["in_the_answer"]
    assert isinstance(call, Finished), call
    answer = call.answers[-1]
    assert answer["interrupted"]
    assert "box" not in answer["text"]


def test_nothing_is_left_after_hanging_up_at_every_step(hung_up: dict[str, Finished | Exception], caller: Caller) -> None:
    assert_nothing_left(caller.trial)
    assert sockets(caller) == 0


def test_a_caller_who_gives_up_before_the_answer_leaves_nothing(caller: Caller) -> None:
    async def give_up(number: int) -> None:
        async with Phone.open() as phone, phone.call(caller.server.sip, caller.server.number):
            await asyncio.sleep(0.004 * number)

    async def all_of_them() -> None:
        await asyncio.gather(*(give_up(number) for number in range(8)))

    asyncio.run(all_of_them())
    assert_nothing_left(caller.trial)
    assert sockets(caller) == 0
