"""Answers that a model writes from passages: what is told, cited, and left out."""

import asyncio

import pytest

from brain.turn import AwaitTurn, Exchange, Memory
from tests.standins.llm import Reply
from tests.unit.brain.by_model.talk import OFFER, UNAVAILABLE, UNKNOWN_LINE, WARRANTY, Books, Recorder, Talk, Tell, passage


def test_an_answer_from_passages_is_told_without_its_marks_and_cited(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(passage())
        talk.cloud.reply = Reply(("TV panel par ", "2 saal ki warranty hai [1]", ". Technician ke ₹350 lagte hain [1]."))
        told = await talk.says("tv ki warranty batao")
        assert told.text == "TV panel par 2 saal ki warranty hai. Technician ke ₹350 lagte hain."
        assert isinstance(told.pieces[0], AwaitTurn), "the model is not asked before the turn is taken"
        assert told.done.source == "knowledge" and told.done.used is not None and told.done.used.model == "m"
        assert told.done.used.tokens_out == 3 and told.done.score == 0.6
        (cited,) = told.done.citations
        assert (cited.document_id, cited.chunk_id, cited.url) == ("doc-1", 7, "https://shop.example/w")
        assert told.done.memory.topic == "tv ki warranty batao"

    tell(story)


def test_the_prompt_has_passages_persona_language_and_the_talk_so_far_and_no_tools(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.books, talk.tools = Books(passage()), {"check_order_status": Recorder()}
        talk.memory = Memory("hi-Latn", recent=(Exchange("namaste", "Namaste!", "call", "hi-Latn"),), summary="Asked before: emi")
        await talk.says("ਵਾਰੰਟੀ ਕਿੰਨੀ ਹੈ", "pa")
        (request,) = talk.cloud.requests
        system, *turns, last = request["messages"]
        assert "You are Asha." in system["content"] and "two short sentences" in system["content"]
        assert [turn["role"] for turn in turns] == ["user", "assistant"]
        assert WARRANTY in last["content"] and "Punjabi in Gurmukhi" in last["content"] and "ਵਾਰੰਟੀ" in last["content"]
        assert "Asked before: emi" in last["content"] and "tools" not in request

    tell(story)


def test_the_first_message_stays_the_same_from_turn_to_turn(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(passage())
        await talk.says("tv ki warranty batao")
        await talk.says("warranty of the television", "en")
        first, second = talk.cloud.requests
        assert first["messages"][0] == second["messages"][0]

    tell(story)


@pytest.mark.parametrize(
    "said", ["UNKNOWN", "UNKNOWN.", "**UNKNOWN**", "Unknown.", "", "   \n", "I have no information about microwaves, sorry."]
)
def test_a_model_that_does_not_know_leads_to_a_person_and_a_gap(tell: Tell, said: str) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(passage())
        talk.cloud.reply = Reply((said,))
        told = await talk.says("microwave ki warranty batao")
        assert told.text == f"{UNKNOWN_LINE} {OFFER}"
        assert told.done.source == "abstain" and told.done.gap == "microwave ki warranty batao"
        assert told.done.memory.expects == "yes_no" and told.done.used is not None

    tell(story)


def test_a_figure_that_no_passage_has_is_not_said(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(passage())
        talk.cloud.reply = Reply(("Panel par 2 saal ki warranty hai [1]. ", "Technician ke ₹499 lagte hain [1]."))
        told = await talk.says("tv ki warranty batao")
        assert told.text == "Panel par 2 saal ki warranty hai." and told.done.source == "knowledge"
        talk.cloud.reply = Reply(("Panel par paanch saal ki warranty hai [1].",))
        assert (await talk.says("tv ki warranty batao")).done.source == "abstain"

    tell(story)


def test_a_call_hears_two_sentences_and_the_rest_is_not_even_written(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.without_deadlines()
        talk.books = Books(passage())
        talk.cloud.reply = Reply(
            ("Ek baat [1]. ", "Do baat [1]. ", "Teen baat [1]. ", "Char baat [1]. "), gap_s=0.02, then="stall"
        )
        assert (await talk.says("tv ki warranty batao")).text == "Ek baat. Do baat."
        await asyncio.wait_for(talk.cloud.disconnected.wait(), 10)
        talk.cloud.reply = Reply(("Ek baat [1]. ", "Do baat [1]. ", "Teen baat [1]."))
        assert (await talk.says("tv ki warranty batao", channel="chat")).text == "Ek baat. Do baat. Teen baat."

    tell(story)


@pytest.mark.parametrize("reply", [Reply(status=503), Reply(first_s=3.0), Reply((), then="garbage"), Reply(status=429)], ids=str)
def test_a_model_that_fails_gives_way_to_the_documents_own_words_or_an_honest_sentence(tell: Tell, reply: Reply) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(passage(score=0.8))
        talk.cloud.reply = reply
        told = await talk.says("tv panel ki warranty kitni hai")
        assert told.text == "Televisions have a warranty of two years on the panel." and told.done.source == "knowledge"
        assert told.done.citations[0].document_id == "doc-1"
        told = await talk.says("kya iska koi aur model bhi hai warranty wala")
        assert told.text.startswith(UNAVAILABLE) and told.done.source == "abstain" and told.done.gap == ""

    tell(story)


def test_a_stream_that_breaks_off_leaves_what_was_said(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(passage())
        talk.cloud.reply = Reply(("Panel par 2 saal ki warranty hai [1]. ", "Aur"), then="cut")
        told = await talk.says("tv ki warranty batao")
        assert told.text == "Panel par 2 saal ki warranty hai." and told.done.source == "knowledge"

    tell(story)
