"""Pieces of a site's documents: what was found by meaning, by words and by ids, fused into one list. ◆

    nearest by meaning ┐ each has both figures
    nearest by words   ┴> 0.6 meaning + 0.4 words ─> best first    before all: a piece with the order or model number asked for

A site of ordinary size is searched here, in memory and exactly; a large one in SQL (index.search_passages), to the same
candidates with the same figures (a test compares them).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.match import Kind, weight
from brain.knowledge.normal import Normal, lexical
from core.sites import Language

Floats = NDArray[np.float32]

NEAREST = 24
"""Pieces that each half of the search puts forward."""
COSINE_SHARE = 0.6
"""Of a score; the rest is words. A sum of the two figures ranks better than reciprocal ranks do (docs/knowledge.md; Bruch et al.,
TOIS 2023): both are shares already, and a rank forgets by how much."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What was found, with what a decision needs to know of it."""

    document_id: str
    """Of a FAQ: its key."""
    chunk_id: int
    kind: Kind
    title: str
    url: str
    heading: str
    """What the piece stands under; empty: nothing."""
    text: str
    """The piece; of a FAQ, its answer."""
    language: Language
    span: tuple[int, int]
    """Its place in the document's text, in characters: from, to."""
    cosine: float
    overlap: float
    """Share of the question's words that are in it, rare ones weighing more: 0 to 1."""
    by_id: bool = False
    """An order or model number of the question is in it."""
    score: float = 0.0
    """How near it is: 0 to 1."""


def fused(candidates: Iterable[Passage], limit: int) -> list[Passage]:
    """The best `limit`: first those with the id asked for, then by meaning and words together."""
    scored = [replace(each, score=1.0 if each.by_id else _nearness(each)) for each in candidates]
    return sorted(scored, key=lambda each: (-each.score, -each.cosine, each.chunk_id))[:limit]


def _nearness(passage: Passage) -> float:
    mixed = COSINE_SHARE * passage.cosine + (1 - COSINE_SHARE) * passage.overlap
    return round(min(1.0, max(0.0, mixed)), 4)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored piece, as it is kept in memory."""

    passage: Passage
    """Its figures are not known yet."""
    terms: Sequence[str]
    ids: frozenset[str]


class Pieces:
    """All pieces of a site's documents: 10,000 are 30 MB, searched in a millisecond."""

    def __init__(self, pieces: Sequence[Piece], vectors: Floats) -> None:
        """vectors: float32[pieces, dimensions], in the order of `pieces`."""
        self._passages = [piece.passage for piece in pieces]
        self._vectors = vectors
        holders: dict[str, list[int]] = {}
        named: dict[str, list[int]] = {}
        for at, piece in enumerate(pieces):
            for term in piece.terms:
                holders.setdefault(term, []).append(at)
            for each in piece.ids:
                named.setdefault(each, []).append(at)
        self._holders = {term: np.array(found, np.int32) for term, found in holders.items()}
        self._named = named

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, asked: Normal, vector: Floats | None) -> list[Passage]:
        """Candidates with their figures. Without a vector (the model is away) words alone decide."""
        if not self._passages:
            return []
        cosines = np.zeros(len(self._passages), np.float32) if vector is None else self._vectors @ vector
        overlaps = self._overlaps(asked)
        near = [] if vector is None else _largest(cosines)
        named = {at for each in asked.ids for at in self._named.get(each, ())}
        likely = {*near, *(at for at in _largest(overlaps) if overlaps[at] > 0), *sorted(named)[:NEAREST]}
        return [
            replace(self._passages[at], cosine=float(cosines[at]), overlap=float(overlaps[at]), by_id=at in named)
            for at in sorted(likely)
        ]

    def _overlaps(self, asked: Normal) -> Floats:
        """float32[pieces]: for each the share of the question's weight that it has."""
        count = len(self._passages)
        shared = np.zeros(count, np.float32)
        total = 0.0
        for term in lexical(asked.terms):
            holders = self._holders.get(term, _NOBODY)
            worth = weight(len(holders), count)
            total += worth
            shared[holders] += worth
        return shared / np.float32(total) if total else shared


_NOBODY = np.zeros(0, np.int32)


def _largest(values: Floats) -> list[int]:
    """Positions of the NEAREST largest values, in order; the earlier of equals."""
    few = np.arange(len(values))
    if len(values) > NEAREST:
        few = np.sort(np.argpartition(-values, NEAREST)[:NEAREST])
    ordered: list[int] = few[np.argsort(-values[few], kind="stable")].tolist()
    return ordered
