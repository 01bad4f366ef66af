"""Hindi asks at the end and English at the start: "test se pehle kab aaun" -> "when before test come". ◆"""

from collections.abc import Sequence

from brain.knowledge.verbs import MEANINGS

_ASKING = frozenset({"what", "which", "when", "how long", "where", "why", "who", "how", "how much"})
_OF_A_THING = frozenset({"which", "how much"})
"""These take what follows along: "kitne din" is "how much day"."""
_AFTER_ITS_NOUN = frozenset({"for", "before", "after", "from", "until", "with", "without", "about", "inside"})
_VERBS = MEANINGS | {"is", "cost", "done", "will have to", "can", "not", "want"}

Pair = tuple[str, str]
"""(as said, in English)."""


def asked_first(pairs: Sequence[Pair]) -> list[str]:
    """English phrases in the order in which English asks. A "kya" that only makes a question of a sentence goes, as does the
    "is" at its end."""
    said = [pair for pair in pairs if pair[1]]
    if all(word == english for word, english in said):
        return [english for _, english in said]
    said = _before_nouns([pair for at, pair in enumerate(said) if not _only_asks(said, at)])
    if len(said) > 1 and said[-1][1] == "is":
        said = said[:-1]
    phrases = [english for _, english in said]
    for at, (word, english) in enumerate(said):
        if at and word != english and english in _ASKING:
            with_noun = english in _OF_A_THING and at + 1 < len(phrases) and phrases[at + 1] not in _VERBS
            end = at + 2 if with_noun else at + 1
            return phrases[at:end] + phrases[:at] + phrases[end:]
    return phrases


def _before_nouns(said: Sequence[Pair]) -> list[Pair]:
    """ "test se pehle" -> "before test"."""
    turned: list[Pair] = []
    for word, english in said:
        if english in _AFTER_ITS_NOUN and word != english and turned and turned[-1][1] not in _VERBS | _ASKING:
            turned.insert(len(turned) - 1, (word, english))
        else:
            turned.append((word, english))
    return turned


def _only_asks(said: Sequence[Pair], at: int) -> bool:
    """ "kya aap bechte hain", "milta hai kya": no what, but a question mark."""
    if said[at] not in (("kya", "what"), ("kia", "what"), ("kyaa", "what")):
        return False
    return at + 1 == len(said) or said[at + 1][1] not in _VERBS
