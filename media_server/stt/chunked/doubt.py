"""Nothing invented out of silence: what is not worth hearing, and what a model says though nobody spoke. ◆

    window ── audible? ──> model ──> Heard ── believed ──> Heard with words that were said, or none

A model trained on films hears "thank you for watching" in noise and sings along with music on hold. It says itself that
there was nobody (`silence`), is unsure of its words, repeats itself, or speaks faster than people do.
"""

import math
import zlib
from dataclasses import replace

import numpy as np

from core.audio import RATE, Pcm
from media_server.stt.chunked.words import Heard, Word

FRAME = RATE // 50
SHORTEST = RATE // 10
"""Samples; no word is shorter than 100 ms."""
FAINT = 32768 * 10 ** (-55 / 20)
"""Amplitude (RMS) that no frame of silence on a telephone line exceeds, and every voice does."""
LOUD_FRAMES = 3
"""Frames above it that make a sound worth hearing: 60 ms. A click has one."""

SILENT = 0.6
"""Of `silence`: whoever is that sure that nobody spoke…"""
UNSURE = -1.0
"""…and whose words have this mean log probability is believed (both as in Whisper's own decoding)."""
WILD = 0.25
"""Confidence below which words are noise to begin with."""
PACKED = 2.4
"""Letters by zlib's bytes for them, above which a text repeats itself (as in Whisper's own decoding)."""
FASTEST = 12.0
"""Words a second that nobody says; hurried speech has six."""
LONGEST_PHRASE = 12
"""Words of a phrase that a model in a loop says again and again."""


def audible(pcm: Pcm) -> bool:
    """Whether there is anything but silence in it, however far the line's zero is off."""
    if pcm.size < SHORTEST:
        return False
    frames = pcm[: pcm.size // FRAME * FRAME].reshape(-1, FRAME).astype(np.float32)
    return int((frames.std(axis=1) > FAINT).sum()) >= LOUD_FRAMES


def believed(heard: Heard, samples: int) -> Heard:
    """The same without what was invented. `samples`: of the window."""
    words = without_loops(heard.words)
    sure = Heard(words).confidence
    if not words or sure < WILD or len(words) > FASTEST * samples / RATE + 1:
        return replace(heard, words=())
    if heard.silence > SILENT and math.log(max(sure, 1e-9)) < UNSURE:
        return replace(heard, words=())
    return replace(heard, words=words)


def without_loops(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Up to where a model began to repeat itself. "haan haan haan" and "zero zero zero zero" are what people say, and stay."""
    text = " ".join(word.text for word in words).encode()
    if not text or len(text) / len(zlib.compress(text)) <= PACKED:
        return words
    texts = [word.text for word in words]
    for first in range(len(texts)):
        for length in range(1, LONGEST_PHRASE + 1):
            phrase = texts[first : first + length]
            if len(texts) - first >= 3 * length and texts[first : first + 3 * length] == phrase * 3:
                return words[: first + length]
    return ()
