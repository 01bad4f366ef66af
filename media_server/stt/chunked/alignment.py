"""When each token was spoken, from what the decoder looked at while it said it. ◆

         frames of sound ──────>
token 0  ███▅▂ ▁
token 1   ▁▂▅███▅                each frame belongs to one token, tokens come in their order:
token 2        ▁▂▅███            the path with the most attention under it
"""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from media_server.stt.chunked.words import Word

Floats = npt.NDArray[np.float32]


def first_frames(attention: Floats) -> list[int]:
    """Of shape (tokens, frames) -> where each token begins. Fewer frames than tokens: they share them evenly."""
    tokens, frames = attention.shape
    if frames < tokens:
        return [place * frames // tokens for place in range(tokens)]
    best = np.full(tokens, -np.inf, np.float64)
    best[0] = 0.0
    stepped = np.zeros((frames, tokens), np.bool_)
    for frame in range(frames):
        if frame:
            before = np.concatenate(([-np.inf], best[:-1]))
            stepped[frame] = before > best
            best = np.maximum(best, before)
        best = best + attention[:, frame]
    firsts = [0] * tokens
    token = tokens - 1
    for frame in range(frames - 1, 0, -1):
        if stepped[frame, token]:
            firsts[token] = frame
            token -= 1
    return firsts


def words_of(
    tokens: Sequence[int], chances: Sequence[float], starts: Sequence[int], decode: Callable[[list[int]], str]
) -> tuple[Word, ...]:
    """Tokens -> words at spaces. `chances`: log probability of each; `starts`: its first sample, and one more: the end of all.

    A letter of an Indian script may take three tokens: none of them is text by itself.
    """
    pieces: list[tuple[str, int, int]] = []
    begin = 0
    for place in range(len(tokens)):
        text = decode(list(tokens[begin : place + 1]))
        if "\ufffd" in text and place + 1 < len(tokens):
            continue
        pieces.append((text.replace("\ufffd", ""), begin, place + 1))
        begin = place + 1
    words: list[Word] = []
    for _, group in itertools.groupby(pieces, key=_Counter()):
        parts = list(group)
        text = "".join(part[0] for part in parts).strip()
        first, last = parts[0][1], parts[-1][2]
        if text:
            sure = math.exp(sum(chances[first:last]) / (last - first))
            words.append(Word(text, starts[first], max(starts[last], starts[first] + 1), sure))
    return tuple(words)


class _Counter:
    """Which word a piece belongs to: a space begins the next."""

    def __init__(self) -> None:
        self._word = 0

    def __call__(self, piece: tuple[str, int, int]) -> int:
        self._word += piece[0].startswith(" ")
        return self._word
