"""How a word sounds, roughly: spellings that sound alike have one key. ◆"""

import functools
import re

_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("sh", "s"), ("chh", "c"), ("ch", "c"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"),
    ("bh", "b"), ("jh", "j"), ("x", "ks"), ("q", "k"), ("w", "v"), ("z", "j"), ("tion", "sn"), ("sion", "sn"),
)  # fmt: skip


@functools.lru_cache(16384)
def phonetic(word: str) -> str:
    """wapas, vaapas -> vps; order, ordar -> ordr; course, kors -> krs; centre, sentar -> sntr."""
    word = re.sub("c(?=[eiy])", "s", word) if "ch" not in word else word
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    word = re.sub("c(?=[aoulrkt]|$)", "k", word)
    key = ("a" if word[:1] in "aeiou" else word[:1]) + re.sub("[aeiouyh']", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", key)
