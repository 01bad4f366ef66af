"""The language of an utterance, of those that its site speaks; it is the one before unless the words say otherwise. ◆

    tags <hi-IN>, script, small words  ->  English, Punjabi or Hindi  ->  the site's own way to write it

A recogniser of Hindi writes English in Devanagari too, when it has begun so: the letters alone change no English caller into a
Hindi one. "ok", "haan ji", "theek hai" are said in every language.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from core.script import latin, sounded
from core.sites import Language
from core.tongue import ENGLISH_WORDS, HINDI_WORDS, SHARED_WORDS, script_of

_TAG = re.compile(r"<?([a-z]{2})(?:[-_][A-Za-z]{2,4})?>?")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LIKE: dict[str, tuple[Language, ...]] = {"en": ("en",), "hi": ("hi-Latn", "hi"), "pa": ("pa", "hi-Latn", "hi")}
"""What a caller of this language may be answered in, the first that is allowed. Hinglish and Hindi sound the same."""


def _spelt(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(sounded, words))


_PUNJABI = _spelt(
    "kithe kithon kiven kinna kinne kadon mainu menu tuhada tuhadi tuhade tuhanu sanu saada sadi nu vich hega haiga haigi veerji"
    " paaji dasso tussi asi assin ate lai ton hun karda kardi chahida chahidi gall hunda sakda sakdi".split()
)
_HINDI = _spelt(HINDI_WORDS - SHARED_WORDS) - _PUNJABI
_ENGLISH = frozenset(ENGLISH_WORDS - SHARED_WORDS)
_ANY = _spelt(
    "ok okay haan han ha ji jee haanji hanji ji nahi nahin no yes yeah theek thik hai accha acha achha hello hi namaste thanks"
    " thank you please bye hmm um uh sorry sir madam right sure one minute bas".split()
)
"""Said by whoever speaks whatever; alone they tell nothing."""
_SHORT = 4
"""Words of an utterance in which one small word tells the language…"""
_SURE = 2
"""…and how many more of one than of the language before it takes in a longer one."""


def language_of(text: str, tags: Sequence[str], allowed: Sequence[Language], last: Language) -> Language:
    """One of `allowed`. `tags`: what the recogniser wrote of it, as "<hi-IN>" or "hi-IN", the last one counts; unknown ones tell
    nothing. `last`: of the utterance before, or the site's first. ValueError if nothing is allowed."""
    if not allowed:
        raise ValueError("a site speaks at least one language")
    before = _family(last)
    tag = next((match[1] for each in reversed(tags) if (match := _TAG.fullmatch(each)) and match[1] in _LIKE), None)
    said = _told(text, before, tag) or before
    if said == before and last in allowed:
        return last
    return next((language for language in _LIKE[said] if language in allowed), last if last in allowed else allowed[0])


def _family(language: Language) -> str:
    return language.partition("-")[0]


def _told(text: str, before: str, tag: str | None) -> str | None:
    """What script, small words and tag say; None: nothing, or too little to leave the language before."""
    words = [word for word in _WORD.findall(latin(text).lower()) if sounded(word) not in _ANY]
    if not words:
        return None  # a recogniser tags "haan" as well
    found = {
        "hi": 2 * sum(sounded(word) in _HINDI for word in words),  # Hinglish borrows, English does not
        "pa": 2 * sum(sounded(word) in _PUNJABI for word in words),
        "en": sum(word in _ENGLISH for word in words),
    }
    scripts = Counter(script for word in _WORD.findall(text) if (script := script_of(word[0])))
    if scripts["devanagari"] + scripts["gurmukhi"] > scripts["latin"]:
        if found["hi"] + found["pa"] == 0 and "en" in (tag or before):
            return "en"
        return "pa" if scripts["gurmukhi"] > scripts["devanagari"] else "hi"
    best = max(found, key=lambda family: (found[family], family == before))
    if best == before:
        return before if found[best] else tag
    return best if found[best] - found[before] >= (1 if len(words) <= _SHORT else _SURE) else tag
