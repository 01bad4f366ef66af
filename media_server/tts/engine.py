"""What the speaking worker asks of an engine. Two methods; both block, and are called from one thread."""

from collections.abc import Callable
from typing import Protocol

from core.resample import Pcm
from core.sites import Language


class EngineError(RuntimeError):
    """The engine could not be started, or cannot say this."""


class Engine(Protocol):
    name: str
    rate: int
    """Samples a second of its sound."""

    def gain(self, voice: str, language: Language) -> float:
        """The factor that brings this voice to a telephone's loudness. A voice it has not is its default one, with a warning."""

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        """Say a clause in its spoken form. `hear` gets the sound piece by piece, and ends it by returning False."""
