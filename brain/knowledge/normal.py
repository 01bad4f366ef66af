"""A question in the one form in which questions are compared, whatever its language, script or spelling.

    "Mera ordar kahaan hai?"  ->  english "my order where is"   for the embedding model
                              ->  terms {"order", "~ordr"}      for the lexical half: stems and phonetic keys
                              ->  ids {"OD-12345"}              matched exactly, before all else

Chunks are stored in this form and queries are put into it, so both sides always agree. A change here needs a new
`VERSION`: brain.apply then makes all chunks anew.
"""

import difflib
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from brain.knowledge.hinglish import HINGLISH
from brain.knowledge.script import latin

VERSION = 2

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_ID = re.compile(r"\b(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*\b|\b\d{4,}\b", re.IGNORECASE)

_SLOT = re.compile(r"\{\w+\}")
"""Where an utterance has a number: "order number {digits}"."""
_SPELT = re.compile(r"\b(?:a c|t v|l g|u p i|e m i|g s t|c o d)s?\b")
"""Abbreviations as a recogniser writes them."""

STOP = frozenset(
    "a an the is are am was were be been do does did done doing my your our i me we you he she it they them this that these those"
    " what how much when where why which who whose from until and or not no yes can could will would shall should may might"
    " of to in on at by for with about if then but so as there here have has had get give take come go tell say please some any"
    " long many all want need know also only now again after before us s t m".split()
)
"""Words too common to tell one question from another."""


@dataclass(frozen=True, slots=True)
class Normal:
    english: str
    terms: frozenset[str]
    ids: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """The terms without the phonetic keys."""
        return words_of(self.terms)


def words_of(terms: Iterable[str]) -> frozenset[str]:
    return frozenset(term for term in terms if not term.startswith("~"))


def normalise(text: str) -> Normal:
    text = _SLOT.sub(" ", latin(text).lower()).replace("’", "'")
    ids = frozenset(found.upper() for found in _ID.findall(text))
    text = _SPELT.sub(lambda spelt: spelt[0].removesuffix("s").replace(" ", ""), text)
    words = _translate([word for word in _WORD.findall(text) if not word.isdigit()])
    content = [word for word in words if word not in STOP]
    terms = frozenset(stem(word) for word in content) | frozenset("~" + phonetic(stem(word)) for word in content if len(word) > 3)
    return Normal(" ".join(words), terms, ids)


def spoken(text: str) -> str:
    """The bare words, for comparing word by word: no case, marks, numbers or script."""
    return " ".join(_WORD.findall(_SLOT.sub(" ", latin(text).lower()).replace("’", "'")))


def _translate(words: list[str]) -> list[str]:
    """Word by word, two at a time where the list knows the pair ("theek karna")."""
    english: list[str] = []
    at = 0
    while at < len(words):
        pair = " ".join(words[at : at + 2])
        if at + 1 < len(words) and pair in HINGLISH:
            english += HINGLISH[pair].split()
            at += 2
            continue
        english += _meaning(words[at]).split()
        at += 1
    return english


@functools.lru_cache(4096)
def _meaning(word: str) -> str:
    """The English of one word; of a word spelt in a new way, that of the nearest which sounds the same."""
    if word in HINGLISH:
        return HINGLISH[word]
    if len(word) > 4 and word not in _ENGLISH:  # shorter ones are too often English: road is not radd
        alike = difflib.get_close_matches(word, _BY_SOUND.get(phonetic(word), ()), 1, cutoff=0.82)
        if alike:
            return HINGLISH.get(alike[0], alike[0])
    return word


def stem(word: str) -> str:
    """English endings off: deliveries, delivered, delivery -> deliver. Crude, and the same on both sides."""
    for ending, left in (("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us")):
            word = word.removesuffix(ending) + left
            break
    return word.removesuffix("y") if len(word) > 5 else word.removesuffix("e") if len(word) > 3 else word


_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("sh", "s"), ("chh", "c"), ("ch", "c"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"),
    ("bh", "b"), ("jh", "j"), ("x", "ks"), ("q", "k"), ("w", "v"), ("z", "j"),
)  # fmt: skip


@functools.lru_cache(8192)
def phonetic(word: str) -> str:
    """What is left when spellings that sound alike are made one: wapas, vaapas -> vps; order, ordar -> ordr."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    word = re.sub("c(?=[aoulrkt]|$)", "k", word)
    key = word[:1] + re.sub("[aeiouyh']", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", key)


def _by_sound() -> dict[str, list[str]]:
    sounds: dict[str, list[str]] = {}
    for word in {*HINGLISH, *_ENGLISH}:
        if " " not in word and len(word) > 2:
            sounds.setdefault(phonetic(word), []).append(word)
    return sounds


_ENGLISH = frozenset(word for phrase in HINGLISH.values() for word in phrase.split())
_BY_SOUND = _by_sound()
