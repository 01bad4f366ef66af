"""A story: what happens to a turn machine, told second by second, and what it did about it.

The player fires deadlines itself, so that a story cannot forget one; it never waits.
"""

from typing import TypeVar

import msgspec

from core.commands import AnswerDone
from core.machine import Tick
from core.sites import Patience
from core.speech import Final, Flush, Partial
from media_server.turn.machine import step
from media_server.turn.state import (
    AskBrain,
    CallAnswered,
    Drained,
    Phase,
    PlayPhrase,
    SoundStarted,
    SpeechStarted,
    SpeechStopped,
    Turn,
    TurnAction,
    TurnEvent,
)

A = TypeVar("A")


class Story:
    """One call. `did` holds every action with its time."""

    def __init__(self, turn: Turn | None = None) -> None:
        self.turn = turn or Turn(patience=Patience(), language="en", operator="humans")
        self.now = 0.0
        self.did: list[tuple[float, TurnAction]] = []

    def happens(self, event: TurnEvent | Tick, at: float | None = None) -> "Story":
        """`event` at the time `at` (default: now), after every deadline before it."""
        if at is not None:
            self.until(at)
        self._step(event)
        return self

    def until(self, time: float) -> "Story":
        """Let time pass."""
        for _ in range(1000):
            due = self.turn.deadline
            if due is None or due > time:
                break
            self.now = max(self.now, due)
            self._step(Tick())
        else:
            raise AssertionError("the machine wakes for ever")
        self.now = time
        return self

    def _step(self, event: TurnEvent | Tick) -> None:
        self.turn, actions = step(self.turn, event, self.now)
        self.did += [(self.now, action) for action in actions]

    # ── what callers and engines do ──────────────────────────────────────────────────────────────────────────────────
    def greeted(self) -> "Story":
        """Answered, and the greeting was heard to its end at 3 s."""
        return self.happens(CallAnswered(), 0.0).happens(SoundStarted(1), 0.1).happens(Drained(1), 3.0)

    def speaks(self, start: float, end: float) -> "Story":
        """VAD tells of an onset 0.1 s late, of an end 0.06 s late."""
        return self.happens(SpeechStarted(start), start + 0.1).happens(SpeechStopped(end), end + 0.06)

    def is_understood(self, text: str, at: float, confidence: float = 0.9) -> "Story":
        self.until(at)
        flush = self.last(Flush)
        return self.happens(
            Final(utterance=flush.utterance, revision=flush.revision, text=text, language="en", confidence=confidence), at
        )

    def partly(self, text: str, at: float) -> "Story":
        return self.happens(Partial(utterance=self.turn.utterance, text=text), at)

    def is_answered(self, at: float, **done: object) -> "Story":
        """The whole answer came and its first sample left."""
        asked = self.last(AskBrain)
        self.until(at)
        answer = AnswerDone(turn=asked.ask.turn, revision=asked.ask.revision, answer_source="knowledge")
        return self.happens(msgspec.structs.replace(answer, **done)).happens(SoundStarted(asked.reply))

    # ── what can be asked of it ──────────────────────────────────────────────────────────────────────────────────────
    @property
    def phase(self) -> Phase:
        return self.turn.phase

    @property
    def speaking(self) -> int:
        """The reply that the caller hears."""
        assert self.turn.speaking is not None
        return self.turn.speaking

    def of(self, kind: type[A]) -> list[A]:
        return [action for _, action in self.did if isinstance(action, kind)]

    def last(self, kind: type[A]) -> A:
        assert self.of(kind), f"nothing of {kind.__name__} was done"
        return self.of(kind)[-1]

    def when(self, kind: type[TurnAction]) -> float:
        """Time of the last action of a kind."""
        return [at for at, action in self.did if isinstance(action, kind)][-1]

    def names(self) -> list[str]:
        return [type(action).__name__ for _, action in self.did]

    def phrases(self) -> list[str]:
        return [action.phrase for action in self.of(PlayPhrase)]


# ── how most stories begin ───────────────────────────────────────────────────────────────────────────────────────────
def asked() -> Story:
    """The caller asked something from 4 to 6 s and was understood at 6.2 s."""
    return Story().greeted().speaks(4.0, 6.0).is_understood("what are your delivery charges", 6.2)


def answered() -> Story:
    """…and hears the answer from 6.7 s on."""
    return asked().is_answered(6.7)
