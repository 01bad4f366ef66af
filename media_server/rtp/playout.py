"""What we say, 20 ms at a time, and how much of it has been heard. ◆

    say(reply, index, pcm) ──> sentences in the order they were opened ──take()──> payload ──(the pacer's ring)──sent()──> heard

A payload taken is not yet heard: until `sent` it can be taken back, and what is said next (quieter, or nothing) takes its place.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from core.audio import CODECS, Codec, Pcm, amplitude
from core.commands import CodecName

NOISE_DB = -65.0
"""Comfort noise: a line that is really silent sounds dead."""
AUDIBLE_DB = -45.0
"""What counts as our first sound in all timings."""
DUCKED = 0.25
"""Gain while the caller may be interrupting: -12 dB."""
RAMP_S = 0.008
"""Of every change of gain: no clicks."""


@dataclass(frozen=True, slots=True)
class FirstSound:
    """A reply's first sample above AUDIBLE_DB has left. Again, if it had been taken back before it left."""

    reply: int
    index: int
    at: float


@dataclass(frozen=True, slots=True)
class SentencePlayed:
    """All of a sentence has left."""

    reply: int
    index: int
    at: float


@dataclass(frozen=True, slots=True)
class Drained:
    """Nothing is left to say."""

    at: float


PlayoutEvent = FirstSound | SentencePlayed | Drained


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of a sentence has left, in samples at the codec's rate."""

    reply: int
    index: int
    samples: int
    known: int
    """Samples of it that we had; all there are if `whole`."""
    whole: bool


@dataclass(slots=True)
class _Sentence:
    reply: int
    index: int
    pcm: Pcm
    whole: bool = False
    taken: int = 0
    sent: int = 0

    @property
    def waiting(self) -> int:
        return self.pcm.size - self.taken


@dataclass(frozen=True, slots=True)
class _Flight:
    """A frame taken and not yet known to be sent."""

    pcm: Pcm
    parts: list[tuple[_Sentence, int]] = field(default_factory=list)
    gain_before: float = 1.0


@cache
def comfort_noise(codec: CodecName) -> tuple[Pcm, ...]:
    """A second of noise at NOISE_DB in frames, the same every time."""
    samples = CODECS[codec].frame_samples
    noise = np.random.default_rng(20).normal(0, amplitude(NOISE_DB), (50, samples))
    return tuple(noise.astype(np.int16))


class Playout:
    """Our half of one RTP leg, up to the payloads. `at` is when a frame's first sample left, on a clock of your choice."""

    def __init__(self, codec: Codec) -> None:
        self.underruns = 0
        """Frames of noise in the middle of a sentence."""
        self._codec = codec
        self._samples = codec.frame_samples
        self._ramp = int(RAMP_S * codec.rate)
        self._noise = comfort_noise(codec.name)
        self._noise_at = 0
        self._sentences: deque[_Sentence] = deque()
        self._flights: deque[_Flight] = deque()
        self._gain = self._target = 1.0
        self._fading: Pcm = np.zeros(0, np.int16)
        """The last milliseconds of what was stopped."""
        self._audible = amplitude(AUDIBLE_DB)
        self._sounded: set[int] = set()

    @property
    def busy(self) -> bool:
        """Something is to be said, or on its way."""
        return bool(self._sentences or self._flights or self._fading.size)

    @property
    def ready(self) -> bool:
        """The next frame has sound in it, all that it could have: take it. Else noise will do, and later sound is not delayed."""
        if self._fading.size:
            return True
        if self._target == 0:
            return self._gain > 0 and self._begun
        return self._available(self._samples) > 0

    @property
    def paused(self) -> bool:
        return self._target == 0

    def say(self, reply: int, index: int, pcm: Pcm, last: bool) -> None:
        """More of a sentence, at the codec's rate; its first piece, which may be empty, gives it its place in the order."""
        for sentence in reversed(self._sentences):
            if (sentence.reply, sentence.index) == (reply, index):
                sentence.pcm = np.concatenate((sentence.pcm, pcm))
                sentence.whole |= last
                return
        self._sentences.append(_Sentence(reply, index, pcm, last))

    def take(self) -> bytes:
        """The next 20 ms as a payload. Always one: noise when there is nothing to say."""
        frame = self._noise[self._noise_at].copy()
        self._noise_at = (self._noise_at + 1) % len(self._noise)
        gain_before, filled = self._gain, self._fading.size
        frame[:filled] = self._fading
        self._fading = self._fading[:0]
        stopping = self._target == 0
        room = min(self._samples, filled + self._ramp) if stopping else self._samples
        parts = [] if stopping and not (self._gain and self._begun) else self._fill(frame, filled, room)
        if self._gain != self._target or self._target != 1:
            self._apply_gain(frame[filled : filled + sum(samples for _, samples in parts)])
        self._flights.append(_Flight(frame, parts, gain_before))
        return self._codec.encode(frame)

    def take_back(self, frames: int) -> None:
        """The newest `frames` taken will not be sent: their sound is to be said again."""
        for _ in range(min(frames, len(self._flights))):
            flight = self._flights.pop()
            self._gain = flight.gain_before
            for sentence, samples in flight.parts:
                sentence.taken -= samples

    @property
    def next(self) -> Pcm | None:
        """The oldest frame taken, at the codec's rate: what will leave next. None: noise."""
        return self._flights[0].pcm if self._flights else None

    def sent(self, at: float) -> tuple[Pcm | None, list[PlayoutEvent]]:
        """The oldest frame taken has left: what the line carried, at the codec's rate, and what that means."""
        if not self._flights:
            return None, []
        flight = self._flights.popleft()
        events: list[PlayoutEvent] = []
        offset = 0
        for sentence, samples in flight.parts:
            sentence.sent += samples
            self._first_sound(sentence, flight.pcm[offset : offset + samples], at + offset / self._codec.rate, events)
            offset += samples
        self._finish(at + offset / self._codec.rate, events)
        return flight.pcm, events

    def sent_noise(self) -> None:
        """20 ms left that were not ours: noise, because nothing had been taken."""
        if self._begun and not self.paused:
            self.underruns += 1

    def settle(self, at: float) -> list[PlayoutEvent]:
        """What ends without a sound: a sentence of which all had left before its end was known."""
        events: list[PlayoutEvent] = []
        if self._sentences:
            self._finish(at, events)
        return events

    def duck(self) -> None:
        """Quieter from the next frame on."""
        self._target = DUCKED if self._target else 0.0

    def unduck(self) -> None:
        """As loud as before; also ends a pause."""
        self._target = 1.0

    def pause(self) -> None:
        """Fade out within the next frame and wait: `unduck` goes on from there."""
        self._target = 0.0

    def stop(self) -> list[Heard]:
        """Fade out within the next frame and forget the rest. What was heard of the sentences not reported as played."""
        heard = [Heard(s.reply, s.index, s.sent, s.pcm.size, s.whole) for s in self._sentences]
        if self._begun and self._gain > 0:
            tail = np.concatenate([s.pcm[s.taken : s.taken + self._ramp] for s in self._sentences])[: self._ramp]
            self._fading = (tail * np.linspace(self._gain, 0, tail.size)).astype(np.int16)
        self._sentences.clear()
        self._gain = self._target = 1.0
        return heard

    @property
    def _begun(self) -> bool:
        """In the middle of a sentence."""
        return any(sentence.taken and (sentence.waiting or not sentence.whole) for sentence in self._sentences)

    def _available(self, wanted: int) -> int:
        """Samples the next frame would have; 0 if it is better to wait for more."""
        ready = 0
        for sentence in self._sentences:
            ready += sentence.waiting
            if ready >= wanted:
                return wanted
            if not sentence.whole:
                return 0 if sentence.waiting or not ready else ready
        return ready

    def _fill(self, frame: Pcm, filled: int, room: int) -> list[tuple[_Sentence, int]]:
        parts = []
        for sentence in self._sentences:
            samples = min(sentence.waiting, room - filled)
            if samples:
                frame[filled : filled + samples] = sentence.pcm[sentence.taken : sentence.taken + samples]
                sentence.taken += samples
                filled += samples
                parts.append((sentence, samples))
            if filled == room or not sentence.whole:
                break
        return parts

    def _apply_gain(self, sound: Pcm) -> None:
        ramp = min(sound.size, self._ramp)
        gains = np.full(sound.size, self._target, np.float32)
        gains[:ramp] = np.linspace(self._gain, self._target, ramp)
        sound[:] = sound * gains
        self._gain = self._target

    def _first_sound(self, sentence: _Sentence, sound: Pcm, at: float, events: list[PlayoutEvent]) -> None:
        if sentence.reply in self._sounded:
            return
        loud = np.abs(sound.astype(np.int32)) > self._audible
        if loud.any():
            self._sounded.add(sentence.reply)
            events.append(FirstSound(sentence.reply, sentence.index, at + int(loud.argmax()) / self._codec.rate))

    def _finish(self, at: float, events: list[PlayoutEvent]) -> None:
        finished = False
        while self._sentences and self._sentences[0].whole and self._sentences[0].sent == self._sentences[0].pcm.size:
            sentence = self._sentences.popleft()
            events.append(SentencePlayed(sentence.reply, sentence.index, at))
            finished = True
        if finished and not self._sentences:
            events.append(Drained(at))
