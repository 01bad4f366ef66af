"""Whose turn it is: what is asked before, closed after, and said without a model."""

import asyncio
from contextlib import aclosing

import msgspec

from brain.dialogue import answer
from brain.knowledge.passages import Passage
from brain.turn import Asked, AwaitTurn, Say, Write
from core.db import DatabaseAway
from core.sites import Llm
from tests.standins.llm import Reply
from tests.unit.brain.by_model.talk import UNAVAILABLE, Books, Talk, Tell, passage


def test_a_turn_that_is_dropped_before_it_is_taken_costs_no_request(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        async with aclosing(answer(Asked("bluetooth kya hota hai", "hi-Latn", 0.9), talk.memory, talk.mind)) as pieces:  # type: ignore[type-var]
            assert isinstance(await anext(pieces), AwaitTurn)
        assert talk.cloud.requests == []

    tell(story)


def test_a_caller_who_interrupts_closes_the_stream_at_the_server(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.without_deadlines()
        talk.cloud.reply = Reply(("Ek baat hai. ", "Aur "), then="stall")
        heard = asyncio.Event()

        async def turn() -> None:
            async for piece in answer(Asked("bluetooth kya hota hai", "hi-Latn", 0.9), talk.memory, talk.mind):
                if isinstance(piece, Write):
                    heard.set()

        task = asyncio.create_task(turn())
        await asyncio.wait_for(heard.wait(), 10)
        task.cancel()
        await asyncio.wait_for(talk.cloud.disconnected.wait(), 10)

    tell(story)


def test_the_first_sentence_leaves_while_the_second_is_still_being_written(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.cloud.reply = Reply(("Ek baat hai. ", "Aur "), then="stall")
        told = await talk.says("bluetooth kya hota hai")
        assert told.text == "Ek baat hai." and told.done.source == "fallback"

    tell(story)


def test_documents_that_are_away_are_owned_up_to(tell: Tell) -> None:
    class Away(Books):
        async def passages(self, *_: object, **__: object) -> list[Passage]:
            raise DatabaseAway("restarting")

    async def story(talk: Talk) -> None:
        talk.books = Away()
        told = await talk.says("bluetooth kya hota hai")
        assert told.text.startswith(UNAVAILABLE) and talk.cloud.requests == [] and told.done.gap == ""

    tell(story)


def test_without_a_model_a_document_is_read_out_or_nothing_is_made_up(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.site = msgspec.structs.replace(talk.site, llm=Llm())
        talk.books = Books(passage(score=0.8))
        told = await talk.says("tv panel ki warranty kitni hai")
        assert told.text == "Televisions have a warranty of two years on the panel."
        assert told.done.source == "knowledge" and told.done.used is None and told.done.citations
        assert [piece.language for piece in told.pieces if isinstance(piece, Say)] == ["en"], "in the document's language"
        told = await talk.says("microwave ki warranty kitni hai")
        assert told.done.source == "abstain" and told.done.gap == "microwave ki warranty kitni hai"
        assert talk.cloud.requests == []

    tell(story)
