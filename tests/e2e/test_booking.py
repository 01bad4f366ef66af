"""A callback booked by voice from the first word to the last: days and times are heard while they are asked for."""

from haazir.caller.script import Call
from tests.e2e.calling import Caller, ask, greeting


def test_a_callback_is_booked_by_voice(caller: Caller) -> None:
    wish, day, time, yes = (caller.say(text) for text in ("please call me back", "tomorrow", "eleven", "yes please"))

    async def script(call: Call) -> None:
        await greeting(call)
        await ask(call, wish, "wish")
        await ask(call, day, "day")
        await ask(call, time, "time")
        await ask(call, yes, "yes")

    finished = caller.play(script)
    heard = [turn["text"] for turn in finished.turns("caller")]
    assert heard == ["please call me back", "tomorrow", "eleven", "yes please"], finished.record["turns"]
    tools = [tool for turn in finished.record["turns"] for tool in turn["tools"]]
    assert [(tool["name"], tool["ok"]) for tool in tools] == [("schedule_callback", True)], finished.record["turns"]
    assert tools[0]["arguments"]["time"] == "11:00"
