"""The words of the turn machine: its phases, what can happen to it, and what it asks the session to do.

Hearing, brain and control messages are events as they come off the wire (core.commands); the rest is here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from core.commands import (
    AnnounceTransfer,
    AnswerDone,
    AnsweredBy,
    Ask,
    BrainFailed,
    ComeBack,
    Commit,
    Digit,
    FirstWords,
    Hold,
    PressKeys,
    Say,
    Sentence,
    StandBy,
    SummedUp,
    SumUp,
    ToolFinished,
    ToolStarted,
    TransferReason,
    Unhold,
)
from core.sites import Language, Patience
from core.speech import EndUtterance, Final, Flush, Partial
from media_server.screening.heard import ToneHeard
from media_server.screening.script import Script
from media_server.screening.stage import Screening
from media_server.turn.endpoint import Expects


class Phase(StrEnum):
    RINGING = "ringing"
    """Not answered yet."""
    SCREENING = "screening"
    """A call of ours is answered: by whom? We are silent, but for what a machine is told (screening.py)."""
    LISTENING = "listening"
    """Both are silent."""
    HEARING = "hearing"
    """The caller speaks, we don't."""
    PAUSED = "paused"
    """The caller fell silent: is the turn over?"""
    THINKING = "thinking"
    """The turn is taken; our answer has no sound yet."""
    SPEAKING = "speaking"
    DUCKED = "ducked"
    """The caller makes a sound while we speak: an interruption, or only "haan"?"""
    KEYING = "keying"
    """Digits are being keyed."""
    HELD = "held"
    """The caller's phone put us on hold."""
    LEAVING = "leaving"
    """Our last word is out; Asterisk has been asked to hang up or transfer."""
    AWAY = "away"
    """A person is being looked for: the caller does not hear us, and we don't hear them."""
    OVER = "over"


PhraseName = Literal["greeting", "hold", "reminder", "again", "apology", "goodbye", "transfer"]
Then = Literal["listen", "hang_up", "transfer"]
HangUpReason = Literal["goodbye", "no_input", "machine", "voicemail_left"]


# ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class CallAnswered:
    """Both ends are connected: we may speak."""


@dataclass(frozen=True, slots=True)
class SpeechSuspected:
    """A first sign of speech; SpeechStarted follows within DOUBT seconds, or it was nothing."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    at: float
    """First voiced sample, loop seconds; a little before `now`."""


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    at: float
    """Last voiced sample."""


@dataclass(frozen=True, slots=True)
class SoundStarted:
    """The first audible sample of a reply left."""

    reply: int


@dataclass(frozen=True, slots=True)
class SaidWhole:
    """What of a reply had to be heard, whoever spoke meanwhile, has left."""

    reply: int


@dataclass(frozen=True, slots=True)
class RanDry:
    """All that came of a reply so far has left, and the brain has not said that this was all."""

    reply: int


@dataclass(frozen=True, slots=True)
class Drained:
    """A reply is complete and its last sample left."""

    reply: int


@dataclass(frozen=True, slots=True)
class HearingLost:
    """The recogniser failed or died; the session has connected again, or tries to."""


@dataclass(frozen=True, slots=True)
class SpeakingLost:
    """The voice failed twice for one sentence."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The call is over."""


TurnEvent = (
    CallAnswered | SpeechSuspected | SpeechStarted | SpeechStopped | Partial | Final | SoundStarted | SaidWhole | RanDry | Drained
    | Sentence | ToolStarted | ToolFinished | AnswerDone | BrainFailed | Digit | Hold | Unhold | Say
    | AnnounceTransfer | SummedUp | StandBy | ComeBack | ToneHeard
    | HearingLost | SpeakingLost | Closed
)  # fmt: skip


# ── what is to be done ───────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class AskBrain:
    """Send `ask`; its sentences are sound of `reply`, held behind a gate until OpenGate."""

    ask: Ask
    reply: int


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """Nobody wants the answer to this turn any more."""

    turn: int


@dataclass(frozen=True, slots=True)
class OpenGate:
    """Let the sound of this reply out."""

    reply: int


@dataclass(frozen=True, slots=True)
class PlayPhrase:
    phrase: PhraseName
    reply: int


@dataclass(frozen=True, slots=True)
class PlayText:
    text: str
    language: Language | None
    reply: int


@dataclass(frozen=True, slots=True)
class Duck:
    """Speak 12 dB more softly."""


@dataclass(frozen=True, slots=True)
class Unduck:
    pass


@dataclass(frozen=True, slots=True)
class PauseSound:
    """Fall silent within a frame; what was not heard is kept, and what comes waits too."""


@dataclass(frozen=True, slots=True)
class ResumeSound:
    """Go on where we fell silent."""


@dataclass(frozen=True, slots=True)
class DropSound:
    """Forget what was let out and not heard, and no longer be paused. What waits behind a gate stays there."""


@dataclass(frozen=True, slots=True)
class HangUp:
    reason: HangUpReason


@dataclass(frozen=True, slots=True)
class Transfer:
    destination: str
    reason: TransferReason
    summary: str


TurnAction = (
    Flush | EndUtterance | AskBrain | Commit | CancelAnswer | OpenGate | PlayPhrase | PlayText
    | Duck | Unduck | PauseSound | ResumeSound | DropSound | HangUp | Transfer | SumUp | AnsweredBy | PressKeys
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the conversation stands. A value: a recorded call can be stepped through again."""

    patience: Patience
    language: Language
    operator: str
    """Where a caller goes whom we could not help."""
    first: FirstWords = "greeting"
    """What we say first."""
    phase: Phase = Phase.RINGING
    deadline: float | None = None

    # the caller's turn
    utterance: int = 0
    """Of the recogniser; goes on until our answer has begun for a while, so that a caller who goes on is heard as one."""
    cut_off_until: float = 0.0
    """A caller who speaks before this had not finished: we took the turn too soon."""
    flushes: int = 0
    """Counts every Flush of the call: late words are recognised by their number."""
    speech_start: float = 0.0
    speech_end: float = 0.0
    flushed: bool = False
    """The recogniser was asked about the present pause…"""
    final: Final | None = None
    """…and this is what it said."""
    partial: str = ""
    inner_pause: float = 0.0
    digits: str = ""

    # our answer to it
    number: int = 0
    """Counts the turns that the brain was asked about."""
    revision: int = 0
    """Counts every Ask of the call: late answers are recognised by their number."""
    asked: Ask | None = None
    """What the brain works on, or has answered; None between turns."""
    committed: bool = False
    retried: bool = False
    answer_limit: float = 0.0
    unanswered_since: float | None = None
    """When the first of our turns was taken to which the brain has not said a word, however many there were since."""

    # our sound
    replies: int = 0
    """Counts everything that we say: answers, greeting, holding lines."""
    answer: int | None = None
    """The reply that answers `asked`."""
    released: int | None = None
    """The answer whose gate was opened last."""
    speaking: int | None = None
    """The reply that is heard, or was when we fell silent."""
    dry: int | None = None
    """The answer of which nothing is left to say, while the brain owes us the rest."""
    unbroken: int | None = None
    """The reply of which something has still to be heard, whoever speaks meanwhile (unbroken.py)."""
    tool_works: bool = False
    """A tool is at work on the answer: it may take as long as an answer may."""
    interrupted: bool = False
    """We fell silent for the caller, and could go on."""
    then: Then = "listen"
    expects: Expects = "anything"
    digits_wanted: int = 0
    """How many complete the number that we asked for; 0: unknown."""
    reply_words: tuple[str, ...] = ()
    """What a reply to our question may be made of."""
    conceals: bool | None = None
    """Our answer asks for a secret; None: the brain has not said so far…"""
    secret: bool = False
    """…and here: the answer that the caller hears, or has heard last, does."""
    destination: str = ""
    summary: str = ""
    transfer_reason: TransferReason = "asked"
    hang_up_reason: HangUpReason = "goodbye"

    # a call out
    script: Script | None = None
    screening: Screening | None = None
    """From the answer until there is no more doubt."""

    # the patience of both
    reminders: int = 0
    hearing_failures: int = 0
    before_hold: Phase = Phase.LISTENING

    @property
    def heard(self) -> bool:
        """The caller's sound belongs to a turn. Not the silence after a Flush: the recogniser would take it for more speech."""
        if self.phase is Phase.SCREENING:
            return self.screening is not None and self.screening.wants_words
        return self.phase in (Phase.HEARING, Phase.DUCKED) or (self.phase is Phase.PAUSED and not self.flushed)

    @property
    def must_be_heard(self) -> bool:
        """What we say now is said to its end."""
        return self.unbroken is not None and self.unbroken == self.speaking

    @property
    def owed(self) -> bool:
        """We are silent in the middle of our answer: the next move is the brain's."""
        return self.dry is not None and self.dry == self.speaking

    @property
    def over(self) -> bool:
        return self.phase is Phase.OVER
