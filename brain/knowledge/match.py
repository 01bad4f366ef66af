"""From likely chunks to one answer or none: fused ranking, a calibrated score, a decision. ◆

    by meaning   1 2 3 4 … ┐ reciprocal rank fusion
    by words     2 1 5 …   ┴> best entry, its score in 0..1 ──> told if >= threshold, else the caller hears "I don't know"

Exact before all: a question asked word for word as the site wrote it, or an id that only one entry has.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.sites import Language

Kind = Literal["fact", "action", "document"]

NEAREST = 12
"""Chunks that each half of the search puts forward."""


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """One chunk that may be meant."""

    entry: Entry
    chunk_id: int
    cosine: float
    overlap: float
    """Share of words in common, rare ones weighing more: 0 to 1."""
    words: frozenset[str] = frozenset()
    """Of the chunk, stemmed."""
    by_id: bool = False
    """An order or model number of the query is in it."""


@dataclass(frozen=True, slots=True)
class Match:
    entry: Entry
    score: float
    """How likely it is that this is what was asked: 0 to 1."""
    exact: bool = False
    words: frozenset[str] = frozenset()
    """Of those of its chunks that came near."""


RRF_K = 60
"""Reciprocal rank fusion (Cormack et al. 2009); 60 is theirs, and flat around it."""

# Logistic regression of "the best entry is what was meant" on the calibration questions of tests/unit/brain/questions.tsv,
# for all-MiniLM-L6-v2 on normalised text, by `python -m brain.calibrate`. Overlap adds nothing beyond what it does to the
# ranking and the margin.
BIAS, COSINE, MARGIN = -9.13, 13.51, 7.92

THRESHOLD = 0.7
"""Below it we do not know. Chosen for at most 2 % of answers wrong; docs/brain.md has the whole curve."""


def weight(chunks_with_term: int, chunks: int) -> float:
    """Of a term: large for a rare one, largest for one the site has never heard."""
    return math.log(1 + chunks / (chunks_with_term + 0.5))


def overlap(asked: Mapping[str, float], offered: Mapping[str, float]) -> float:
    """Two bags of weighted terms -> what they share, over their mean: 0 to 1 (Dice)."""
    total = sum(asked.values()) + sum(offered.values())
    shared = sum(asked[term] for term in asked.keys() & offered.keys())
    return 2 * shared / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Features:
    """What the score is made of."""

    cosine: float
    """Of the entry's nearest chunk."""
    margin: float
    """How much likelier its likeliest chunk is than any other entry's."""


def probability(features: Features) -> float:
    return 1 / (1 + math.exp(-(BIAS + COSINE * features.cosine + MARGIN * features.margin)))


def best_match(candidates: Sequence[Candidate]) -> Match | None:
    """The entry that is meant, if any is; its score says how sure that is."""
    if not candidates:
        return None
    named = {candidate.entry.doc_id for candidate in candidates if candidate.by_id}
    if len(named) == 1:
        return Match(next(candidate.entry for candidate in candidates if candidate.by_id), 1.0, exact=True)
    best, features = best_entry(candidates)
    words = frozenset[str]().union(*(candidate.words for candidate in candidates if candidate.entry.doc_id == best.doc_id))
    return Match(best, probability(features), words=words)


def best_entry(candidates: Sequence[Candidate]) -> tuple[Entry, Features]:
    """The first of the fused ranking, of at least one candidate."""
    best = _fused(candidates)[0]
    own = [candidate for candidate in candidates if candidate.entry.doc_id == best.doc_id]
    others = [candidate for candidate in candidates if candidate.entry.doc_id != best.doc_id]
    margin = max(map(_likeness, own)) - max(map(_likeness, others), default=0.0)
    return best, Features(max(candidate.cosine for candidate in own), margin)


def known(match: Match | None) -> bool:
    return match is not None and match.score >= THRESHOLD


def _likeness(candidate: Candidate) -> float:
    return 0.6 * candidate.cosine + 0.4 * candidate.overlap


def _fused(pool: Sequence[Candidate]) -> list[Entry]:
    """Entries by reciprocal rank fusion of the two rankings; an entry ranks as its best chunk does."""
    entries = {candidate.entry.doc_id: candidate.entry for candidate in pool}
    scores = dict.fromkeys(entries, 0.0)
    likeness: dict[int, float] = {}
    for candidate in pool:
        doc_id = candidate.entry.doc_id
        likeness[doc_id] = max(likeness.get(doc_id, 0.0), _likeness(candidate))
    for feature in ("cosine", "overlap"):
        best: dict[int, float] = {}
        for candidate in pool:
            value = float(getattr(candidate, feature))
            best[candidate.entry.doc_id] = max(best.get(candidate.entry.doc_id, 0.0), value)
        order = sorted((doc_id for doc_id in best if best[doc_id] > 0), key=lambda doc_id: -best[doc_id])
        for rank, doc_id in enumerate(order, start=1):
            scores[doc_id] += 1 / (RRF_K + rank)
    return [entries[doc_id] for doc_id in sorted(scores, key=lambda doc_id: (-scores[doc_id], -likeness[doc_id]))]
