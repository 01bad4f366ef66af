"""A word nobody listed, mended to one that is: glued ("karsakte"), misspelt ("thayroid"), or an English word as Hindi writes it
("kors"). ◆"""

import difflib
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from brain.knowledge.english import COMMON
from brain.knowledge.hinglish import HINGLISH, LISTED
from brain.knowledge.sound import phonetic


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The words of a site's own ways to ask. Compared by identity: a key of the cache below."""

    words: frozenset[str]
    by_sound: Mapping[str, tuple[str, ...]] = field(repr=False)

    @staticmethod
    def of(words: Iterable[str]) -> "Vocabulary":
        known = frozenset(word for word in words if len(word) > 2 and word.isalpha())
        return Vocabulary(known, _by_sound(known))


def _by_sound(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    sounds: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        key = phonetic(word)
        sounds[key] = (*sounds.get(key, ()), word)
    return sounds


NO_VOCABULARY = Vocabulary(frozenset(), {})
_ENGLISH = frozenset(word for phrase in HINGLISH.values() for word in phrase.split())
_BY_SOUND = _by_sound(word for word in LISTED | _ENGLISH if " " not in word and len(word) > 3)
_GLUED = tuple(
    "sakte sakta sakti sakenge hoga hogi honge hai hain raha rahe rahi gaya gayi gaye jayega jayegi jayenge jaye diya dijiye dena"
    " denge doge do karna karo kar karke liye wala wale wali mein ke ka ki ko se".split()
)


@functools.lru_cache(8192)
def meant(word: str, vocabulary: Vocabulary) -> str:
    """The English of one word."""
    if word in HINGLISH:
        return HINGLISH[word]
    if word in _ENGLISH or word in COMMON or len(word) < 4:
        return word
    if word not in vocabulary.words:
        mended = _nearest(word, vocabulary.by_sound, 0.6 if len(phonetic(word)) > 2 else 0.75)
        if mended is not None:
            return meant(mended, NO_VOCABULARY)
    for suffix in _GLUED:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 1 and stem in HINGLISH:
            return f"{HINGLISH[stem]} {HINGLISH.get(suffix, '')}".strip()
    if (mended := _nearest(word, _BY_SOUND, 0.82 if len(word) > 4 else 0.86)) is not None:
        return HINGLISH.get(mended, mended)
    return word


def _nearest(word: str, by_sound: Mapping[str, tuple[str, ...]], alike: float) -> str | None:
    """Of the words that sound the same, the one written most alike; None if none is `alike` (0 to 1) enough."""
    found = difflib.get_close_matches(word, by_sound.get(phonetic(word), ()), 1, cutoff=alike)
    return found[0] if found else None
