"""What is written down of a call: actions, too, and part of the vocabulary. books.py takes them. ◆"""

from dataclasses import dataclass

from core.commands import AnsweredBy
from core.events import AskedResult, Outcome
from core.sites import Site


@dataclass(frozen=True, slots=True)
class NoteStarted:
    site: Site


@dataclass(frozen=True, slots=True)
class NoteCodec:
    """Known only now: whom we called has answered."""

    native: str


@dataclass(frozen=True, slots=True)
class NoteAnswered:
    at: float


@dataclass(frozen=True, slots=True)
class NoteAnsweredBy:
    """Of a call out."""

    told: AnsweredBy


@dataclass(frozen=True, slots=True)
class NoteAsked:
    """What came of asking somebody."""

    person: str
    result: AskedResult
    since: float
    """Loop seconds."""


@dataclass(frozen=True, slots=True)
class NoteTransferred:
    destination: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteEnded:
    outcome: Outcome
    cause: int
    cause_text: str
    sip_status: int | None = None


Note = NoteStarted | NoteAnswered | NoteCodec | NoteAnsweredBy | NoteTransferred | NoteAsked | NoteEnded
