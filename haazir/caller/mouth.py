"""What a caller says, frame by frame: queued sentences, keypad digits, the line's noise and echo. ◆

    say(sound), press("123")  ->  frame(now)  50 times a second  ->  one RTP packet, and the times in `spoken`

Packets never stop: between sentences the line is quiet, not dead.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from core.audio import Codec, Pcm
from core.rtp import RtpPacket, TelephoneEvent
from haazir.caller.ears import THRESHOLD
from haazir.caller.line import Line
from haazir.caller.wav import RATE

FRAME = RATE // 50
_KEYS = "0123456789*#ABCD"
_DIGIT_FRAMES = 5
"""100 ms a key; Q.24 asks for 40."""
_GAP_FRAMES = 5
"""Between two keys, with the line's sound as before."""


@dataclass(slots=True)
class Spoken:
    """One thing said. Times are time.time() of the samples as sent; None until then, and for ever if nothing in it is loud."""

    name: str
    samples: int
    onset: float | None = None
    """First sample above -45 dBFS."""
    end: float | None = None
    """Last sample above -45 dBFS: t0 of voice-to-voice."""
    finished: float | None = None
    """Its last sample, silent or not, or the moment it was cut off."""


@dataclass(slots=True)
class _Sentence:
    sound: Pcm
    first: int
    last: int
    spoken: Spoken
    at: int = 0


@dataclass(slots=True)
class _Key:
    key: str
    spoken: Spoken
    frame: int = 0
    timestamp: int = 0


class Mouth:
    """`ssrc`, `sequence` and `timestamp` are where the stream begins: random ones come from outside."""

    def __init__(self, codec: Codec, digits_type: int | None, ssrc: int, sequence: int, timestamp: int, line: Line) -> None:
        self._codec = codec
        self._digits_type = digits_type
        self._ssrc = ssrc
        self._sequence = sequence
        self._timestamp = timestamp
        self._line = line
        self._queue: deque[_Sentence | _Key] = deque()
        self._talkspurt = True
        self.spoken: list[Spoken] = []

    @property
    def busy(self) -> bool:
        return bool(self._queue)

    def say(self, sound: Pcm, name: str = "") -> Spoken:
        """Speak after what is queued already."""
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > THRESHOLD)
        spoken = Spoken(name, sound.size)
        first, last = (int(loud[0]), int(loud[-1])) if loud.size else (-1, -1)
        self._queue.append(_Sentence(sound, first, last, spoken))
        self.spoken.append(spoken)
        return spoken

    def press(self, digits: str) -> list[Spoken]:
        """Keys as RFC 4733 events. ValueError for a key no phone has, or if the other side does not understand events."""
        if self._digits_type is None:
            raise ValueError("the other side takes no telephone-event")
        if strange := set(digits) - set(_KEYS):
            raise ValueError(f"no such key: {''.join(sorted(strange))}")
        pressed = [Spoken(f"key {digit}", _DIGIT_FRAMES * FRAME) for digit in digits]
        self._queue.extend(_Key(digit, spoken) for digit, spoken in zip(digits, pressed, strict=True))
        self.spoken.extend(pressed)
        return pressed

    def frame(self, now: float) -> list[bytes]:
        """The packets of the next 20 ms, which leave at `now`."""
        item = self._queue[0] if self._queue else None
        packets = self._key(item, now) if isinstance(item, _Key) else [self._sound(item, now)]
        self._timestamp = (self._timestamp + FRAME) % 2**32
        return packets

    def _sound(self, sentence: _Sentence | None, now: float) -> bytes:
        samples = np.zeros(FRAME, np.int32)
        if sentence is not None:
            part = sentence.sound[sentence.at : sentence.at + FRAME]
            samples[: part.size] = part
            self._stamp(sentence, now)
        if self._line.echo is not None:
            samples += self._line.echo.next(FRAME)
        if self._line.noise is not None:
            samples += self._line.noise.next(FRAME)
        sound = np.clip(samples, -32768, 32767).astype(np.int16)
        return self._packet(self._codec.sends, self._codec.encode(sound), self._timestamp, self._talkspurt)

    def _stamp(self, sentence: _Sentence, now: float) -> None:
        spoken, start = sentence.spoken, sentence.at
        if start <= sentence.first < start + FRAME:
            spoken.onset = now + (sentence.first - start) / RATE
        if start <= sentence.last < start + FRAME:
            spoken.end = now + (sentence.last - start) / RATE
        sentence.at += FRAME
        if sentence.at >= sentence.sound.size:
            spoken.finished = now
            self._queue.popleft()

    def _key(self, key: _Key, now: float) -> list[bytes]:
        """Section 2.5.1: one timestamp for the whole event, a growing duration, the end three times."""
        key.frame += 1
        if key.frame == 1:
            key.timestamp, key.spoken.onset = self._timestamp, now
        if key.frame <= _DIGIT_FRAMES:
            return [self._event(key, marker=key.frame == 1, end=False)]
        if key.frame == _DIGIT_FRAMES + 1:
            key.spoken.end = key.spoken.finished = now
            return [self._event(key, marker=False, end=True) for _ in range(3)]
        if key.frame == _DIGIT_FRAMES + _GAP_FRAMES:
            self._queue.popleft()
        self._talkspurt = key.frame == _DIGIT_FRAMES + 2
        return [self._sound(None, now)]

    def _event(self, key: _Key, *, marker: bool, end: bool) -> bytes:
        duration = min(key.frame, _DIGIT_FRAMES) * FRAME
        payload = TelephoneEvent.of_key(key.key, duration, end).serialize()
        return self._packet(self._digits_type or 0, payload, key.timestamp, marker)

    def _packet(self, payload_type: int, payload: bytes, timestamp: int, marker: bool) -> bytes:
        packet = RtpPacket(payload_type, self._sequence, timestamp, self._ssrc, payload, marker)
        self._sequence = (self._sequence + 1) % 2**16
        self._talkspurt = False
        return packet.serialize()
