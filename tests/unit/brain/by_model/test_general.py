"""General knowledge, and what is none: nothing that a model says of the shop is heard."""

import pytest

from brain.knowledge.match import Entry, Match
from brain.turn import AwaitTurn
from tests.standins.llm import Reply
from tests.unit.brain.by_model.talk import OFFER, UNAVAILABLE, UNKNOWN_LINE, Books, Talk, Tell


def test_a_general_question_is_answered_from_the_models_own_knowledge(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.cloud.reply = Reply(("Bluetooth ek wireless ", "technology hai. ", "Isse do devices jud jaate hain."))
        told = await talk.says("bluetooth kya hota hai")
        assert told.text == "Bluetooth ek wireless technology hai. Isse do devices jud jaate hain."
        assert told.done.source == "fallback" and told.done.citations == () and told.done.gap == ""

    tell(story)


INVENTIONS = [
    "Hamare yahan yeh sirf ₹499 ka hai.",
    "It costs only 499.",
    "Iski keemat paanch sau rupaye hai.",
    "Aap ise das din mein wapas kar sakte hain.",
    "Hamari dukan subah khulti hai.",
    "आपका ऑर्डर कल तक आ जाएगा।",
    "Delivery free hai.",
    "Haan, stock mein hai.",
    "We are open on Sunday.",
    "Call 98765 43210.",
]


@pytest.mark.parametrize("invention", INVENTIONS)
def test_a_model_that_makes_up_a_fact_of_the_shop_is_not_heard(tell: Tell, invention: str) -> None:
    async def story(talk: Talk) -> None:
        talk.cloud.reply = Reply((invention,))
        told = await talk.says("bluetooth kya hota hai")
        assert told.text == f"{UNKNOWN_LINE} {OFFER}" and told.done.source == "abstain" and told.done.gap

    tell(story)


@pytest.mark.parametrize(
    "question",
    ["iphone kitne ka hai", "what is the price of the tv", "दुकान कब खुलती है", "refund policy kya hai", "stock mein hai kya"],
)
def test_no_word_of_a_model_answers_a_question_about_the_shop(tell: Tell, question: str) -> None:
    """However harmless it sounds."""

    async def story(talk: Talk) -> None:
        talk.cloud.reply = Reply(("Ji haan, zaroor.",))
        told = await talk.says(question)
        assert "zaroor" not in told.text and told.done.source == "abstain"

    tell(story)


def test_an_invention_after_a_harmless_sentence_ends_the_answer_honestly(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.cloud.reply = Reply(("Bluetooth ek technology hai. ", "Hamare speaker ₹999 ke hain. "))
        told = await talk.says("bluetooth kya hota hai")
        assert told.text == f"Bluetooth ek technology hai. {UNKNOWN_LINE}"
        assert told.done.source == "abstain" and told.done.memory.expects == "anything"

    tell(story)


@pytest.mark.parametrize("reply", [Reply(status=503), Reply(first_s=3.0), Reply((), then="garbage")], ids=str)
def test_a_model_that_is_away_is_owned_up_to(tell: Tell, reply: Reply) -> None:
    async def story(talk: Talk) -> None:
        talk.cloud.reply = reply
        told = await talk.says("bluetooth kya hota hai")
        assert told.text == f"{UNAVAILABLE} {OFFER}" and told.done.source == "abstain" and told.done.gap == ""

    tell(story)


def test_what_is_known_never_reaches_the_model(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        talk.books = Books(match=Match(Entry(1, "fact", "delivery", {"hi-Latn": "Teen din."}), 0.9))
        told = await talk.says("delivery kitne din mein hogi")
        assert told.text == "Teen din." and talk.cloud.requests == []
        assert not any(isinstance(piece, AwaitTurn) for piece in told.pieces)

    tell(story)
