"""The words of a turn inside the brain: what was asked, what the conversation knows, and the pieces an answer is made of. ◆

Asked + Memory  ──dialogue.answer──>  Say … ToolBegan … ToolEnded … Done(memory as it is if this turn is committed)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.commands import AnswerSource
from core.sites import Language

Expects = Literal["anything", "yes_no", "digits"]
Then = Literal["listen", "hang_up", "transfer"]


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    language: Language
    confidence: float
    via: Literal["voice", "keypad"] = "voice"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was given."""

    texts: tuple[str, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation knows between two turns. A value: a speculative answer makes a new one, and Commit keeps it."""

    language: Language
    expects: Expects = "anything"
    digits: int = 0
    """With expects="digits": how many the number has."""
    offered_person: bool = False
    """We asked whether a person should take over."""
    misunderstood: int = 0
    """Turns in a row that we could not make out."""
    wrong_numbers: int = 0
    """Order numbers in a row that were nobody's."""
    topic: str = ""
    """The question that was answered last, for "aur refund?"."""
    told: Told | None = None
    asked: tuple[str, ...] = ()
    """The last few questions, for the person who takes over."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class ToolBegan:
    tool: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    tool: str
    arguments: dict[str, str]
    ok: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    source: AnswerSource
    memory: Memory
    then: Then = "listen"
    destination: str = ""
    summary: str = ""
    score: float | None = None


class CannotAnswer(RuntimeError):
    """There is no answer at all, not even an honest sentence: the site is unknown, or was never loaded."""


Piece = Say | ToolBegan | ToolEnded | Done

MAX_SENTENCES = 2
"""On a call. More is not listened to."""


def told(texts: Sequence[str], language: Language) -> list[Piece]:
    return [Say(text, language) for text in texts]
