"""Nobody had time for a caller: the agent comes back, offers to have them called, and books it."""

import asyncio
import time

from haazir.caller.script import Call
from tests.e2e.calling import ask
from tests.e2e.handing import BRIEF, Operators, asked, wish
from tests.e2e.house import House, house

__all__ = ["house"]

TOOLS = ["transfer_to_operator", "end_call", "repeat_answer", "schedule_callback"]


def test_who_comes_back_from_people_without_time_is_called_back(house: House, operators: Operators) -> None:
    handover = {"ring_s": 2, "queue": False, "operators": ["201"]}
    day, hour, yes = (house.caller.say(text) for text in ("tomorrow", "eleven", "yes please"))

    async def script(call: Call) -> None:
        await wish(call)
        await operators["201"].rings()
        await operators["201"].decline()
        await call.agent_speaks(15.0, since=time.time())
        await call.agent_quiet(1.5)
        await ask(call, day, "day")
        await ask(call, hour, "hour")
        await ask(call, yes, "yes")

    number = house.arranged(phrases={"en": BRIEF}, handover=handover, tools=TOOLS)
    record = asyncio.run(house.played(number, script))
    assert asked(record) == [("201", "busy")]
    tools = [tool for turn in record["turns"] for tool in turn["tools"]]
    booked = [tool for tool in tools if tool["name"] == "schedule_callback"]
    assert [(tool["ok"], tool["arguments"]["time"]) for tool in booked] == [(True, "11:00")], record["turns"]
