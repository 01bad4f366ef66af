"""Where speech begins and ends: hysteresis over Silero's probabilities. ◆

          on ──────────┬───┐       96 ms above `on`: SpeechStarted at the first of it
    probability   ▂▄▆██████▇▅▃▁
         off ────────────────┴──   64 ms below `off`: SpeechStopped at the last voiced sample

What was concealed is no proof of a pause, and what may be our echo does not begin speech.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Window(Protocol):
    """32 ms judged; media_server.vad.silero makes them."""

    @property
    def start(self) -> int: ...
    @property
    def probability(self) -> float: ...
    @property
    def levels(self) -> Sequence[float]: ...
    @property
    def concealed(self) -> bool: ...
    @property
    def ours(self) -> bool: ...


WINDOW = 512
"""Samples at 16 kHz."""
ONSET = 3
"""Windows of speech before it is believed: 96 ms. A click, a cough's first third, a door are shorter."""
OFFSET = 2
"""Windows of silence that end it: 64 ms."""
TAIL = 6
"""Windows in which the last voiced sample is looked for: the network lags by some 50 ms."""
FADED = 10 ** (-26 / 20)
"""So far below the loudest of the last second nothing is voiced any more (reverberation, line noise)."""


@dataclass(frozen=True, slots=True)
class SpeechSuspected:
    """A first window of what may become speech, two windows before that is certain: no time to take the turn."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    at: int
    """First sample, on the call's clock."""


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    at: int
    """One past the last voiced sample."""


SpeechEvent = SpeechSuspected | SpeechStarted | SpeechStopped


class Segmenter:
    """One call. `on` and `off` are probabilities."""

    def __init__(self, on: float = 0.5, off: float = 0.35) -> None:
        self._on, self._off = on, off
        self.speaking = False
        self._since: int | None = None
        """First sample of what may become speech."""
        self._voiced = 0
        """Windows of speech in a row."""
        self._quiet = 0
        """Windows of silence in a row."""
        self._recent: deque[Window] = deque(maxlen=32)
        self._last_voiced = 0
        """Start of the last window above `off`."""

    def push(self, window: Window) -> list[SpeechEvent]:
        """The call's next window."""
        self._recent.append(window)
        if window.ours and not self.speaking:
            return self._not_yet()
        return self._go_on(window) if self.speaking else self._begin(window)

    def _begin(self, window: Window) -> list[SpeechEvent]:
        if window.probability < (self._on if not self._voiced else self._off):
            return [] if window.concealed else self._not_yet()
        if self._since is None:
            self._since = window.start
        self._voiced += 1
        self._last_voiced = window.start
        if self._voiced < ONSET:
            return [SpeechSuspected(self._since)] if self._voiced == 1 else []
        self.speaking, self._quiet = True, 0
        return [SpeechStarted(self._since)]

    def _not_yet(self) -> list[SpeechEvent]:
        self._since, self._voiced = None, 0
        return []

    def _go_on(self, window: Window) -> list[SpeechEvent]:
        if window.probability >= self._off:  # also what could be ours: a caller's soft syllable is no pause
            self._quiet, self._last_voiced = 0, window.start
            return []
        self._quiet += not window.concealed
        if self._quiet < OFFSET:
            return []
        self.speaking = False
        self._not_yet()
        return [SpeechStopped(self._last_voiced_sample())]

    def _last_voiced_sample(self) -> int:
        """Among the last windows up to the last voiced one: the last quarter that is loud enough."""
        heard = [window for window in self._recent if window.start <= self._last_voiced]
        loud = max((max(window.levels) for window in heard), default=0.0) * FADED
        for window in reversed(heard[-TAIL:]):
            quarter = WINDOW // len(window.levels)
            for number, level in reversed(list(enumerate(window.levels, start=1))):
                if level > loud:
                    return window.start + number * quarter
        return self._last_voiced + WINDOW
