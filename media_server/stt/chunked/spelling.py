"""What a conformer's heads say of each frame -> words of one language. ◆

frames × all languages' tokens ──its columns──> path ──the same token twice is one, blank is none──> "▁न" "हीं" -> नहीं
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media_server.stt.chunked.words import Word

Floats = npt.NDArray[np.float32]
BOUNDARY = "▁"
"""Before the first token of a word."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One token, where it was heard."""

    token: int
    first: int
    end: int
    """One past its last frame."""
    sure: float


@dataclass(frozen=True, slots=True)
class Alphabet:
    """One language's tokens among all of the model's."""

    tokens: tuple[str, ...]
    columns: npt.NDArray[np.intp]
    """Of the CTC head: theirs in order, the blank last."""

    @property
    def blank(self) -> int:
        return len(self.tokens)


def best_path(logits: Floats, alphabet: Alphabet) -> list[Spoken]:
    """Greedy CTC. `logits`: (frames, columns of all languages)."""
    chances = log_softmax(logits[:, alphabet.columns])
    path = chances.argmax(1)
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)] if len(path) else [0]
    return [
        Spoken(int(path[first]), first, end, float(np.exp(chances[first:end, path[first]].max())))
        for first, end in itertools.pairwise(edges)
        if path[first] != alphabet.blank
    ]


def fit(logits: Floats, alphabet: Alphabet) -> float:
    """How well a language's tokens explain all frames: log probability. The blank is shared, so pauses favour none."""
    chances = log_softmax(logits)[:, alphabet.columns]
    return float(np.logaddexp.reduce(chances, axis=1).sum())


def words_of(spoken: Sequence[Spoken], alphabet: Alphabet, frame: int) -> tuple[Word, ...]:
    """`frame`: samples of one."""
    groups: list[list[Spoken]] = []
    for one in spoken:
        if not groups or alphabet.tokens[one.token].startswith(BOUNDARY):
            groups.append([])
        groups[-1].append(one)
    words = []
    for group in groups:
        text = "".join(alphabet.tokens[one.token] for one in group).replace(BOUNDARY, "")
        if text:
            sure = sum(one.sure for one in group) / len(group)
            words.append(Word(text, group[0].first * frame, group[-1].end * frame, sure))
    return tuple(words)


def log_softmax(logits: Floats) -> Floats:
    """Over the last axis."""
    moved = logits - logits.max(-1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(-1, keepdims=True)), np.float32)
