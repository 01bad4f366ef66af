"""Phrases -> the graph of words a decoder may walk. ◆

    where is my order ─┐                                     is my order
    where is my refund ┴─>  (start) ─where─> ( ) ─is─> ( ) ─my─< refund ─> (end)
    order number {digits}           └─order─> ( ) ─number─> ( ) ─#one #do …↺─> (end)

Phrases share their beginnings and their ends, so the graph grows far slower than their number. Every phrase is as likely
as every other. Words of the number slot carry a `#`: "ek saal ki warranty" keeps its "ek", an order number becomes digits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from media_server.stt.numbers import ENGLISH_VALUES, HINDI_VALUES, MULTIPLIERS, REPEATS, digits_of

SLOT = "{digits}"
FEWEST_DIGITS = 3
"""Of a number read out. Shorter ones are too easily heard where nobody said a number."""
MARK = "#"
"""Before a word that belongs to a number slot."""

_WORD = re.compile(r"\{digits\}|\{(?:day|date|time|clock|yes_no|number)\}|[a-z]+(?:'[a-z]+)?")
_EXTRA = 1e-6
"""Probability of an opener, of a closer, of all rare phrases…"""
_DIGIT = 1e-12
"""…and of each word of a number. Measured, and far below the truth: sounds weigh so much more in the search that without
this every murmur has a number in it, and a "please"."""
_SINGLE = 0.9
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


def build(
    phrases: Iterable[str],
    *,
    rare: Sequence[str] = (),
    openers: Sequence[str] = (),
    closers: Sequence[str] = (),
    named: Mapping[str, Sequence[str]] | None = None,
) -> Grammar:
    """The graph of `phrases`, each with or without one of `openers` before it and one of `closers` after it.

    `rare` phrases are heard only where the others fit much worse. One that is nothing but a number is left to `bare_number`.
    `named`: phrases that a "{name}" among the words stands for. ValueError if no phrase remains.
    """
    # a slot at the beginning would be searched all through every utterance
    said = {tuple(words) for phrase in phrases if (words := words_of(phrase)) and words[0] != SLOT}
    if not said:
        raise ValueError("no phrases: the recogniser would have nothing to hear")
    trees = {name: _tree(map(words_of, some)) for name, some in (named or {}).items()}
    return _Builder(trees).build(_tree(said), *(_tree(map(words_of, some)) for some in (rare, openers, closers)))


def bare_number() -> Grammar:
    """A number and nothing else, read digit by digit: an order number, a phone number."""
    builder = _Builder()
    start, end = builder.new_state(), builder.new_state()
    builder.number(start, end, longer=False)
    return builder.grammar(start, end)


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

    def __init__(self, named: Mapping[str, _Node] | None = None) -> None:
        self._named = named or {}
        self._arcs: list[Arc] = []
        self._states = 0
        self._slots: dict[int, int] = {}
        """State after a number -> state before it."""

    def build(self, body: _Node, rare: _Node, openers: _Node, closers: _Node) -> Grammar:
        start, opened, after, end = (self.new_state() for _ in range(4))
        known: dict[object, int] = {}
        # No arc without a sound at the start: PocketSphinx 5.1 crashes on it. So the first words are there twice.
        self._network(body, start, after, 1.0, known)
        self._network(body, opened, after, 1.0, known)
        self._network(rare, start, after, _EXTRA, known)
        self._network(openers, start, opened, _EXTRA, {})
        self._network(closers, after, end, _EXTRA, {})
        self._arcs.append(Arc(after, end, 1.0, None))
        return self.grammar(start, end)

    def grammar(self, start: int, end: int) -> Grammar:
        return Grammar(tuple(self._arcs), start, end)

    def new_state(self) -> int:
        self._states += 1
        return self._states - 1

    def _network(self, tree: _Node, start: int, target: int, weight: float, known: dict[object, int]) -> None:
        """All phrases of `tree` from `start` to `target`. `known` are the states made for this target so far."""
        for word, node in tree.next.items():
            after, share = self._state(node, target, known), weight * node.phrases / tree.phrases
            if (named := self._named.get(word)) is not None:
                self._network(named, start, after, share, {})
            else:
                self._connect(start, after, share, word)

    def _state(self, node: _Node, target: int, known: dict[object, int]) -> int:
        """The state from which everything of `node` and nothing else goes on to `target`."""
        if not node.next:
            return target
        following = {word: self._state(after, target, known) for word, after in sorted(node.next.items())}
        key = (node.ends, tuple(following.items()))
        if key not in known:
            known[key] = state = self.new_state()
            if node.ends:
                self._arcs.append(Arc(state, target, 1 / node.phrases, None))
            for word, after in following.items():
                share = node.next[word].phrases / node.phrases
                if (named := self._named.get(word)) is not None:
                    self._network(named, state, after, share, {})
                else:
                    self._connect(state, after, share, word)
        return known[key]

    def _connect(self, source: int, target: int, probability: float, word: str) -> None:
        if word != SLOT:
            self._arcs.append(Arc(source, target, probability, word))
            return
        if target not in self._slots:  # one for all phrases that go on alike: a slot is as big as fifty phrases
            self._slots[target] = self.new_state()
            self.number(self._slots[target], target, longer=True)
        self._arcs.append(Arc(source, self._slots[target], probability, None))

    def number(self, source: int, target: int, *, longer: bool) -> None:
        """FEWEST_DIGITS words or more, all English or all Hindi: mixed, any murmur would be a number."""
        for words in (_slot(ENGLISH_VALUES, longer=longer), _slot(HINDI_VALUES, longer=longer)):
            here, share = source, _DIGIT / 2
            for _ in range(FEWEST_DIGITS):
                step = self.new_state()
                self._arcs += [Arc(here, step, share * part, word) for word, part in words.items()]
                here, share = step, _DIGIT
            self._arcs += [Arc(here, here, _DIGIT * part, word) for word, part in words.items()]
            self._arcs.append(Arc(here, target, 1.0, None))


def _slot(values: Mapping[str, int], *, longer: bool) -> dict[str, float]:
    """Words of a number in one language, with how likely each comes next. `longer`: teens, tens, hundred, sau, but not
    ikkis to ninyanve: they are half of the grammar, and the model does not even hear single Hindi digits well."""
    single = [word for word, value in values.items() if value < 10]
    others = [*REPEATS]
    if longer:
        others += [word for word, value in values.items() if 10 <= value < 20 or (value and value % 10 == 0)] + [*MULTIPLIERS]
    return _shares(single, _SINGLE) | _shares(others, 1 - _SINGLE)


def _shares(words: Sequence[str], all_of_them: float) -> dict[str, float]:
    return {MARK + word: all_of_them / len(words) for word in words}
