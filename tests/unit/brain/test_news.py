"""What is said when something has happened to the caller: nobody had time for them."""

import asyncio
from typing import Any, cast

import pytest

from brain.dialogue import Mind, answer
from brain.folder import SiteFolder
from brain.tools.errand import DeclaredTool
from brain.tools.schedule_callback import SCHEDULE_CALLBACK
from brain.tools.tool import Tool
from brain.turn import Asked, Done, Memory, Say
from core.sites import LANGUAGES, Language
from tests.unit.brain.demo_site import DemoKnowledge

NOTHING = cast(Any, None)
"""Doors that asking for a day does not go through."""
CALLBACK = DeclaredTool(SCHEDULE_CALLBACK, NOTHING, NOTHING, NOTHING, NOTHING)


def hears(mind: Mind, memory: Memory, asked: Asked) -> tuple[str, Done]:
    async def turn() -> tuple[str, Done]:
        pieces = [piece async for piece in answer(asked, memory, mind)]
        done = pieces[-1]
        assert isinstance(done, Done)
        return " ".join(piece.text for piece in pieces if isinstance(piece, Say)), done

    return asyncio.run(turn())


def mind_of(demo: SiteFolder, knowledge: DemoKnowledge, *tools: Tool) -> Mind:
    return Mind(demo.site, {tool.name: tool for tool in tools}, knowledge, 0.45, 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_free_is_said_and_a_call_back_offered(demo: SiteFolder, demo_knowledge: DemoKnowledge, language: Language) -> None:
    mind = mind_of(demo, demo_knowledge, CALLBACK)
    waiting = Memory(language, offered_person=True, expects="yes_no", topic="refund")
    said, done = hears(mind, waiting, Asked("", language, 1.0, caller="+919800000001", news="nobody_free"))
    assert said.count("?") == 1
    assert done.memory.proposal is not None and done.memory.proposal.asking == "day"
    assert not done.memory.offered_person and done.memory.topic == "refund" and done.then == "listen"
    said, done = hears(mind, done.memory, Asked("kal", "hi-Latn", 0.9, caller="+919800000001"))
    assert "baje" in said and done.memory.proposal is not None and done.memory.proposal.asking == "time"


def test_who_wants_no_call_back_goes_on_with_us(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> None:
    mind = mind_of(demo, demo_knowledge, CALLBACK)
    _, done = hears(mind, Memory("hi-Latn"), Asked("", "hi-Latn", 1.0, news="nobody_free"))
    said, done = hears(mind, done.memory, Asked("nahin rehne dijiye", "hi-Latn", 0.9))
    assert "madad" in said and done.memory.proposal is None


def test_a_site_that_does_not_call_back_offers_what_else_it_can(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> None:
    said, done = hears(mind_of(demo, demo_knowledge), Memory("en"), Asked("", "en", 1.0, news="nobody_free"))
    assert said == "Sorry, all my colleagues are busy at the moment. What else can I do for you?"
    assert done.memory.proposal is None
