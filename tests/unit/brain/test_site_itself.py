"""What the agent says of the site itself, through the real dialogue: open or closed, what one may ask, whose number is whose."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec

from brain.dialogue import Mind, answer
from brain.folder import SiteFolder
from brain.turn import Asked, Done, Memory, Say
from core.sites import Hours
from tests.unit.brain.by_model.talk import Recorder
from tests.unit.brain.demo_site import DemoKnowledge

SATURDAY_NOON = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


def says(text: str, demo: SiteFolder, knowledge: DemoKnowledge, **hours: Any) -> tuple[str, Done, Recorder]:
    site = msgspec.structs.replace(demo.site, hours=Hours(**hours))
    orders = Recorder()
    orders.parameters = {  # type: ignore[misc]
        "type": "object",
        "properties": {"order_number": {"type": "string", "pattern": "^[0-9]{5}$"}},
        "required": ["order_number"],
    }
    mind = Mind(site, {"check_order_status": orders}, knowledge, 0.45, 2, questions={"en": ["what is the warranty"]})

    async def told() -> list[Any]:
        return [piece async for piece in answer(Asked(text, "en", 0.9, at=SATURDAY_NOON), Memory("en"), mind)]

    pieces = asyncio.run(told())
    return " ".join(piece.text for piece in pieces if isinstance(piece, Say)), pieces[-1], orders


def test_open_or_closed_is_told_from_the_hours_and_not_from_a_fact(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> None:
    week = {"sat": ("10:00-19:00",), "mon": ("10:00-19:00",)}
    assert says("are you open today", demo, demo_knowledge, week=week)[0] == "Yes, we are open now, until 7 PM."
    closed, done, _ = says("are you open on sunday", demo, demo_knowledge, week=week)
    assert closed == "We are closed tomorrow." and done.source == "knowledge"
    assert "half past eight" in says("what are your timings", demo, demo_knowledge, week=week)[0], (
        "in general, the site's own words"
    )
    assert "eleven to six" in says("are you open on sunday", demo, demo_knowledge)[0], "no hours are set: its fact stands"


def test_what_one_may_ask_is_the_site_s(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> None:
    told, _, _ = says("what can you do", demo, demo_knowledge)
    assert told == f"You can ask me about {demo.site.name}, such as your order. For example: “what is the warranty”."


def test_a_model_number_runs_no_order_tool(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> None:
    for text in ("ZX-900 blue wala", "blue ZX-12345 wala", "900 watt ka blue wala"):
        assert not says(text, demo, demo_knowledge)[2].runs
    assert says("12345 blue wala", demo, demo_knowledge)[2].runs
