"""How far the conversation of a call out has come. A value in the conversation's memory, stored with it. ◆"""

from dataclasses import dataclass, field
from typing import Literal

from core.events import OutboundStatus
from core.forms import Answer

Stage = Literal["person", "consent", "when", "form", "talk", "over"]
"""Is it they? May we talk? When then? The questions. Without questions: what they want to know. Nothing more."""


@dataclass(frozen=True, slots=True)
class Interview:
    call: str
    """Whose it is: a memory outlives a call."""
    stage: Stage = "person"
    questions: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    asking: str = ""
    """The id of the question that is open."""
    tries: int = 0
    """Replies in a row that were none."""
    answers: dict[str, Answer] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    """Questions that were asked in vain."""
    last: str = ""
    """The question answered last: "nahin, teen" is about it."""
    checking: Answer | None = None
    """An answer that was read back: is it right?"""
    status: OutboundStatus | None = None
    """Said outright; None: it follows from the answers."""
    callback_at: float | None = None
    """time.time()"""
    transferred: bool = False
    aside: bool = False
    """The normal decision has asked something ("which order?"), and the next reply is for it."""
    begun: int = 0
    """So often our first words were begun: who talks over them hears them again."""
    turns: int = 0
    replies: tuple[str, ...] = ()
    """What a reply may be made of, for a recogniser that hears only what it expects (core.speech.Expect)."""

    @property
    def came_to(self) -> OutboundStatus:
        """What it is so far."""
        if self.status is not None:
            return self.status
        begun = self.stage in ("form", "talk", "over")
        return "completed" if begun and not set(self.required) - set(self.answers) else "partial"

    @property
    def unanswered(self) -> tuple[str, ...]:
        return tuple(question for question in self.questions if question not in self.answers)
