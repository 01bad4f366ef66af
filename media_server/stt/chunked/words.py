"""What a full-context model is asked and what it answers: a window of sound in, its words out. ◆

    Ask(pcm, languages, final) ──FullContext.hear──> Heard(words, tag, silence, guess)

All positions are samples at 16 kHz: a model counts them from the window's beginning, `windows.Utterance` from the utterance's.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.audio import Pcm
from core.languages import Language


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int
    """One past its last sample."""
    confidence: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model made of one window."""

    words: tuple[Word, ...] = ()
    tag: str = ""
    """The language as the model calls it: hi, en, pa; empty: it does not say."""
    silence: float = 0.0
    """How sure it is that nobody spoke, 0 to 1; 0 where a model has no opinion."""
    guess: bool = False
    """It has a better decoder, and did not use it since the window was no `final` one."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        return confidence_of(self.words)


@dataclass(frozen=True, slots=True)
class Ask:
    """One window to hear."""

    pcm: Pcm
    languages: tuple[Language, ...]
    final: bool = True
    """Somebody waits for these very words: worth the better of two decoders. Else a guess that is soon replaced."""


class FullContext(Protocol):
    """A model; used by one thread only."""

    name: str
    longest: int
    """Samples of a window that it hears whole."""
    batch: int
    """Windows at a time, at most."""

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        """An answer to each. MemoryError: fewer at a time may do. RuntimeError: it failed; none of them is answered."""


def confidence_of(words: Sequence[Word]) -> float:
    """Of a text: its words' mean, longer words counting more. 0 where there are none."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def moved(words: Iterable[Word], by: int) -> tuple[Word, ...]:
    """The same words on another clock."""
    return tuple(replace(word, start=word.start + by, end=word.end + by) for word in words)


def folded(text: str) -> str:
    """What is left of a word when case and punctuation are: "Haan," and "haan" are the same word, marks of a script stay."""
    return "".join(letter for letter in text.casefold() if unicodedata.category(letter)[0] in "LMN")
