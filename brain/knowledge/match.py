"""From likely entries to one answer, a question back, or none. ◆

    each entry ── how near in meaning and in words ──> utility ┐ softmax
    "none of these" ─────────────────────────────────> utility ┴> how likely each is what was meant: 0 to 1
                                                                   told ≥ tell > asked back ≥ confirm > not known

Exact before all: a question asked word for word as the site wrote it, or an id that only one entry has.
"""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from brain.knowledge.concepts import CONCEPTS
from brain.knowledge.sound import phonetic
from core.sites import Language

Kind = Literal["fact", "action", "document"]
Verdict = Literal["tell", "confirm", "unknown"]

NEAREST = 16
"""Chunks that each half of the search puts forward; their entries are compared."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be told or done: a fact with its answers, a tool or small talk by its key."""

    doc_id: int
    kind: Kind
    key: str
    answers: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One way of asking for an entry, or a piece of a document."""

    chunk_id: int
    entry: Entry
    body: str
    terms: tuple[str, ...]
    ids: frozenset[str]
    language: Language = "hi-Latn"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry that may be meant, and the figures that say so: each 0 to 1 but `asks_for`."""

    entry: Entry
    cosine: float
    """Of the way to ask for it that is nearest in meaning."""
    centre: float = 0.0
    """Cosine of the middle of all its ways to ask: what they have in common."""
    coverage: float = 0.0
    """Share of the question's words that its ways to ask or its answers have at all."""
    asks_for: int = 0
    """1: it is asked for the same kind of thing (a time, a price …); -1: only for others; 0: the question says no kind."""
    words: frozenset[str] = frozenset()
    """Of all its ways to ask, stemmed."""
    by_id: bool = False
    """An order or model number of the question is in it."""
    asked_as: Mapping[Language, str] | None = None
    """How the site itself asks for it first, in each language."""

    @property
    def utility(self) -> float:
        return (
            WEIGHTS.cosine * self.cosine
            + WEIGHTS.centre * self.centre
            + WEIGHTS.coverage * self.coverage
            + WEIGHTS.asks_for * self.asks_for
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a conditional logit (McFadden 1974): the choice is among the entries and none of them."""

    cosine: float
    centre: float
    coverage: float
    asks_for: float
    none: float
    """Utility of "none of these"."""


WEIGHTS = Weights(cosine=6.89, centre=9.02, coverage=3.62, asks_for=1.67, none=9.14)
"""Fitted by `python -m brain.calibrate` on questions put to three sites and on their own ways to ask, for all-MiniLM-L6-v2 on
normalised text; weights that two of the sites give serve the third as well."""

TELL, CONFIRM = 0.8, 0.45
"""At least so likely to be told; at least so likely to be asked back. docs/brain.md has the whole curve."""


@dataclass(frozen=True, slots=True)
class Match:
    entry: Entry
    score: float
    """How likely it is that this is what was asked: 0 to 1."""
    exact: bool = False
    words: frozenset[str] = frozenset()
    """Of all the ways to ask for it."""
    asked_as: Mapping[Language, str] | None = None
    """How the site asks for it: what to ask back with, where `verdict` says so."""


def verdict(match: Match | None, tell: float = TELL, confirm: float = CONFIRM) -> Verdict:
    """What to do with the likeliest entry: tell it, ask whether it was meant, or say that it is not known."""
    if match is None or match.score < min(tell, confirm):
        return "unknown"
    return "tell" if match.score >= tell else "confirm"


def known(match: Match | None) -> bool:
    return verdict(match) == "tell"


def best_match(candidates: Sequence[Candidate]) -> Match | None:
    """The entry that is meant, if any is; its score says how sure that is."""
    if not candidates:
        return None
    named = [candidate for candidate in candidates if candidate.by_id]
    if len(named) == 1:
        return Match(named[0].entry, 1.0, True, named[0].words, named[0].asked_as)
    best = max(candidates, key=lambda candidate: (candidate.utility, -candidate.entry.doc_id))
    rivals = sum(math.exp(min(candidate.utility - best.utility, 0)) for candidate in candidates)
    score = 1 / (rivals + math.exp(min(WEIGHTS.none - best.utility, 50)))
    return Match(best.entry, score, words=best.words, asked_as=best.asked_as)


def weight(chunks_with_term: int, chunks: int) -> float:
    """Of a term: large for a rare one, largest for one the site has never heard."""
    return math.log(1 + chunks / (chunks_with_term + 0.5))


def coverage(asked: Mapping[str, float], terms: AbstractSet[str], told: AbstractSet[str]) -> float:
    """`asked`: the question's stems and their weights. `terms`: of the entry's ways to ask; `told`: of its answers."""
    if not asked:
        return 0.5
    return sum(heard * _covered(stem, terms, told) for stem, heard in asked.items()) / sum(asked.values())


def _covered(stem: str, terms: AbstractSet[str], told: AbstractSet[str]) -> float:
    if stem in terms or "~" + phonetic(stem) in terms:
        return 1.0
    if stem in told or any("=" + concept in terms for concept in CONCEPTS.get(stem, ())):
        return 0.6  # 0.6: a word of the answer, or another word for the same; flat from 0.4 to 0.8
    return 0.0


def asks_for(asked: AbstractSet[str], terms: AbstractSet[str]) -> int:
    """Both with their "?kind" terms among others."""
    kinds = {term for term in asked if term[0] == "?"}
    return 0 if not kinds else 1 if kinds & terms else -1
