"""Is it whom we want? "Ji main hi bol raha hoon", "speaking", "main Suresh", "hello?" ◆"""

import re

from brain.outbound.assent import asks
from brain.outbound.spelling import phrase, plain, words

_IT_IS_ME = phrase(
    "main hi", "main e", "(bol|gal kar) raha (hun|han)", "speaking", "this is (he|she|him|her|me)", "(it's|its|that's|thats) me",
    "that is me", "bolie", "bolo", "boliye", "kahie", "bataie", "batao", "daso", "farmaie", "go ahead", "tell me",
    "i am (he|she)", "(yes|haan) (this|main)",
)  # fmt: skip
_NAMED = re.compile(
    r"(?<= )(?:main|mai|this is|i am|i'm|my name is|mera nam|mera naam) (\S+)(?: \S+)? (?:bol|hai|hun|speaking|gal|kar|here|$)"
)
_NO_NAME = frozenset(
    "hi bhi to e abhi ji hun his her unki unka uska uski unke the a not bijy driving busy in at on sorry".split()
)
_HELLO = phrase("hello", "halo", "namaste", "namaskar", "sat sri akal", "good (morning|evening|afternoon)", "hi", "hey", "ji")


def is_they(text: str, person: str) -> bool | None:
    """False: they gave another name; None: nothing is said of it."""
    said, name = plain(text), set(words(person))
    if name & set(said.split()) and not re.search(r" (?:nahin|not|no) ", said):
        return True
    named = _NAMED.search(said)
    if named is not None and named[1] not in _NO_NAME and not name & {named[1]}:
        return False
    return True if _IT_IS_ME.search(said) and not asks(text) else None


def says_hello(text: str) -> bool:
    return bool(_HELLO.search(plain(text)))
