"""A caller is sent by order: to an extension, a queue, an outside number; and what becomes of them if nobody is there."""

import asyncio
import time

from core.audio import Pcm
from haazir.caller.phone import new_caller
from haazir.caller.script import Call
from tests.e2e.calling import Caller, greeting
from tests.e2e.handing import Operators, Record, asked, handing_over, hooks, ordered, says_that_all_are_busy, told
from tests.e2e.hearing import SAME, likeness
from tests.e2e.house import House, Talk, house, talk
from tests.e2e.phones import first_to_ring
from tests.standins.carrier import numbers
from tests.standins.carrier.carrier import Carrier
from tests.standins.carrier.render import PROMPTS

__all__ = ["hooks", "house", "talk"]


def test_by_order_to_an_extension_a_queue_or_outside(
    house: House, operators: Operators, talk: Talk, carrier: Carrier, caller: Caller
) -> None:
    """Blind: the agent says so, and whoever answers has the caller."""
    outside = caller.say("hello from outside", "en")
    heard: list[tuple[Pcm, Pcm]] = []

    async def to_extension(call: Call) -> None:
        await greeting(call)
        assert await ordered(house, "transfer", first, destination="299", kind="blind") == 422
        assert await ordered(house, "transfer", first, destination="202", kind="blind") == 200
        await operators["202"].answer()
        await call.wait(0.3)
        await talk.between(call, operators["202"])
        await operators["202"].hang_up()
        await call.over(5.0)

    async def to_queue(call: Call) -> None:
        await greeting(call)
        assert await ordered(house, "transfer", second, destination="humans", kind="blind") == 200
        operator = await first_to_ring(operators.values())
        await told(operator)
        await operator.press("1")
        await call.wait(0.3)
        await talk.between(call, operator)
        await operator.hang_up()
        await call.over(5.0)

    async def to_outside(call: Call) -> None:
        await greeting(call)
        since = time.time()
        assert await ordered(house, "transfer", third, destination=numbers.SILENT_PERSON, kind="blind") == 200
        somebody = await carrier.called(numbers.SILENT_PERSON, since=since)
        await somebody.answered()
        await call.wait(0.5)
        since = time.time()
        await call.say(talk.complaint, "complaint")
        await somebody.say(outside)
        await call.agent_quiet(0.4)
        heard.append((call.ears.between(since, time.time()), outside))
        heard.append((await somebody.heard(), talk.complaint))
        somebody.hang_up()
        await call.over(5.0)

    first = handing_over(house, outside_allowed=[numbers.SILENT_PERSON], trunk="carrier", caller_id="+911100000000")
    second, third = house.arranged(), house.arranged()
    scripts = {first: to_extension, second: to_queue, third: to_outside}
    records = [asyncio.run(house.played(number, script)) for number, script in scripts.items()]
    assert talk.was_heard()
    assert [likeness(sound, said) > SAME for sound, said in heard] == [True, True]
    assert [one["outcome"] for one in records] == ["transferred"] * 3
    assert [one["result"] for record in records for one in record["asked"]] == ["accepted"] * 3
    assert records[2]["transfers"][0]["destination"] == numbers.SILENT_PERSON


def test_the_trunk_itself_takes_a_caller_over_and_one_that_does_not_leaves_them_with_the_agent(
    house: House, carrier: Carrier, caller: Caller
) -> None:
    """REFER: the first caller's switch does it, the second has none."""
    elsewhere = caller.say(PROMPTS["hello"][1], PROMPTS["hello"][0])

    async def played(number: str, *, movable: bool) -> tuple[Record, Pcm]:
        began, who = time.time(), new_caller()
        customer = await carrier.call(number, caller=who, movable=movable)
        await customer.answered()
        await asyncio.sleep(1.0)
        assert await ordered(house, "transfer", number, destination=numbers.PERSON, kind="blind") == 200
        await asyncio.sleep(8.0)  # what anybody says there takes as long as it takes
        customer.hang_up()
        await customer.over()
        return await house.caller.server.record(who, began, timeout=20.0), await customer.heard()

    async def both() -> tuple[tuple[Record, Pcm], tuple[Record, Pcm]]:
        return await asyncio.gather(played(first, movable=True), played(house.arranged(), movable=False))

    first = handing_over(house, outside_allowed=[numbers.PERSON], trunk="carrier", refer=True)
    (taken, there), (left, here) = asyncio.run(both())
    assert (likeness(there, elsewhere) > SAME, likeness(here, elsewhere) > SAME) == (True, False)
    assert (taken["outcome"], asked(taken)) == ("transferred", [(numbers.PERSON, "accepted")])
    assert (left["outcome"], asked(left)) == ("caller_hung_up", [(numbers.PERSON, "unreachable")])
    assert says_that_all_are_busy(left)


def test_outside_nobody_answers_and_the_agent_comes_back(house: House, operators: Operators, carrier: Carrier) -> None:
    async def script(call: Call) -> None:
        await greeting(call)
        began = time.time()
        assert await ordered(house, "transfer", destination=numbers.refusing(486), kind="blind") == 200
        await carrier.called(numbers.refusing(486), since=began)
        await call.agent_speaks(15.0, since=time.time())
        await call.agent_quiet(1.5)

    number = handing_over(house, outside_allowed=[numbers.refusing(486)], trunk="carrier")
    record = asyncio.run(house.played(number, script))
    assert asked(record) == [(numbers.refusing(486), "busy")]
    assert says_that_all_are_busy(record)
