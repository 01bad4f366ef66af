"""A conversation whose answers a model writes: the real dialogue and door, a cloud over HTTP that is ill or hostile."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec

from brain.dialogue import Mind, answer
from brain.knowledge.match import Match
from brain.knowledge.passages import Passage
from brain.llm.door import Llms
from brain.tools.tool import Request
from brain.turn import Asked, Done, Memory, Piece, Say, Write
from core.ids import SiteId
from core.sites import Language, Site
from tests.standins.llm import Cloud

WARRANTY = "Televisions have a warranty of two years on the panel. A visit of the technician costs ₹350."
UNKNOWN_LINE = "Iski jaankari mere paas nahin hai."
OFFER = "Kya main aapko hamare saathi se jodun?"
UNAVAILABLE = "Maaf kijiye, abhi jaankari nahin dekh pa rahi hoon."


def passage(text: str = WARRANTY, score: float = 0.6) -> Passage:
    return Passage(
        "doc-1", 7, "document", "Warranty", "https://shop.example/w", "", text, "en", (0, len(text)), score, score, score=score
    )


class Books:
    """Knowledge that finds what it was given."""

    def __init__(self, *passages: Passage, match: Match | None = None) -> None:
        self._passages = list(passages)
        self._match = match

    async def find(self, site: SiteId, text: str) -> Match | None:
        return self._match

    async def passages(self, site: SiteId, text: str, limit: int) -> list[Passage]:
        return self._passages


class Recorder:
    """A tool that writes down what it was asked to do."""

    description = "Looks up an order."
    parameters: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {"order_number": {"type": "string"}, "reason": {"type": "string"}},
    }
    utterances: ClassVar[Mapping[Language, tuple[str, ...]]] = {}

    def __init__(self, name: str = "check_order_status") -> None:
        self.name = name
        self.runs: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> AsyncIterator[Piece]:
        self.runs.append(dict(request.arguments))
        yield Say("Aapka order raaste mein hai.", "hi-Latn")
        yield Done("tool", request.memory)


@dataclass
class Told:
    pieces: list[Piece]

    @property
    def text(self) -> str:
        return "".join(
            piece.text if isinstance(piece, Write) else f"{piece.text} "
            for piece in self.pieces
            if isinstance(piece, Say | Write)
        ).strip()

    @property
    def done(self) -> Done:
        assert isinstance(self.pieces[-1], Done)
        return self.pieces[-1]


async def no_secret(site: SiteId, name: str) -> str:
    raise KeyError(name)


@dataclass
class Talk:
    """One conversation of one site with its cloud."""

    cloud: Cloud
    llms: Llms
    site: Site
    books: Books = field(default_factory=Books)
    tools: dict[str, Recorder] = field(default_factory=dict)
    memory: Memory = field(default_factory=lambda: Memory("hi-Latn"))

    async def says(self, text: str, language: Language = "hi-Latn", **about: Any) -> Told:
        asked = Asked(text, language, 0.9, **about)
        return Told([piece async for piece in answer(asked, self.memory, self.mind)])

    def without_deadlines(self) -> None:
        """A deadline closes the model's stream, too: none may come before that which has to."""
        llm = msgspec.structs.replace(self.site.llm, timeout_s=60.0, first_token_s=60.0)
        self.site = msgspec.structs.replace(self.site, llm=llm)

    @property
    def mind(self) -> Mind:
        return Mind(self.site, self.tools, self.books, 0.45, 2, self.llms.of(self.site))


Tell = Callable[[Callable[[Talk], Any]], None]
