"""Tokens of a call become its words, with times and confidence; and how much of them will not change any more. ◆

Token("▁or", 16000, 0.9), Token("der", 17280, 0.8), Token("<hi-IN>", …) ──spell──> Word("order", 16000, 18560, 0.8), "<hi-IN>"
"""

import math
import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.speech import Word

FRAME = 1280
"""Samples that a token's frame stands for."""
STANDS_AFTER = 2
"""Chunks that leave a word as it is, after which it is stable. Greedy decoding takes no token back, but a word may grow."""

MOST_OPEN, STAY_OPEN = 512, 256
"""Tokens that may still change how they are spelt, or how much of them stands: more than the first are made into words until as
many as the second are left. Half a minute of quick speech; more than any chunks of STANDS_AFTER can hold."""
MOST_WORDS = 600
"""Words of an utterance that has no end, so of music or a television: the ones before them are forgotten."""

_TAG = re.compile(r"<[a-z]{2,3}-[A-Z]{2}>")
_NONSENSE = frozenset({"<unk>", "⁇"})


@dataclass(frozen=True, slots=True)
class Token:
    piece: str
    """What it spells; "▁" before a word's first."""
    at: int
    """Sample on the call's clock at which its frame began."""
    confidence: float


def spell(tokens: Iterable[Token]) -> tuple[list[Word], tuple[str, ...]]:
    """Words, each as sure as its least sure token; and the language tags among them, which are no words."""
    runs: list[list[Token]] = []
    for token in tokens:
        if token.piece in _NONSENSE:
            continue
        if not runs or token.piece.startswith("▁") or _TAG.fullmatch(token.piece):
            runs.append([])
        runs[-1].append(token)
        if _TAG.search(token.piece):
            runs.append([])
    words: list[Word] = []
    tags: list[str] = []
    for run in filter(None, runs):
        text = "".join(token.piece for token in run).replace("▁", "")
        tags += _TAG.findall(text)
        if text := _TAG.sub("", text):
            sure = min(token.confidence for token in run)
            words.append(Word(text=text, start=run[0].at, end=run[-1].at + FRAME, confidence=round(sure, 4)))
    return words, tuple(tags)


def confidence(words: Sequence[Word], how: Literal["mean", "min", "product"] = "mean") -> float:
    """Of an utterance, 0 to 1; 0 without words."""
    if not words:
        return 0.0
    sure = [word.confidence for word in words]
    match how:
        case "mean":
            return sum(sure) / len(sure)
        case "min":
            return min(sure)
        case "product":
            return math.prod(sure)


class Spelling:
    """The words of one utterance as its tokens come. What a token costs does not grow with how many came before it."""

    def __init__(self) -> None:
        self._settled: deque[Word] = deque(maxlen=MOST_WORDS)
        self._settled_text = ""
        self._tags: deque[str] = deque(maxlen=MOST_WORDS)
        self._open: list[Token] = []
        self._steadiness = Steadiness()

    def add(self, tokens: Sequence[Token]) -> None:
        self._open += tokens
        if len(self._open) > MOST_OPEN:
            self._settle()

    def told(self) -> tuple[str, int]:
        """All words in a row, and how many characters of that will not change any more. Ask once a chunk."""
        words, _ = spell(self._open)
        text = (self._settled_text + " ".join(word.text for word in words)).rstrip()
        return text, min(len(text), len(self._settled_text) + self._steadiness.after(words))

    def with_more(self, tokens: Sequence[Token]) -> tuple[list[Word], tuple[str, ...]]:
        """Words and tags as they would be with these tokens, which leave no trace."""
        words, tags = spell([*self._open, *tokens])
        return [*self._settled, *words], (*self._tags, *tags)

    def _settle(self) -> None:
        """Old tokens become words, which end where another begins; what never ends is no word, and is cut."""
        last = len(self._open) - STAY_OPEN
        cut = next((at for at in range(last, 0, -1) if self._open[at].piece.startswith("▁")), last)
        words, tags = spell(self._open[:cut])
        del self._open[:cut]
        self._steadiness.forget(len(words))
        self._settled += words
        self._tags += tags
        self._settled_text = "".join(word.text + " " for word in self._settled)


class Steadiness:
    """How many of an utterance's characters will not change any more."""

    def __init__(self) -> None:
        self._before: deque[list[str]] = deque(maxlen=STANDS_AFTER)

    def after(self, words: Sequence[Word]) -> int:
        """Length of the part of " ".join(words) that the last STANDS_AFTER chunks left alone. Ask once a chunk."""
        now = [word.text for word in words]
        stable = len(now) if len(self._before) == STANDS_AFTER else 0
        for then in self._before:
            same = 0
            while same < min(len(now), len(then)) and now[same] == then[same]:
                same += 1
            stable = min(stable, same)
        self._before.append(now)
        return len(" ".join(now[:stable]))

    def forget(self, words: int) -> None:
        """So many of the first will not be told again."""
        for then in self._before:
            del then[:words]
