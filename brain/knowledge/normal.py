"""A question in the one form in which questions are compared, whatever its language, script or spelling. ◆

    "Mera ordar kahaan hai?"  ->  english "where my order"      for the embedding model
                              ->  terms {"order", "~ordr", …}   for the lexical half: stems, phonetic keys, concepts
                              ->  ids {"OD-12345"}              matched exactly, before all else

Chunks are stored in this form and queries are put into it, so both sides always agree. A change here needs a new
`VERSION`: kb_api.apply then makes all chunks anew.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from brain.knowledge.concepts import CONCEPTS, kinds
from brain.knowledge.hinglish import HINGLISH, LONGEST
from brain.knowledge.order import asked_first
from brain.knowledge.sound import phonetic
from brain.knowledge.spelling import NO_VOCABULARY, Vocabulary, meant
from core.script import latin

VERSION = 5

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_ID = re.compile(r"\b(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*\b|\b\d{4,}\b", re.IGNORECASE)

_SLOT = re.compile(r"\{\w+\}")
"""Where an utterance has a number: "order number {digits}"."""
_SPELT = re.compile(r"\b([a-z](?:[ .][a-z]\b)*[ .](?!is\b|as\b|us\b)[a-z])(?:s?)\b")
"""Abbreviations as a recogniser writes them, letter by letter, perhaps many of them: "m r i", "a cs"."""
_NUMBERS = dict(
    zip(
        map(str, range(32)),
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
            " eighteen nineteen twenty 21 22 23 24 25 26 27 28 29 30 31"
        ).split(),
        strict=True,
    )
)

STOP = frozenset(
    "a an the is are am was were be been do does did done doing my your our i me we us you he she it they them this that"
    " these those his her their what how much when where why which who whom whose from until and or not no yes can could"
    " will would shall should may might of to in on at by for with about if then but so as there here have has had get give"
    " take come go tell say please some any long many all want need know also only now again after before s t m just".split()
)
"""Words too common to tell one question from another."""


@dataclass(frozen=True, slots=True)
class Normal:
    english: str
    terms: frozenset[str]
    """Stems; "~key", how a word sounds; "=concept", what it means nearly; "?kind", what the question wants to know."""
    ids: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """The stems alone."""
        return words_of(self.terms)


def lexical(terms: Iterable[str]) -> frozenset[str]:
    """Those that are compared word by word: all but the kinds."""
    return frozenset(term for term in terms if term[0] != "?")


def told_in(answers: Iterable[str]) -> frozenset[str]:
    """The stems of an entry's answers, in all its languages."""
    return frozenset[str]().union(*map(_told, answers))


@functools.lru_cache(4096)
def _told(answer: str) -> frozenset[str]:
    return normalise(answer).words


def words_of(terms: Iterable[str]) -> frozenset[str]:
    return frozenset(term for term in terms if term[0] not in "~=?")


def normalise(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> Normal:
    """`vocabulary`: the site's own words, to which misspelt ones are mended."""
    text = _SLOT.sub(" ", latin(text).lower()).replace("’", "'")
    ids = frozenset(found.upper() for found in _ID.findall(text))
    english = " ".join(asked_first(_translated(_words(text), vocabulary)))
    content = [word for word in english.split() if word not in STOP]
    stems = frozenset(stem(word) for word in content)
    sounds = frozenset("~" + phonetic(stem(word)) for word in content if len(word) > 3)
    meanings = frozenset("=" + concept for word in content for concept in CONCEPTS.get(word, CONCEPTS.get(stem(word), ())))
    return Normal(english, stems | sounds | meanings | frozenset("?" + kind for kind in kinds(english)), ids)


def spoken(text: str) -> str:
    """The bare words, for comparing word by word: no case, marks, numbers or script."""
    return " ".join(_WORD.findall(_SLOT.sub(" ", latin(text).lower()).replace("’", "'")))


def _words(text: str) -> list[str]:
    joined = _SPELT.sub(lambda spelt: _abbreviation(re.sub("[ .]", "", spelt[1])), text)
    words = [_NUMBERS.get(word, word) for word in _WORD.findall(joined)]
    return [word for word in words if not word.isdigit()]


def _abbreviation(letters: str) -> str:
    """ "a c t" is one c t; "a c" is a c."""
    return f"a {letters[1:]}" if letters[0] == "a" and len(letters) > 2 and letters not in HINGLISH else letters


def _translated(words: list[str], vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """(as said, in English), the longest entries of the list first: "theek karna" is one."""
    hindi = any(word in HINGLISH and word not in ALSO_ENGLISH for word in words)
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 1, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in HINGLISH:
                pairs.append((phrase, HINGLISH[phrase]))
                at += length
                break
        else:
            word = words[at]
            english = _THIS.get(word) if hindi else word if word in ALSO_ENGLISH else None
            english = meant(word, vocabulary) if english is None else english
            pairs.append((word, english))
            at += 1
    return pairs


_THIS = {"is": "this", "us": "that", "in": "these", "un": "those"}
"""English words that are pronouns in a Hindi sentence."""

ALSO_ENGLISH = frozenset(
    "he h are main men me the to hi so do is us in pet sun man bus pair par pass sir tan din aim log dam dal back rang gas"
    " mat kit late pate lao pe an hoe ok okay no madam na ne ni please plz eh um umm uh hmm car card rate items item goods"
    " piece pieces order stores store shop mobile mobiles phone phones cod emi installment installments instalments charges"
    " fitting call calls bill bills hiring vacancy career careers job damage damaged missing fridge free fees fee actually"
    " basically complain person human offer sale extra fast gum taste behave topper cook party manager".split()
)
"""Words of the list that an English sentence has too; alone they don't make a sentence Hindi."""


@functools.lru_cache(8192)
def stem(word: str) -> str:
    """English endings off: deliveries, delivered, delivery -> deliver. Crude, and the same on both sides."""
    for ending, left in (("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us")):
            word = word.removesuffix(ending) + left
            break
    return word.removesuffix("y") if len(word) > 5 else word.removesuffix("e") if len(word) > 3 else word
