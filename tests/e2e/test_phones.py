"""The test equipment itself: operators' phones and the carrier do what tests of call control will ask of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import pytest

from core.audio import Pcm
from haazir.caller.phone import Phone
from haazir.caller.script import Call, CallRefused
from tests.e2e.calling import Caller, greeting
from tests.e2e.hearing import SAME, likeness
from tests.e2e.phones import OperatorPhone, first_to_ring
from tests.e2e.steady import on_a_steady_machine
from tests.standins.carrier import numbers
from tests.standins.carrier.carrier import Carrier

Operators = Mapping[str, OperatorPhone]
CUSTOMER = "919812345678"


@on_a_steady_machine
def test_a_caller_and_an_operator_hear_each_other_and_a_second_one_after_an_attended_transfer(
    caller: Caller, operators: Operators
) -> None:
    wish = caller.say("I want to talk to a person")
    complaint = caller.say("my mixer is broken")
    welcome = caller.say("this is the service counter", "en")
    other_welcome = caller.say("hello, I am the technician", "en")

    heard: list[tuple[Pcm, Pcm]] = []
    """What somebody heard, and what the other had said."""

    async def hear_each_other(call: Call, operator: OperatorPhone, said: Pcm) -> None:
        since = time.time()
        await asyncio.gather(call.say(complaint), operator.speak(said))
        await operator.quiet(0.4, since)
        await call.agent_quiet(0.4)
        heard.append((operator.heard(since), complaint))
        heard.append((call.ears.between(since, time.time()), said))

    async def script(call: Call) -> None:
        await greeting(call)
        await call.say(wish, "wish")
        first = await first_to_ring(operators.values())
        (second,) = (phone for phone in operators.values() if phone is not first)
        since = time.time()
        await first.answer()
        await first.quiet(0.6, since, timeout=40.0)  # the summary: 13 s without a longer pause
        await first.press("1")
        await call.wait(0.3)
        await hear_each_other(call, first, welcome)

        asking = asyncio.create_task(first.consult(second.extension))
        await second.answer()
        await asking
        await first.transfer_to_consulted()
        await hear_each_other(call, second, other_welcome)

        await second.hang_up()
        await call.over(5.0)

    caller.play(script)
    assert [likeness(sound, said) > SAME for sound, said in heard] == [True] * 4
    assert {phone.state for phone in operators.values()} == {"idle"}


def test_an_operator_sees_who_calls_declines_and_is_not_disturbed(operators: Operators) -> None:
    async def script() -> None:
        one, two = operators["201"], operators["202"]
        dialling = asyncio.create_task(one.dial("202"))
        call = await two.rings()
        assert (call.number, call.name) == ("201", "Operator 201")
        await two.decline()
        await asyncio.gather(dialling, return_exceptions=True)
        assert "486" in one.calls[-1].reason
        two.refusing = True
        await asyncio.gather(one.dial("202"), return_exceptions=True)
        assert "486" in one.calls[-1].reason
        await two.free()

    asyncio.run(script())


def test_an_operator_holds_resumes_and_sends_the_other_to_the_agent(operators: Operators) -> None:
    async def script() -> None:
        one, two = operators["201"], operators["202"]
        dialling = asyncio.create_task(one.dial("202"))
        await two.answer()
        await dialling
        held_at = time.time()
        await two.hold()
        await one.quiet(0.0, held_at)  # the music's first note
        await two.resume()
        sent_at = time.time()
        await two.transfer("1000")
        await one.quiet(0.2, sent_at + 0.5)  # the greeting's first pause
        assert (one.state, two.state) == ("up", "idle")
        await one.hang_up()

    asyncio.run(script())


def test_a_caller_may_hide_the_number_and_a_number_may_be_nobody_s(caller: Caller, carrier: Carrier) -> None:
    async def script() -> None:
        hidden = await carrier.call("1000", caller="")
        await hidden.answered()
        hidden.hang_up()
        await hidden.over()
        wrong = await carrier.call("9999", caller=CUSTOMER)
        await wrong.over()
        assert wrong.sip_status == 404

    asyncio.run(script())


@pytest.mark.parametrize("status", [403, 404, 480, 486, 503, 603])
def test_a_number_refuses_with_the_status_it_is_named_for(carrier: Carrier, status: int) -> None:
    async def script() -> None:
        async with Phone.open() as phone, phone.call(carrier.sip, numbers.refusing(status)) as call:
            await call.answered()

    with pytest.raises(CallRefused) as refused:
        asyncio.run(script())
    assert refused.value.status == status


@on_a_steady_machine
def test_a_caller_is_greeted_a_person_converses_an_ivr_obeys_keys_and_a_voicemail_records_after_its_beep(
    caller: Caller, carrier: Carrier
) -> None:
    question, answer = caller.say("is this Asha speaking"), caller.say("yes, who is calling please", "en")
    message = caller.say("this is Haazir with a message for you")
    chosen = caller.say("Accounts.", "en")
    heard: dict[str, tuple[Pcm, Pcm]] = {}
    """Judged when the calls are over: that takes a moment, in which nobody on this loop could speak or hear."""

    async def be_greeted() -> Pcm:
        call = await carrier.call("1000", caller=CUSTOMER, name="Asha")
        await call.answered()
        await asyncio.sleep(4.5)
        call.hang_up()
        await call.over()
        return await call.heard()

    async def converse(call: Call) -> None:
        await call.agent_quiet(0.5)
        person = await carrier.called(numbers.PERSON, since=call.dialled_at)
        assert person.caller == CUSTOMER
        await call.say(question)
        await call.press("42")
        await person.hears("42")
        since = time.time()
        await person.say(answer)
        await call.agent_quiet(0.4)
        heard["by the caller"] = call.ears.between(since, time.time()), answer
        heard["by the person"] = await person.heard(), question
        person.hang_up()
        await call.over(5.0)

    async def navigate(call: Call) -> None:
        await call.press("2")
        await call.agent_quiet(1.0)
        heard["from the IVR"] = call.ears.recording(), chosen

    async def leave_message(call: Call) -> None:
        await call.agent_quiet(1.5)
        await call.say(message)
        await call.hang_up()
        box = await carrier.called(numbers.VOICEMAIL, since=call.dialled_at)
        heard["by the voicemail"] = await box.message(), message

    async def perform(phone: Phone, number: str, then: Callable[[Call], Awaitable[None]]) -> None:
        async with phone.call(carrier.sip, number, caller=CUSTOMER) as call:
            await call.answered()
            await call.agent_speaks(since=call.answered_at)
            await then(call)

    async def script() -> Pcm:
        async with Phone.open() as phone:
            greeted, *_ = await asyncio.gather(
                be_greeted(),
                perform(phone, numbers.PERSON, converse),
                perform(phone, numbers.IVR, navigate),
                perform(phone, numbers.VOICEMAIL, leave_message),
            )
        return greeted

    began = time.time()
    greeted = asyncio.run(script())
    record = asyncio.run(caller.server.record(CUSTOMER, began))
    first_sentence = next(turn["text"] for turn in record["turns"] if turn["role"] == "agent").split(".")[0] + "."
    heard["by who was greeted"] = greeted, caller.rendered(first_sentence, "hi-Latn")
    assert {who: likeness(sound, said) > SAME for who, (sound, said) in heard.items()} == dict.fromkeys(heard, True)
