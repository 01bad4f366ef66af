"""A small site's knowledge in memory: searched in 0.2 ms, also while the database is away. ◆

A copy of the facts and actions that the database holds, thrown away when their version goes up. The same candidates with the same
figures come out as from index.search (a test compares them); a site too large for memory is searched there.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.embed import Floats
from brain.knowledge.match import NEAREST, Candidate, Chunk, Match, overlap, weight
from brain.knowledge.normal import Normal, spoken, words_of
from brain.knowledge.passages import Passage
from core.sites import Language


class Snapshot:
    def __init__(self, chunks: Sequence[Chunk], vectors: Floats) -> None:
        """vectors: float32[chunks, 384], in the order of `chunks`."""
        self._chunks = chunks
        self._vectors = vectors
        counts = Counter(term for chunk in chunks for term in chunk.terms)
        self._weights = {term: weight(count, len(chunks)) for term, count in counts.items()}
        self._unheard = weight(0, len(chunks))
        self._offered = [{term: self._weights[term] for term in chunk.terms} for chunk in chunks]
        self._holders: dict[str, list[int]] = {}
        for position, chunk in enumerate(chunks):
            for term in chunk.terms:
                self._holders.setdefault(term, []).append(position)
        self._by_words = self._known_questions()

    def exactly(self, text: str) -> Match | None:
        """The entry that is asked for in just these words; None where two are."""
        entry = self._by_words.get(spoken(text))
        return None if entry is None else Match(self._chunks[entry].entry, 1.0, exact=True)

    def search(self, asked: Normal, vector: NDArray[np.float32]) -> list[Candidate]:
        """As index.search."""
        if not self._chunks:
            return []
        cosines = self._vectors @ vector
        wanted = self._wanted(asked)
        return [self._candidate(at, cosines[at], wanted, asked) for at in self._likely(asked, cosines, wanted)]

    def passages(self, asked: Normal, vector: NDArray[np.float32] | None, language: Language) -> list[Passage]:
        """Facts as search shows them: each once, by its nearest way to ask, its answer in `language` if it has one."""
        if not self._chunks:
            return []
        cosines = np.zeros(len(self._chunks), np.float32) if vector is None else self._vectors @ vector
        wanted = self._wanted(asked)
        total = sum(wanted.values()) or 1.0
        found: dict[int, Passage] = {}
        for at in self._likely(asked, cosines, wanted):
            chunk, cosine = self._chunks[at], float(cosines[at])
            shared = sum(wanted[term] for term in wanted.keys() & self._offered[at].keys()) / total
            known = found.get(chunk.entry.doc_id)
            if chunk.entry.kind == "fact" and (known is None or (cosine, shared) > (known.cosine, known.overlap)):
                found[chunk.entry.doc_id] = _as_passage(chunk, language, cosine, shared, bool(asked.ids & chunk.ids))
        return list(found.values())

    def _wanted(self, asked: Normal) -> dict[str, float]:
        return {term: self._weights.get(term, self._unheard) for term in asked.terms}

    def _likely(self, asked: Normal, cosines: NDArray[np.float32], wanted: dict[str, float]) -> set[int]:
        shared: Counter[int] = Counter()
        for term in wanted:
            for position in self._holders.get(term, ()):
                shared[position] += wanted[term]  # type: ignore[assignment]  # a Counter of floats
        by_words = sorted(shared, key=lambda position: (-shared[position], position))[:NEAREST]
        by_meaning = np.argsort(-cosines, kind="stable")[:NEAREST].tolist()
        named = [position for position, chunk in enumerate(self._chunks) if asked.ids & chunk.ids] if asked.ids else []
        return {*by_meaning, *by_words, *named}

    def _candidate(self, position: int, cosine: np.float32, wanted: dict[str, float], asked: Normal) -> Candidate:
        chunk = self._chunks[position]
        common = overlap(wanted, self._offered[position])
        named = bool(asked.ids & chunk.ids)
        return Candidate(chunk.entry, chunk.chunk_id, float(cosine), common, words_of(chunk.terms), named)

    def _known_questions(self) -> dict[str, int]:
        known: dict[str, int] = {}
        doubtful: set[str] = set()
        for position, chunk in enumerate(self._chunks):
            words = spoken(chunk.body)
            if words in known and self._chunks[known[words]].entry.doc_id != chunk.entry.doc_id:
                doubtful.add(words)
            known.setdefault(words, position)
        return {words: position for words, position in known.items() if words and words not in doubtful}


def _as_passage(chunk: Chunk, language: Language, cosine: float, shared: float, by_id: bool) -> Passage:
    answers = chunk.entry.answers
    spoken_in = language if language in answers else next(iter(answers))
    text = answers[spoken_in]
    return Passage(
        chunk.entry.key, chunk.chunk_id, "fact", chunk.body, "", text, spoken_in, (0, len(text)), cosine, shared, by_id
    )
