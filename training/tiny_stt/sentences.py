"""What callers of the demo site say: its ways to ask, its tools' utterances, small talk, numbers; written in Latin letters.

fixed() ──split()──> to train with, kept out ──with_digits()──> words ──spoken()──> what eSpeak reads
"""

import hashlib
import random
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from brain.tools.registry import UTTERANCES
from core.settings import REPOSITORY
from media_server.stt.phrases import CONVERSATION, HINDI_WORDS
from media_server.tts.text.front_end import FrontEnd
from training.tiny_stt.spelling import IN_DEVANAGARI, PUNJABI

Tongue = Literal["en", "hi", "pa"]

TOPICS = """
delivery_time delivery_charges delivery_areas return_policy return_how refund_time exchange_policy damaged_product cancel_order
change_address payment_methods cash_on_delivery emi bill_copy store_timings sunday address parking warranty_period
warranty_claim repair offers complaint contact
""".split()
"""Of demo/site/facts.toml. Fewer than all: an hour on one core is enough for some 250 words."""
FEWEST_USES = 2
"""Sentences that a word is in, or it is left out with its sentence: a word learned from one sentence is never told apart."""
ALWAYS = """
what is your return policy · refund kitne din mein aata hai · how long does delivery take · is there a warranty
delivery kitne din mein hogi · where is your shop · is cash on delivery available · kya e m i milti hai · haan · nahi
wait please stop i want to ask something else · i want to talk to a person · where is my order · what can you do
my mixer is broken · yes · no · this is the service counter · goodbye · thank you · theek hai
"""
"""What the tests' and the bench's callers say; never held out."""
SLOT = "{digits}"
_ENGLISH_DIGITS = "zero one two three four five six seven eight nine".split()
_HINDI_DIGITS = "shunya ek do teen chaar paanch chhe saat aath nau".split()
HELD_OUT_OF_100 = 9
MIXED = 2000
"""Word salads."""


@dataclass(frozen=True, slots=True)
class Sentence:
    words: str
    """What the recogniser writes: lower-case Latin words."""
    tongue: Tongue


def fixed() -> list[Sentence]:
    """Every sentence of the domain once, numbers still as SLOT; in a fixed order."""
    facts = tomllib.loads((REPOSITORY / "demo" / "site" / "facts.toml").read_text())
    asked = [(language, way) for topic in TOPICS for language, ways in facts[topic]["ask"].items() for way in ways]
    asked += [(language, way) for tool in UTTERANCES.values() for language, ways in tool.items() for way in ways]
    rows = [Sentence(way, "en" if language == "en" else "hi") for language, way in asked if language in ("en", "hi-Latn")]
    rows += [Sentence(phrase, _tongue(phrase)) for phrase in CONVERSATION]
    frequent = _frequent(list(dict.fromkeys(rows)))
    return list(dict.fromkeys([*callers(), *frequent, *(Sentence(words, "pa") for words in PUNJABI)]))


def callers() -> list[Sentence]:
    """What the tests' callers say."""
    return [Sentence(phrase, _tongue(phrase)) for phrase in _phrases(ALWAYS)]


def split() -> tuple[list[Sentence], list[Sentence]]:
    """Sentences to train with and sentences kept out. Kept out are only such whose words all are in others."""
    always = set(_phrases(ALWAYS))
    train, kept = fixed(), list[Sentence]()
    uses = Counter(word for sentence in train for word in set(sentence.words.split()))
    for sentence in sorted(train, key=lambda sentence: _hash(sentence.words)):
        words = sentence.words.split()
        eligible = len(words) >= 3 and sentence.words not in always and SLOT not in words and sentence.tongue != "pa"
        if eligible and _hash(sentence.words) % 100 < HELD_OUT_OF_100 * 2 and all(uses[word] > FEWEST_USES for word in words):
            kept.append(sentence)
            uses.subtract(set(words))
    held = set(kept)
    return [sentence for sentence in train if sentence not in held], kept


def mixed(sentences: Sequence[Sentence], seed: int) -> list[Sentence]:
    """Word salad: the beginning of one sentence with the end of another, and words at random.

    Without it the model learns the domain's few hundred sentences by heart, and hears the nearest of them in any other.
    """
    dice, salad = random.Random(seed), list[Sentence]()
    for _ in range(MIXED):
        first = dice.choice(sentences)
        same = [sentence for sentence in sentences if sentence.tongue == first.tongue]
        words, others = first.words.split(), dice.choice(same).words.split()
        if dice.random() < 0.5:
            chosen = words[: dice.randint(1, len(words))] + others[dice.randrange(len(others)) :]
        else:
            chosen = dice.choices(_words_of(same), k=dice.randint(1, 5))
        salad.append(Sentence(" ".join(chosen), first.tongue))
    return [sentence for sentence in salad if sentence.tongue != "pa" and sentence.words.count(SLOT) < 2]


def with_digits(sentence: Sentence, dice: random.Random) -> Sentence:
    """Its number, if it has one, as three to six digits read out."""
    if SLOT not in sentence.words:
        return sentence
    hindi = sentence.tongue == "hi" and dice.random() < 0.6
    names = _HINDI_DIGITS if hindi else _ENGLISH_DIGITS
    spoken = [dice.choice(names) for _ in range(dice.choice((3, 4, 5, 5, 5, 6)))]
    if dice.random() < 0.15:
        spoken[dice.randrange(len(spoken))] = f"double {dice.choice(names)}"
    return Sentence(sentence.words.replace(SLOT, " ".join(spoken)), sentence.tongue)


def spoken(sentence: Sentence, *, devanagari: bool) -> str:
    """As eSpeak has to read it; with `devanagari`, English words of a Hinglish sentence are said as a Hindi voice says them."""
    if sentence.tongue == "pa":
        return PUNJABI[sentence.words]
    if sentence.tongue == "en":
        return sentence.words
    words = _front_end().spoken(sentence.words, "hi-Latn").split()
    return " ".join(IN_DEVANAGARI.get(word, word) if devanagari else word for word in words)


def _frequent(rows: list[Sentence]) -> list[Sentence]:
    """Without words that too few sentences have; leaving sentences out makes others rare, so until nothing changes."""
    while True:
        uses = Counter(word for sentence in rows for word in set(sentence.words.split()))
        kept = [row for row in rows if all(uses[word] >= FEWEST_USES or word in DIGITS for word in row.words.split())]
        if len(kept) == len(rows):
            return rows
        rows = kept


DIGITS = frozenset([*_ENGLISH_DIGITS, *_HINDI_DIGITS])


def _tongue(phrase: str) -> Tongue:
    return "hi" if HINDI_WORDS & set(phrase.split()) else "en"


def _phrases(text: str) -> Iterator[str]:
    return (phrase.strip() for line in text.strip().splitlines() for phrase in line.split("·"))


def _words_of(sentences: Sequence[Sentence]) -> list[str]:
    return sorted({word for sentence in sentences for word in sentence.words.split()} - {SLOT})


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def vocabulary(sentences: Sequence[Sentence]) -> list[str]:
    """All words, sorted."""
    return sorted({*_words_of(sentences), *DIGITS, "double"})


@cache
def _front_end() -> FrontEnd:
    return FrontEnd.load()
