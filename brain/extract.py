"""An answer in a document's own words, with no model to judge it: its best sentence or two, and how sure that they answer. ◆

    question "warranty kitne saal ki hai"   passage "… Every TV has a warranty of two years. It covers the panel. …"
      content words   warranty year    ->   all of them in one sentence, and a figure where one is asked for   ->   sure

A passage may be about the question without answering it. Three things must hold: the passage is near, its sentence (with the
title) has the question's words, rare ones weighing more, and who asks "how much" or "when" finds a figure or a date in it.
"""

import functools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from brain.figures_in import figures_in
from brain.knowledge.normal import Normal, normalise, stem
from brain.knowledge.passages import Passage
from brain.knowledge.sound import phonetic
from core.sentences import split

LOOKED_AT = 5
"""Passages."""
TITLE_WORTH = 0.6
"""A word that only the title has, against one in the sentence itself."""
ALIKE = 0.6
"""Share of their letters that two words of one sound have in common, at least."""
SHORTEST = 15
"""Characters: less is a heading."""
LONGEST = 320
"""Characters of what is read out."""

_WANTS_FIGURE = re.compile(r"\b(?:how (?:much|many|long|old|far|soon)|when|price|cost|fee|charge|rate|age|timing|what time)\b")
_WHEN = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:daily|today|tomorrow|morning|evening|noon|midnight|night|always|never"
    r"|any ?time|free|every day|same day|next day|immediate|weekly|monthly|yearly|once|twice|no charge|nothing"
    r"|hours?|days?|week|month)\b"
)
_GOES_ON = re.compile(
    r"^(?:it|its|this|these|they|that|such|however|but|otherwise|also|yeh|ye|iska|iske|isme|inka|agar|lekin|यह|इस|ये|लेकिन|ਇਹ)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a document says, word for word."""

    text: str
    passage: Passage
    sure: float
    """That it answers the question: 0 to 1."""


# Logistic regression of "this answers the question" on tests/unit/brain/quotes.tsv; docs/decision.md has what it gets right.
BIAS, COVERED, COSINE, NO_FIGURE = -9.0, 9.0, 4.0, -3.0


def quote(question: str, passages: Sequence[Passage]) -> Quote | None:
    """The likeliest answer in these passages; None if there is nothing at all."""
    asked = normalise(question)
    if not asked.words:
        return None
    pages = [_Page(passage) for passage in passages[:LOOKED_AT] if passage.kind == "document"]
    counts = Counter(word for page in pages for line in page.lines for word in line.words)
    total = sum(len(page.lines) for page in pages)
    weights = {word: math.log(1 + total / (counts[word] + 0.5)) for word in asked.words}
    found = [
        Quote(page.told(at), page.passage, _sure(asked, weights, page, at)) for page in pages for at in range(len(page.lines))
    ]
    best = max(found, key=lambda each: each.sure, default=None)
    if (
        best is not None
        and not asked.words - _PRICE
        and any(each.text != best.text and each.sure > best.sure / 2 for each in found)
    ):
        return None  # "price?", and there are several: of what?
    return best


class _Page:
    """One passage, sentence by sentence."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.texts, self.lines = _sentences(passage.text)
        self.title = normalise(f"{passage.title} {passage.heading}")

    def told(self, at: int) -> str:
        """The sentence, and the next if it goes on about the same."""
        text = self.texts[at]
        if at + 1 < len(self.texts) and _GOES_ON.match(self.texts[at + 1]):
            both = f"{text} {self.texts[at + 1]}"
            return both if len(both) <= LONGEST else text
        return text


@functools.lru_cache(2048)
def _sentences(text: str) -> tuple[tuple[str, ...], tuple[Normal, ...]]:
    """As they stand, and in the form in which they are compared. The same few passages come again and again."""
    texts = tuple(each for each in split(text) if len(each) >= SHORTEST)
    return texts, tuple(map(normalise, texts))


_PRICE = frozenset(stem(word) for word in "price cost charge rate fee fare rent amount".split())
"""What a sum of money in a sentence says without the word."""
_PRESENT = frozenset(stem(word) for word in "available availability sit visit meet consult time timing timings hour opd".split())
"""What a day of the week or an hour in a sentence says without the word."""
_CLOCK = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day|days)?\b|\bdaily\b|\d ?(?:a\.?m|p\.?m|baje)\b|\d:\d\d"
    r"|(?:som|mangal|budh|guru|veer|shukra|shani|ravi|it)[vw]a+r\b|बजे|वार\b|ਵਜੇ|ਵਾਰ\b",
    re.I,
)
_MONEY = re.compile(r"₹|\brs\b\.?|\brup(?:ee|aye|ay|iy|ya)|रुप|ਰੁਪ", re.I)


def _sure(asked: Normal, weights: dict[str, float], page: _Page, at: int) -> float:
    covered = _covered(weights, page.lines[at], page.title, _said_by_figures(asked, page.texts[at]))
    bare = bool(_WANTS_FIGURE.search(asked.english)) and not (
        figures_in(page.texts[at], loosely=True) or _WHEN.search(page.lines[at].english) or _WHEN.search(page.texts[at].lower())
    )
    odds = BIAS + COVERED * covered + COSINE * page.passage.cosine + NO_FIGURE * bare
    return 1 / (1 + math.exp(-odds))


def _said_by_figures(asked: Normal, text: str) -> frozenset[str]:
    """Words of the question that a sum of money or a time of the week says without them: "sit", of "Dr Singh: Monday, 4 pm"."""
    price = _PRICE if asked.words - _PRICE and _MONEY.search(text) else frozenset()
    return price | (_PRESENT if asked.words - _PRESENT and _CLOCK.search(text) else frozenset())


def _covered(weights: dict[str, float], line: Normal, title: Normal, said: frozenset[str]) -> float:
    """Share of the question's weight that the sentence, or at less worth the title, has: 0 to 1. `said`: in other words."""
    got = 0.0
    for word, weight in weights.items():
        if word in said or _has(line, word):
            got += weight
        elif _has(title, word):
            got += TITLE_WORTH * weight
    return got / sum(weights.values())


def _has(text: Normal, word: str) -> bool:
    """The word, or one that sounds and looks like it: "thairoid" is "thyroid", but "park" is not "pric", the stem of price."""
    if word in text.terms:
        return True
    if len(word) <= 3:
        return False
    sound = phonetic(word)
    return "~" + sound in text.terms and any(
        phonetic(each) == sound and SequenceMatcher(None, word, each).ratio() >= ALIKE for each in text.words
    )
