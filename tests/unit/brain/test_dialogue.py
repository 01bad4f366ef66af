"""Conversations, as callers have them, with the demo site's knowledge and orders in a dictionary."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import msgspec
import pytest

from brain import instant
from brain.dialogue import Mind, answer
from brain.folder import SiteFolder
from brain.knowledge.match import Match
from brain.tools.orders import Order, OrdersAway
from brain.tools.registry import all_tools
from brain.turn import Asked, Done, Memory, Piece, Say, ToolBegan, ToolEnded
from core.db import DatabaseAway
from core.ids import SiteId
from core.sites import Language
from tests.unit.brain.demo_site import DemoKnowledge

TV = Order(id="45678", item="Sony T V", status="out_for_delivery", amount=42990)
PHONE = Order(id="12345", item="mobile", status="shipped", amount=18999, expected_on="2026-11-24")


class Book:
    """Orders, or none at all while `away`."""

    def __init__(self, orders: Iterable[Order] = (TV, PHONE)) -> None:
        self._orders = {order.id: order for order in orders}
        self.away = False
        self.asked: list[str] = []

    async def find(self, number: str) -> Order | None:
        self.asked.append(number)
        if self.away:
            raise OrdersAway("ReadTimeout")
        return self._orders.get(number)


class NoDatabase:
    async def find(self, site: SiteId, text: str) -> Match | None:
        raise DatabaseAway("restarting")


@dataclass
class Caller:
    """Says things; every turn is committed."""

    mind: Mind
    book: Book
    memory: Memory = field(default_factory=lambda: Memory("hi-Latn"))
    pieces: list[Piece] = field(default_factory=list)

    def says(self, text: str, language: Language = "hi-Latn", confidence: float = 0.9, keypad: bool = False) -> tuple[str, Done]:
        async def turn() -> list[Piece]:
            asked = Asked(text, language, confidence, "keypad" if keypad else "voice")
            return [piece async for piece in answer(asked, self.memory, self.mind)]

        self.pieces = asyncio.run(turn())
        done = self.pieces[-1]
        assert isinstance(done, Done)
        said = [piece for piece in self.pieces if isinstance(piece, Say)]
        assert 1 <= len(said) <= 2, "an answer on a call is one or two sentences"
        self.memory = done.memory
        return " ".join(piece.text for piece in said), done


@pytest.fixture
def caller(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> Caller:
    book = Book()
    tools = all_tools(book)
    return Caller(Mind(demo.site, {name: tools[name] for name in demo.tools if name in tools}, demo_knowledge, 0.45, 2), book)


def test_a_fact_is_told_in_the_callers_language(caller: Caller) -> None:
    told, done = caller.says("delivery kitne din mein hogi")
    assert told == "Delivery mein teen se paanch din lagte hain."
    assert done.source == "knowledge" and done.then == "listen"
    told, _ = caller.says("how long does delivery take", "en")
    assert told == "Delivery takes three to five days."
    told, _ = caller.says("डिलीवरी कितने दिन में होगी", "hi")
    assert told == "डिलीवरी में तीन से पाँच दिन लगते हैं।"


def test_where_is_my_order_asks_for_the_number_and_then_looks_it_up(caller: Caller) -> None:
    told, done = caller.says("mera order kahan hai")
    assert told == "Apna order number boliye, ya keypad par dabaiye." and done.memory.expects == "digits"
    assert caller.book.asked == []
    told, done = caller.says("1 2 3 4 5")
    assert told == "Aapka mobile raaste mein hai. Woh 24 November tak pahunch jayega."
    assert done.source == "tool" and done.memory.expects == "anything"
    assert [type(piece) for piece in caller.pieces] == [ToolBegan, ToolEnded, Say, Say, Done]
    ended = caller.pieces[1]
    assert isinstance(ended, ToolEnded) and ended.ok and ended.arguments == {"order_number": "12345"}


def test_the_number_may_come_at_once_by_keys_or_in_words(caller: Caller) -> None:
    assert "Sony T V" in caller.says("order 45678 kahan hai")[0]
    assert "Sony T V" in caller.says("45678", keypad=True)[0]
    assert "Sony T V" in caller.says("where is order four five six seven eight", "en")[0]
    assert caller.book.asked == ["45678"] * 3


def test_keys_are_answered_in_the_language_of_the_talk(caller: Caller) -> None:
    caller.says("where is my order", "en")
    told, done = caller.says("12345", "hi-Latn", keypad=True)
    assert told == "Your mobile is on its way. It will reach you by 24 November." and done.memory.language == "en"


def test_half_a_number_is_asked_for_again(caller: Caller) -> None:
    caller.says("mera order kahan hai")
    told, done = caller.says("1 2 3")
    assert "paanch ank" in told and done.memory.expects == "digits" and caller.book.asked == []


def test_a_number_nobody_has_is_asked_for_once_more_and_then_a_person_offered(caller: Caller) -> None:
    caller.says("mera order kahan hai")
    told, done = caller.says("99998")
    assert told.startswith("Order number 9 9 9 9 8 mujhe nahin mila.") and done.memory.expects == "digits"
    told, done = caller.says("99997")
    assert told.endswith("Kya main aapko hamare saathi se jodun?") and done.memory.expects == "yes_no"


def test_a_question_instead_of_the_number_is_answered(caller: Caller) -> None:
    caller.says("mera order kahan hai")
    told, done = caller.says("refund kab tak milega")
    assert told.startswith("Refund paanch se saat din") and done.memory.expects == "anything"


def test_an_ill_crm_is_owned_up_to(caller: Caller) -> None:
    caller.book.away = True
    told, done = caller.says("order 12345 kahan hai")
    assert told.startswith("Maaf kijiye, order ki jaankari abhi nahin mil rahi") and done.memory.offered_person
    ended = caller.pieces[1]
    assert isinstance(ended, ToolEnded) and not ended.ok


def test_a_status_without_words_goes_to_a_person(caller: Caller) -> None:
    caller.book = Book([Order(id="12345", item="mobile", status="lost_in_space", amount=1)])
    caller.mind = Mind(caller.mind.site, all_tools(caller.book), caller.mind.knowledge, 0.45, 2)
    assert caller.says("order 12345 kahan hai")[1].memory.offered_person


@pytest.mark.parametrize("text", ["aaj mausam kaisa hai", "who is the prime minister", "do you sell pizza", "asdf qwer zxcv"])
def test_what_the_site_does_not_know_is_not_made_up(caller: Caller, text: str) -> None:
    told, done = caller.says(text, "en")
    assert told == "I do not have information about that. Shall I connect you to my colleague?"
    assert done.source == "abstain" and done.memory.expects == "yes_no"


def test_yes_to_the_offer_hands_over_with_what_was_asked(caller: Caller) -> None:
    caller.says("refund kab tak milega")
    caller.says("kya aap pizza bechte hain")
    _, done = caller.says("haan ji")
    assert (done.then, done.destination) == ("transfer", "humans")
    assert "refund kab tak milega; kya aap pizza bechte hain" in done.summary


def test_no_to_the_offer_goes_on(caller: Caller) -> None:
    caller.says("kya aap pizza bechte hain")
    told, done = caller.says("nahin")
    assert told.startswith("Theek hai.") and done.then == "listen" and done.memory.expects == "anything"


def test_the_offer_lapses_with_the_next_question(caller: Caller) -> None:
    caller.says("kya aap pizza bechte hain")
    caller.says("delivery kitne din mein hogi")
    assert caller.says("haan")[1].then == "listen"


def test_twice_not_understood_offers_a_person(caller: Caller) -> None:
    told, done = caller.says("mumble", confidence=0.1)
    assert told.endswith("phir se bol sakte hain?") and done.memory.misunderstood == 1
    told, done = caller.says("", confidence=0.9)
    assert told.endswith("saathi se jodun?") and done.memory.offered_person
    assert caller.says("delivery kitne din mein hogi")[1].memory.misunderstood == 0


def test_unclear_words_do_not_forget_what_we_asked(caller: Caller) -> None:
    caller.says("mera order kahan hai")
    _, done = caller.says("mumble", confidence=0.1)
    assert done.memory.expects == "digits"


def test_a_person_is_a_word_or_the_zero_key_away(caller: Caller) -> None:
    assert caller.says("mujhe kisi insaan se baat karni hai")[1].then == "transfer"
    assert caller.says("0", keypad=True)[1].then == "transfer"


def test_goodbye_ends_the_call(caller: Caller) -> None:
    told, done = caller.says("bas itna hi poochhna tha")
    assert done.then == "hang_up" and told.startswith("Call karne ke liye dhanyavaad.")


def test_the_last_answer_can_be_had_again(caller: Caller) -> None:
    assert caller.says("phir se boliye")[0].startswith("Ji, boliye.")
    first, _ = caller.says("parking hai kya")
    assert caller.says("phir se boliye")[0] == first


def test_a_short_question_is_understood_with_the_one_before(caller: Caller) -> None:
    caller.says("delivery kitne din mein hogi")
    assert caller.says("aur refund")[0].startswith("Refund paanch se saat din")


def test_an_off_topic_word_is_not_forced_onto_the_topic(caller: Caller) -> None:
    caller.says("refund kab tak milega")
    assert caller.says("aur pizza")[1].source == "abstain"


def test_greetings_and_thanks_are_returned(caller: Caller) -> None:
    assert caller.says("namaste")[1].source == "small_talk"
    assert caller.says("thank you", "en")[0].startswith("You are welcome.")


def test_a_tool_the_site_does_not_allow_is_not_used(caller: Caller) -> None:
    caller.mind = Mind(caller.mind.site, {}, caller.mind.knowledge, 0.45, 2)
    told, done = caller.says("order 12345 kahan hai")
    assert caller.book.asked == [] and done.source == "abstain" and "nahin kar sakti" in told
    assert caller.says("haan")[1].then == "listen", "without the tool nobody is handed over"


def test_knowledge_that_is_away_is_owned_up_to(caller: Caller) -> None:
    caller.mind = Mind(caller.mind.site, caller.mind.tools, NoDatabase(), 0.45, 2)
    told, done = caller.says("delivery kitne din mein hogi")
    assert told.startswith("Maaf kijiye, abhi jaankari nahin dekh pa rahi") and done.source == "abstain"


def test_asking_changes_nothing_until_the_memory_is_kept(caller: Caller) -> None:
    before = caller.memory
    caller.says("mera order kahan hai")
    caller.memory = before  # as if the turn had been cancelled
    assert caller.says("haan")[1].memory.expects == "anything"


def test_the_instant_engine_says_two_sentences_whatever_is_asked() -> None:
    async def turn(text: str) -> list[Piece]:
        return [piece async for piece in instant.answer(Asked(text, "en", 0.0), Memory("en"))]

    first, second = asyncio.run(turn("")), asyncio.run(turn("anything"))
    assert first == second and [type(piece) for piece in first] == [Say, Say, Done]


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("मुझे किसी इंसान से बात करनी है", "hi"),
        ("ਮੈਨੂੰ ਕਿਸੇ ਬੰਦੇ ਨਾਲ ਗੱਲ ਕਰਨੀ ਹੈ", "pa"),
        ("mujhe kisi insaan se baat karni hai", "hi-Latn"),
    ],
)
def test_a_person_is_called_for_in_every_script(caller: Caller, wish: str, language: Language) -> None:
    _, done = caller.says(wish, language)
    assert done.then == "transfer"


@pytest.mark.parametrize("text", ["?", "😀👍", "'; DROP TABLE orders; --", "tum bewakoof ho"])
def test_what_asks_nothing_gets_a_short_answer_and_is_no_gap(caller: Caller, text: str) -> None:
    patient = msgspec.structs.replace(caller.mind.site.handover, angry=0)
    caller.mind = replace(caller.mind, site=msgspec.structs.replace(caller.mind.site, handover=patient))
    said, done = caller.says(text)
    assert said and (done.source, done.gap, done.memory.offered_person) == ("small_talk", "", False)
