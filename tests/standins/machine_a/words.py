"""Machine A's embedding model, as far as we need one: words and their letters hashed into a vector. Knows no meaning.

Another model than ours in every respect (256 dimensions, Latin letters alone), so that a mix-up can't go unnoticed.
"""

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

MODEL = "machine-a-embed"
DIMENSIONS = 256
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = frozenset("a an the is are do does i you my your it of to in on at for and or what how where when which can".split())


def embed(text: str, dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    """float32[dimensions], of length 1."""
    vector = np.zeros(dimensions, np.float32)
    for word in _WORD.findall(text.lower()):
        if word not in _COMMON:
            _add(vector, word, 1.0)
            for at in range(len(word) - 2):
                _add(vector, "#" + word[at : at + 3], 0.3)
    length = float(np.linalg.norm(vector))
    if not length:
        vector[0] = length = 1.0
    return vector / np.float32(length)


def _add(vector: NDArray[np.float32], feature: str, worth: float) -> None:
    number = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
    vector[number % len(vector)] += worth if number & (1 << 60) else -worth
