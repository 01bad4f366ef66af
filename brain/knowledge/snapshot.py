"""A small site's knowledge in memory: searched in 0.2 ms, also while the database is away. ◆

A copy of the facts and actions that the database holds, thrown away when their version goes up. The same candidates with the same
figures come out as from index.search (a test compares them); a site too large for memory is searched there.
"""

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.embed import Floats
from brain.knowledge.match import NEAREST, Candidate, Chunk, Entry, Match, asks_for, coverage, weight
from brain.knowledge.normal import Normal, lexical, spoken, told_in, words_of
from brain.knowledge.spelling import Vocabulary
from core.sites import Language


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for every question about one entry."""

    entry: Entry
    first: int
    """Its chunks are those from `first`…"""
    end: int
    """…to before `end`."""
    terms: frozenset[str]
    told: frozenset[str]
    words: frozenset[str]
    ids: frozenset[str]
    asked_as: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many chunks there are, and how many have each term."""

    terms: Mapping[str, int]
    chunks: int


class Snapshot:
    def __init__(self, chunks: Sequence[Chunk], vectors: Floats, counted: "Counted | None" = None) -> None:
        """vectors: float32[chunks, 384], in the order of `chunks`. `counted`: where `chunks` are not all that the site has."""
        order = sorted(range(len(chunks)), key=lambda at: chunks[at].entry.doc_id)  # stable: an entry's chunks side by side
        self._chunks = [chunks[at] for at in order]
        self._vectors = vectors[order] if len(chunks) else vectors
        counted = counted or Counted(Counter(term for chunk in chunks for term in chunk.terms), len(chunks))
        self._weights = {term: weight(count, counted.chunks) for term, count in counted.terms.items()}
        self._unheard = weight(0, counted.chunks)
        self._holders: dict[str, list[int]] = {}
        for position, chunk in enumerate(self._chunks):
            for term in lexical(chunk.terms):
                self._holders.setdefault(term, []).append(position)
        self._known = _known(self._chunks)
        self._centres = np.stack([centre(self._vectors[each.first : each.end]) for each in self._known]) if chunks else vectors
        self._entry_of = [number for number, each in enumerate(self._known) for _ in range(each.first, each.end)]
        self._by_words = self._known_questions()
        self.vocabulary = Vocabulary.of(word for chunk in chunks for word in spoken(chunk.body).split())
        """The site's own words: what misspelt ones are mended to (normalise)."""

    def questions(self, language: Language, limit: int) -> list[str]:
        """Some that facts answer, as the site asks them."""
        asked = (each.asked_as.get(language, "") for each in self._known if each.entry.kind == "fact")
        return list(itertools.islice(filter(None, asked), limit))

    def exactly(self, text: str) -> Match | None:
        """The entry that is asked for in just these words; None where two are."""
        at = self._by_words.get(spoken(text))
        if at is None:
            return None
        known = self._known[self._entry_of[at]]
        return Match(known.entry, 1.0, True, known.words, known.asked_as)

    def search(self, asked: Normal, vector: NDArray[np.float32]) -> list[Candidate]:
        """As index.search."""
        if not self._chunks:
            return []
        cosines = self._vectors @ vector
        wanted = self._wanted(asked)
        shared = self._shared(wanted)
        stems = {term: wanted[term] for term in wanted.keys() & asked.words}
        found = []
        for number in {self._entry_of[at] for at in self._likely(asked, cosines, shared)}:
            each = self._known[number]
            found.append(
                Candidate(
                    each.entry,
                    cosine=float(cosines[each.first : each.end].max()),
                    centre=float(self._centres[number] @ vector),
                    coverage=coverage(stems, each.terms, each.told),
                    asks_for=asks_for(asked.terms, each.terms),
                    words=each.words,
                    by_id=bool(asked.ids & each.ids),
                    asked_as=each.asked_as,
                )
            )
        return found

    def _wanted(self, asked: Normal) -> dict[str, float]:
        return {term: self._weights.get(term, self._unheard) for term in lexical(asked.terms)}

    def _shared(self, wanted: Mapping[str, float]) -> dict[int, float]:
        """Chunk -> weight of the terms that it has of those wanted."""
        shared: defaultdict[int, float] = defaultdict(float)
        for term, heavy in wanted.items():
            for position in self._holders.get(term, ()):
                shared[position] += heavy
        return shared

    def _likely(self, asked: Normal, cosines: NDArray[np.float32], shared: Mapping[int, float]) -> set[int]:
        by_words = heapq.nsmallest(NEAREST, shared, key=lambda position: (-shared[position], position))
        by_meaning = np.argsort(-cosines, kind="stable")[:NEAREST].tolist()
        named = [position for position, chunk in enumerate(self._chunks) if asked.ids & chunk.ids] if asked.ids else []
        return {*by_meaning, *by_words, *named}

    def _known_questions(self) -> dict[str, int]:
        """A site's own fact goes before an action of ours that is asked for in the same words."""
        known: dict[str, int] = {}
        doubtful: set[str] = set()
        for position, chunk in sorted(enumerate(self._chunks), key=lambda each: each[1].entry.kind != "fact"):
            words = spoken(chunk.body)
            before = self._chunks[known.setdefault(words, position)].entry
            if before.doc_id != chunk.entry.doc_id and before.kind == chunk.entry.kind:
                doubtful.add(words)
        return {words: position for words, position in known.items() if words and words not in doubtful}


def centre(vectors: Floats) -> Floats:
    """float32[chunks, dimensions] -> their mean, of length 1."""
    mean = vectors.mean(0)
    return np.asarray(mean / (np.linalg.norm(mean) or 1.0), np.float32)


def _known(chunks: Sequence[Chunk]) -> list[_Known]:
    """`chunks`: those of an entry side by side."""
    known: list[_Known] = []
    at = 0
    for _, group in itertools.groupby(chunks, key=lambda chunk: chunk.entry.doc_id):
        own = list(group)
        entry = own[0].entry
        terms = frozenset(term for chunk in own for term in chunk.terms)
        asked_as: dict[Language, str] = {}
        for chunk in own:
            asked_as.setdefault(chunk.language, chunk.body)
        ids = frozenset(name for chunk in own for name in chunk.ids)
        known.append(_Known(entry, at, at + len(own), terms, told_in(entry.answers.values()), words_of(terms), ids, asked_as))
        at += len(own)
    return known
