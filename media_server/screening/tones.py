"""Tones on a telephone line: the beep of a voicemail, and what exchanges say with tones. Neither is speech. ◆

    frames ──> spectrum of 40 ms ──> one or two lines hold all the energy, and stay where they are
           ──> and then quiet ──> Tone

A beep is one line for 0.1 to 1 s; exchanges (ringing, busy) use two, or say it again and again. Vowels glide and have more
lines, notes are followed by the next.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.audio import FRAME, RATE, Pcm

LOWEST, HIGHEST = 250.0, 3600.0
"""Hz in which lines are looked for, and in which all other sound counts against them. Below is hum."""
FAINT = 100.0
"""RMS under which there is no tone: -50 dBFS."""
ONE_LINE, TWO_LINES = 0.90, 0.93
"""Shares of the energy that the strongest line, the two strongest hold in a tone. G.711 and a line's noise take 2 to 6 %."""
SECOND_LINE = 0.08
"""Share from which a second line belongs to the tone."""
STEADY = 0.02
"""Share of its first frequency by which a line may move. A vowel moves more."""
SHORTEST = 0.08
"""Seconds; the spectra blur 20 ms."""
QUIET = 0.16
"""Seconds after a tone in which nothing comes: ringing that comes in pairs pauses for 0.2…"""
SOFT = 0.2
"""…that has more than this share of its level."""
BEEP_HZ = 390.0, 2150.0
LONGEST_BEEP = 1.1

_SPAN = 2 * FRAME
_HZ = RATE / _SPAN
_LOW, _HIGH = int(LOWEST / _HZ), int(HIGHEST / _HZ)
_HALF_LINE = 2
"""Bins on each side of a line's own that a Hann window spreads it over."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tone:
    start: int
    """First sample, on the call's clock."""
    end: int
    hz: float
    """Of its line, the lower of two."""
    lines: int

    @property
    def beep(self) -> bool:
        low, high = BEEP_HZ
        return self.lines == 1 and low <= self.hz <= high and self.end - self.start <= LONGEST_BEEP * RATE


@dataclass(frozen=True, slots=True)
class _Look:
    """40 ms."""

    level: float
    hz: float = 0.0
    lines: int = 0
    """0: no tone."""


class Tones:
    """One call's sound, frame by frame."""

    def __init__(self) -> None:
        self._before: Pcm = np.zeros(FRAME, np.int16)
        self._window = np.hanning(_SPAN).astype(np.float32)
        self._first: _Look | None = None
        """Of the tone that sounds."""
        self._start = 0
        self._loudest = 0.0
        self._ended: Tone | None = None
        """Until it is known whether quiet follows."""
        self._soft = 0.0
        """The level that is quiet after it."""

    @property
    def sounding(self) -> bool:
        """Just now, or something that may become one."""
        return self._first is not None

    def push(self, start: int, pcm: Pcm) -> Tone | None:
        """A frame. The tone after which it has been quiet long enough, just now."""
        look = self._look(np.concatenate((self._before, pcm)).astype(np.float32))
        self._before = pcm
        found = self._after(start + pcm.size, _level(pcm.astype(np.float32)))
        first = self._first
        if first is None or look.lines != first.lines or abs(look.hz - first.hz) > STEADY * first.hz:
            if first is not None and start - self._start >= SHORTEST * RATE:
                self._ended, self._soft = Tone(self._start, start, first.hz, first.lines), SOFT * self._loudest
            self._first, self._start, self._loudest = (look if look.lines else None), start, 0.0
        self._loudest = max(self._loudest, look.level)
        return found

    def _after(self, now: int, level: float) -> Tone | None:
        tone = self._ended
        if tone is None or (now - tone.end < QUIET * RATE and (level <= self._soft or now - tone.end <= 2 * FRAME)):
            return None  # the frame in which it ends still has some of it
        self._ended = None
        return tone if level <= self._soft else None

    def _look(self, sound: Floats) -> _Look:
        level = _level(sound)
        if level < FAINT:
            return _Look(level)
        power: Floats = np.square(np.abs(np.fft.rfft(sound * self._window)))[_LOW : _HIGH + 1].astype(np.float32)
        total, first = float(power.sum()), int(power.argmax())
        strongest = float(power[_line(first)].sum())
        if strongest >= ONE_LINE * total:
            return _Look(level, _between(power, first), lines=1)
        rest = power.copy()
        rest[_line(first)] = 0.0
        second = int(rest.argmax())
        weaker = float(rest[_line(second)].sum())
        if strongest + weaker >= TWO_LINES * total and weaker >= SECOND_LINE * total:
            return _Look(level, _between(power, min(first, second)), lines=2)
        return _Look(level)


def _level(sound: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))


def _line(at: int) -> slice:
    return slice(max(0, at - _HALF_LINE), at + _HALF_LINE + 1)


def _between(power: Floats, at: int) -> float:
    """Hz of a line that lies between bins: the centre of its energy."""
    near = power[_line(at)]
    return (_LOW + max(0, at - _HALF_LINE) + float(np.dot(np.arange(near.size), near)) / float(near.sum())) * _HZ
