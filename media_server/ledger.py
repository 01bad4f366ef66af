"""What is written down of a conversation: each turn's words and timings, told to the records path when it is certain.

Plain object: the session tells it what happened and when (loop seconds), `facts()` hands out what became certain since.
"""

from dataclasses import dataclass, field

from core.commands import Ask
from core.events import Timings, TurnCompleted
from core.ids import CallId, SiteId
from core.sites import Language

ANSWER = ""
"""Source of an answer until the brain says where it took it from."""


@dataclass(slots=True)
class _Reply:
    """Something we say: the answer to a turn, or a phrase of our own."""

    turn: int
    source: str
    language: Language
    phrase: bool
    timings: dict[str, float] = field(default_factory=dict)
    """Loop seconds, by the names of core.events.Timings."""


class Ledger:
    """One call's. Times come as loop seconds and leave as seconds since the answer."""

    def __init__(self, call_id: CallId, site_id: SiteId, turns: int = 0) -> None:
        """`turns`: of the call, before this session."""
        self._call_id = call_id
        self._site_id = site_id
        self._answered = 0.0
        self._epoch = 0.0
        self._pause: dict[str, float] = {}
        """speech_end and stt_final of the caller's last pause."""
        self._asked: Ask | None = None
        """The caller's turn, until it is told."""
        self._taken: int | None = None
        """The reply that answers the turn taken last."""
        self._replies: dict[int, _Reply] = {}
        self._facts: list[TurnCompleted] = []
        self.turns = turns

    def answered(self, now: float, epoch: float) -> None:
        """The call's zero: `now` on the loop's clock is `epoch` of time.time()."""
        self._answered, self._epoch = now, epoch

    def paused(self, at: float) -> None:
        """The caller's last voiced sample, so far."""
        self._pause = {"speech_end": at}

    def understood(self, now: float) -> None:
        self._pause["stt_final"] = now

    def asked(self, ask: Ask, reply: int) -> None:
        """The brain works on a turn. What it said to an older revision was never heard."""
        for number, entry in list(self._replies.items()):
            if entry.turn == ask.turn and not entry.phrase and "first_content" not in entry.timings:
                del self._replies[number]
        self._replies[reply] = _Reply(turn=ask.turn, source=ANSWER, language=ask.language, phrase=False)
        self._asked, self.turns = ask, ask.turn

    def forget(self, reply: int) -> None:
        """Nobody wants this reply any more, and nobody has heard of it."""
        self._replies.pop(reply, None)

    def taken(self, reply: int, now: float) -> None:
        """The turn is ours, and this reply will answer it."""
        self._taken = reply
        entry = self._replies.get(reply)
        if entry is not None and "first_content" not in entry.timings:  # else it goes on after a cough
            entry.timings |= self._pause | {"turn_committed": now}

    def phrase(self, reply: int, source: str, language: Language) -> None:
        """We say something of our own: greeting, holding line, reminder…"""
        self._replies[reply] = _Reply(turn=self.turns, source=source, language=language, phrase=True)

    def mark(self, reply: int, name: str, at: float) -> None:
        """tts_first_audio: the first one counts."""
        if (entry := self._replies.get(reply)) is not None:
            entry.timings.setdefault(name, at)

    def worded(self, reply: int, language: Language, at: float) -> None:
        """A sentence of the answer came, in a language of its own."""
        if (entry := self._replies.get(reply)) is not None:
            entry.language = language
            entry.timings.setdefault("brain_first_token", at)

    def sounded(self, reply: int, at: float) -> None:
        """The first audible sample of a reply left. A holding line's counts as a sound of the answer, not as its content."""
        if (entry := self._replies.get(reply)) is None:
            return
        entry.timings.setdefault("first_sound", at)
        if not entry.phrase:
            entry.timings.setdefault("first_content", at)
            self._tell_caller(entry.turn, at)
        elif entry.source == "hold":
            self._pause.setdefault("first_sound", at)  # of an answer to a turn that is not even taken yet
            if self._taken is not None and (answer := self._replies.get(self._taken)) is not None:
                answer.timings.setdefault("first_sound", at)

    def sourced(self, reply: int, source: str) -> None:
        """Where the brain took the answer from."""
        if (entry := self._replies.get(reply)) is not None:
            entry.source = source

    def said(self, reply: int, text: str, now: float, *, interrupted: bool) -> None:
        """A reply ended, and this much was heard. A holding line that our own answer cut short was not interrupted."""
        entry = self._replies.pop(reply, None)
        if entry is None or not text:
            return
        if not entry.phrase:
            self._tell_caller(entry.turn, now)
        interrupted &= entry.source != "hold"
        timings = {name: round(at - self._answered, 4) for name, at in entry.timings.items()}
        self._facts.append(
            TurnCompleted(
                call_id=self._call_id, site_id=self._site_id, at=self._time(now), turn=entry.turn, role="agent", text=text,
                language=entry.language, answer_source=entry.source or None, interrupted=interrupted, timings=Timings(**timings),
            )
        )  # fmt: skip

    def closed(self, now: float) -> None:
        """The call ended: what the caller said last is told although nobody answered it."""
        self._tell_caller(self.turns, now)

    def facts(self) -> list[TurnCompleted]:
        """What became certain since the last time."""
        facts, self._facts = self._facts, []
        return facts

    def _tell_caller(self, turn: int, now: float) -> None:
        """The caller's words of this turn are final: we answer them. Those of a later turn are not yet."""
        ask = self._asked
        if ask is None or ask.turn != turn:
            return
        self._asked = None
        if not ask.text:
            return
        self._facts.append(
            TurnCompleted(
                call_id=self._call_id, site_id=self._site_id, at=self._time(now), turn=ask.turn, role="caller", text=ask.text,
                language=ask.language, confidence=ask.confidence,
            )
        )  # fmt: skip

    def _time(self, now: float) -> float:
        return self._epoch + now - self._answered
