"""The demo site, as the brain knows it, without a database: what it would load, put into memory."""

from collections.abc import Sequence
from pathlib import Path

from brain.knowledge.embed import MiniLM
from brain.knowledge.match import Match, best_match
from brain.knowledge.normal import normalise
from brain.knowledge.passages import Passage
from brain.knowledge.snapshot import Snapshot
from core.ids import SiteId

DEMO = Path(__file__).parents[3] / "demo" / "site"


class DemoKnowledge:
    """What dialogue asks, over a snapshot."""

    def __init__(self, snapshot: Snapshot, model: MiniLM) -> None:
        self._snapshot = snapshot
        self._model = model

    async def find(self, site: SiteId, text: str) -> Match | None:
        return self.find_now(text)

    async def passages(self, site: SiteId, text: str, limit: int) -> list[Passage]:
        """It has no documents."""
        return []

    def find_now(self, text: str) -> Match | None:
        asked = normalise(text, self._snapshot.vocabulary)
        if (match := self._snapshot.exactly(text)) or not asked.english:
            return match
        return best_match(self._snapshot.search(asked, self._model.embed([asked.english])[0]))


def questions(part: str) -> Sequence[tuple[str, str]]:
    """(what is meant, the question) of one part of questions.tsv."""
    lines = (Path(__file__).parent / "questions.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(meant, question) for belongs, meant, question in rows if belongs == part]
