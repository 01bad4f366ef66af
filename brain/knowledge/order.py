"""Hindi asks at the end and English at the start: "test se pehle kab aaun" -> "when before test come". ◆"""

from collections.abc import Sequence

from brain.knowledge.verbs import MEANINGS

_ASKING = frozenset({"what", "which", "when", "how long", "where", "why", "who", "how", "how much"})
_OF_A_THING = frozenset({"which", "how much"})
"""These take what follows along: "kitne din" is "how much day"."""
_AFTER_ITS_NOUN = frozenset({"for", "before", "after", "from", "until", "with", "without", "about", "inside"})
_LIGHT = frozenset({"go", "give", "take", "done", "do", "put"})
"""Verbs that only shade the one before them: "bhej dijiye", "mil jayega", "kar lo"."""
_VERBS = MEANINGS | {"is", "cost", "done", "will have to", "can", "not", "want"}

_PLURALS = {
    **{one: f"{one}s" for one in "day hour month year week minute student teacher test seat bed book class point".split()},
    "child": "children", "children": "children", "people": "people", "person": "people", "class": "classes",
}  # fmt: skip
_SUBJECTS = frozenset({"i", "you"})
_MODAL = frozenset({"can", "want", "will have to"})
_TRANSITIVE = MEANINGS - {
    "order",
    "go",
    "come",
    "reach",
    "is",
    "get",
    "open",
    "run",
    "fall",
    "sit",
    "stop",
    "can",
    "want",
    "miss",
}
"""Verbs that English puts before what they are done to."""

Pair = tuple[str, str]
"""(as said, in English)."""


def asked_first(pairs: Sequence[Pair]) -> list[str]:
    """English phrases in the order in which English asks. A "kya" that only makes a question of a sentence goes, as does the
    "is" at its end."""
    said = [pair for pair in pairs if pair[1]]
    if all(word == english for word, english in said):
        return [english for _, english in said]
    said = [pair for at, pair in enumerate(said) if not _only_asks(said, at)]
    said = _before_nouns([pair for at, pair in enumerate(said) if not _only_shades(said, at)])
    if len(said) > 1 and said[-1][1] == "is":
        said = said[:-1]
    asking, rest = _asking(said)
    return asking + _verb_first(rest)


def _asking(said: Sequence[Pair]) -> tuple[list[str], list[Pair]]:
    for at, (word, english) in enumerate(said):
        if word != english and english in _ASKING:
            with_noun = english in _OF_A_THING and at + 1 < len(said) and said[at + 1][1] not in _VERBS
            end = at + 2 if with_noun else at + 1
            return _counted([english for _, english in said[at:end]]), [*said[:at], *said[end:]]
    return [], list(said)


def _counted(asking: list[str]) -> list[str]:
    """ "how much day" -> "how many days"."""
    return (
        [f"how many {_PLURALS[asking[1]]}"] if len(asking) == 2 and asking[0] == "how much" and asking[1] in _PLURALS else asking
    )


def _verb_first(said: Sequence[Pair]) -> list[str]:
    """ "aap laptop bechte hain" -> "you sell laptop"; "order cancel karna hai" -> "cancel order"."""
    phrases = [english for _, english in said]
    subject = 1 if phrases[:1] and phrases[0] in _SUBJECTS else 0
    modal = [english for word, english in said if english in _MODAL and word != english]
    kept = [pair for pair in said[subject:] if not (pair[1] in _MODAL and pair[0] != pair[1])]
    for at in range(len(kept) - 1, 0, -1):
        word, english = kept[at]
        if english in _TRANSITIVE and word != english:
            if english == "do" and kept[at - 1][1] not in _VERBS | _AFTER_ITS_NOUN:
                kept = [kept[at - 1], *kept[: at - 1], *kept[at + 1 :]]
            else:
                kept = [kept[at], *kept[:at], *kept[at + 1 :]]
            break
    return modal[:1] + phrases[:subject] + [english for _, english in kept]


def _only_shades(said: Sequence[Pair], at: int) -> bool:
    word, english = said[at]
    return english in _LIGHT and word != english and at > 0 and said[at - 1][1] in MEANINGS and said[at - 1][0] != said[at - 1][1]


def _before_nouns(said: Sequence[Pair]) -> list[Pair]:
    """ "test se pehle" -> "before test"."""
    turned: list[Pair] = []
    for word, english in said:
        if english in _AFTER_ITS_NOUN and word != english and turned and turned[-1][1] not in _VERBS | _ASKING:
            turned.insert(len(turned) - 1, (word, english))
        elif english == "is" and len(turned) > 1 and turned[-1][1] == "not" and turned[-2][1] not in _VERBS:
            turned.insert(len(turned) - 2, turned.pop())  # "theek nahin hai"
            turned.append((word, english))
        else:
            turned.append((word, english))
    return turned


def _only_asks(said: Sequence[Pair], at: int) -> bool:
    """ "kya aap bechte hain", "milta hai kya": no what, but a question mark."""
    if said[at] not in (("kya", "what"), ("kia", "what"), ("kyaa", "what")):
        return False
    return at + 1 == len(said) or said[at + 1][1] not in _VERBS
