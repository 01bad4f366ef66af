"""A question that is likely but not sure is asked back: a yes answers it, a no is owned up to, all else is a new question."""

import asyncio
from dataclasses import dataclass, field

import pytest

from brain.dialogue import Mind, answer
from brain.folder import SiteFolder
from brain.knowledge.match import Entry, Match
from brain.knowledge.passages import Passage
from brain.turn import Asked, Done, Memory, Say
from core.ids import SiteId
from core.sites import Language

DELIVERY = Entry(1, "fact", "delivery", {"hi-Latn": "Teen din.", "en": "Three days."})
ASKED_AS: dict[Language, str] = {"hi-Latn": "delivery kitne din mein hogi", "en": "how long does delivery take?"}


class Unsure:
    """Knows one question surely, and guesses it from everything that has "saman" in it."""

    async def find(self, site: SiteId, text: str) -> Match | None:
        if text in ASKED_AS.values():
            return Match(DELIVERY, 1.0, exact=True)
        return Match(DELIVERY, 0.5, asked_as=ASKED_AS) if "saman" in text else None

    async def passages(self, site: SiteId, text: str, limit: int) -> list[Passage]:
        return []


@dataclass
class Caller:
    mind: Mind
    memory: Memory = field(default_factory=lambda: Memory("hi-Latn"))

    def says(self, text: str, language: Language = "hi-Latn") -> tuple[str, Done]:
        async def turn() -> tuple[str, Done]:
            pieces = [piece async for piece in answer(Asked(text, language, 0.9), self.memory, self.mind)]
            assert isinstance(pieces[-1], Done)
            return " ".join(piece.text for piece in pieces if isinstance(piece, Say)), pieces[-1]

        told, done = asyncio.run(turn())
        self.memory = done.memory
        return told, done


@pytest.fixture
def caller(demo: SiteFolder) -> Caller:
    return Caller(Mind(demo.site, {}, Unsure(), 0.45, 2))


def test_a_likely_question_is_asked_back_in_the_sites_words(caller: Caller) -> None:
    told, done = caller.says("saman ka kya")
    assert told == "Kya aapka matlab yeh hai: delivery kitne din mein hogi?"
    assert done.memory.expects == "yes_no" and done.source == "abstain" and done.score == 0.5 and not done.gap
    assert caller.says("what about saman", "en")[0] == "Do you mean: how long does delivery take?"


def test_a_yes_answers_it(caller: Caller) -> None:
    caller.says("saman ka kya")
    told, done = caller.says("haan ji")
    assert told == "Teen din." and done.source == "knowledge" and done.memory.meant == ""


def test_a_no_is_owned_up_to_and_counted_as_a_gap(caller: Caller) -> None:
    caller.says("saman ka kya")
    told, done = caller.says("nahin")
    assert told.startswith("Iski jaankari mere paas nahin hai.") and done.gap == "saman ka kya"


def test_another_question_is_another_question(caller: Caller) -> None:
    caller.says("saman ka kya")
    assert caller.says("how long does delivery take?", "en")[0] == "Three days."
    assert caller.says("haan")[0] != "Teen din.", "what was asked back holds for one turn"
