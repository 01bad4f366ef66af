"""Phrases -> the graph of words a decoder may walk.

    where is my order ─┐                                     is my order
    where is my refund ┴─>  (start) ─where─> ( ) ─is─> ( ) ─my─< refund ─> (end)
    order number {digits}           └─order─> ( ) ─number─> ( ) ─#one #do …↺─> (end)

Phrases share their beginnings and their ends, so the graph grows far slower than their number. Every phrase is as likely
as every other. Words of the number slot carry a `#`: "ek saal ki warranty" keeps its "ek", an order number becomes digits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from media_server.stt.numbers import LONGER_NUMBERS, MULTIPLIERS, REPEATS, SINGLE_DIGITS, digits_of

SLOT = "{digits}"
FEWEST_DIGITS = 3
"""Of a number read out. Shorter ones are too easily heard where nobody said a number."""
MARK = "#"
"""Before a word that belongs to a number slot."""

_WORD = re.compile(r"\{digits\}|[a-z]+")
_MOST = 0.8
"""How many of the phrases are said plainly, without an opener; and without a closer."""
_SINGLE = 0.8
"""How much of the weight of a number slot goes to single digits; the rest to "thirty four", "double", "sau"."""


@dataclass(frozen=True, slots=True)
class Arc:
    source: int
    target: int
    probability: float
    word: str | None
    """None: no sound."""


@dataclass(frozen=True, slots=True)
class Grammar:
    arcs: tuple[Arc, ...]
    start: int
    end: int

    @property
    def words(self) -> frozenset[str]:
        return frozenset(arc.word for arc in self.arcs if arc.word is not None)


@dataclass(slots=True)
class _Node:
    """Where some phrases stand after the same words."""

    phrases: int = 0
    """How many come by."""
    ends: bool = False
    next: dict[str, "_Node"] = field(default_factory=dict)


def words_of(phrase: str) -> list[str]:
    """Lower-case words of a phrase; what can't be said in Latin letters is left out."""
    return _WORD.findall(phrase.lower())


def plain_text(words: Iterable[str]) -> str:
    """What was said, its number slots as digits: order number #one #do -> "order number 12"."""
    text: list[str] = []
    number: list[str] = []
    for word in [*words, ""]:
        if word.startswith(MARK):
            number.append(word.removeprefix(MARK))
            continue
        if number:
            text.append(digits_of(number))
            number = []
        text.append(word)
    return " ".join(word for word in text if word)


def build(phrases: Iterable[str], *, openers: Sequence[str] = (), closers: Sequence[str] = ()) -> Grammar:
    """The graph of `phrases`, each with or without one of `openers` before it and one of `closers` after it.

    A phrase that is nothing but a number is left to `bare_number`. ValueError if no phrase remains.
    """
    # a slot at the beginning would be searched all through every utterance
    said = {tuple(words) for phrase in phrases if (words := words_of(phrase)) and words[0] != SLOT}
    if not said:
        raise ValueError("no phrases: the recogniser would have nothing to hear")
    return _Builder().build(_tree(said), _tree(map(words_of, openers)), _tree(map(words_of, closers)))


def bare_number() -> Grammar:
    """A number and nothing else, read digit by digit: an order number, a phone number."""
    start, one, two, loop, end = range(5)
    arcs = [Arc(start, one, share, word) for word, share in _DIGITS.items()]
    arcs += [Arc(one, two, share, word) for word, share in _DIGITS.items()]
    return Grammar((*arcs, *_loop(two, loop, end, _DIGITS)), start, end)


def _tree(phrases: Iterable[Sequence[str]]) -> _Node:
    root = _Node()
    for words in phrases:
        node = root
        node.phrases += 1
        for word in words:
            node = node.next.setdefault(word, _Node())
            node.phrases += 1
        node.ends = True
    return root


class _Builder:
    """Numbers the states: equal ends of phrases get one number (a minimal acyclic automaton, apart from the slots)."""

    def __init__(self) -> None:
        self._arcs: list[Arc] = []
        self._states = 0

    def build(self, body: _Node, openers: _Node, closers: _Node) -> Grammar:
        start, after, end = self._new_state(), self._new_state(), self._new_state()
        self._network(body, start, after, _MOST)
        self._network(
            openers, start, start, 1 - _MOST
        )  # not an arc without a sound: PocketSphinx 5.1 crashes on that at the start
        self._network(closers, after, end, 1 - _MOST)
        self._arcs.append(Arc(after, end, _MOST, None))
        return Grammar(tuple(self._arcs), start, end)

    def _new_state(self) -> int:
        self._states += 1
        return self._states - 1

    def _network(self, tree: _Node, start: int, target: int, weight: float) -> None:
        """All phrases of `tree` from `start` to `target`."""
        known: dict[object, int] = {}
        for word, node in tree.next.items():
            self._connect(start, self._state(node, target, known), weight * node.phrases / tree.phrases, word)

    def _state(self, node: _Node, target: int, known: dict[object, int]) -> int:
        """The state from which everything of `node` and nothing else goes on to `target`."""
        if not node.next:
            return target
        following = {word: self._state(after, target, known) for word, after in sorted(node.next.items())}
        key = (node.ends, tuple(following.items()))
        if key not in known:
            known[key] = state = self._new_state()
            if node.ends:
                self._arcs.append(Arc(state, target, 1 / node.phrases, None))
            for word, after in following.items():
                self._connect(state, after, node.next[word].phrases / node.phrases, word)
        return known[key]

    def _connect(self, source: int, target: int, probability: float, word: str) -> None:
        if word != SLOT:
            self._arcs.append(Arc(source, target, probability, word))
            return
        here, share = source, probability
        for _ in range(FEWEST_DIGITS - 1):
            step = self._new_state()
            self._arcs += [Arc(here, step, share * part, spoken) for spoken, part in _NUMBERS.items()]
            here, share = step, 1.0
        self._arcs += _loop(here, self._new_state(), target, _NUMBERS)


def _loop(source: int, loop: int, target: int, words: Mapping[str, float]) -> list[Arc]:
    """One of `words`, then any number more of them."""
    first = [Arc(source, loop, share, word) for word, share in words.items()]
    more = [Arc(loop, loop, 0.8 * share, word) for word, share in words.items()]
    return [*first, *more, Arc(loop, target, 0.2, None)]


def _shares(words: Sequence[str], all_of_them: float) -> dict[str, float]:
    return {MARK + word: all_of_them / len(words) for word in words}


_LONGER = (*LONGER_NUMBERS, *REPEATS, *MULTIPLIERS)
_NUMBERS = _shares(SINGLE_DIGITS, _SINGLE) | _shares(_LONGER, 1 - _SINGLE)
_DIGITS = _shares(SINGLE_DIGITS, 0.9) | _shares(tuple(REPEATS), 0.1)
