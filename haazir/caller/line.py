"""What is wrong with a telephone line: noise, echo of what is heard, and a network that loses and spoils packets. ◆

Everything is drawn from a seed, so that a bad line is the same bad line in every run.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from core.audio import Pcm
from haazir.caller.tone import Tone
from haazir.caller.wav import RATE

QUIET_ROOM_DBFS = -66.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Share of the packets, 0 to 1, to which each of these happens."""

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    """Held back until after the next one."""
    garble: float = 0.0
    """Some bytes, header included, replaced by random ones."""
    seed: int = 1


class Network:
    """Carries packets as badly as `faults` say."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._dice = np.random.default_rng(faults.seed)
        self._held: bytes | None = None

    def carry(self, packet: bytes) -> list[bytes]:
        """What arrives now because this packet was sent."""
        drop, duplicate, reorder, garble = self._dice.random(4)
        if drop < self._faults.drop:
            return []
        if garble < self._faults.garble:
            packet = self._garbled(packet)
        held, self._held = self._held, None
        if held is None and reorder < self._faults.reorder:
            self._held = packet
            return []
        copies = [packet, packet] if duplicate < self._faults.duplicate else [packet]
        return copies if held is None else [*copies, held]

    def _garbled(self, packet: bytes) -> bytes:
        spoiled = bytearray(packet)
        for place in self._dice.integers(0, len(spoiled), size=4):
            spoiled[place] = int(self._dice.integers(0, 256))
        return bytes(spoiled[: int(self._dice.integers(1, len(spoiled) + 1))])


@dataclass(slots=True)
class Loss:
    """Packets that go astray in both directions, on all lines that share this, for as long as `share` is above 0."""

    share: float = 0.0
    seed: int = 1
    _dice: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._dice = np.random.default_rng(self.seed)

    def takes(self) -> bool:
        """The packet that is on its way just now?"""
        return self.share > 0 and bool(self._dice.random() < self.share)


@dataclass(slots=True)
class Echo:
    """A speakerphone: what is heard comes back, this much quieter and this much later."""

    level_db: float
    delay_s: float = 0.12
    _waiting: deque[Pcm] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        frame = RATE // 50
        self._waiting = deque(np.zeros(frame, np.int16) for _ in range(max(1, round(self.delay_s * 50))))

    def hear(self, sound: Pcm) -> None:
        self._waiting.append(sound)

    def next(self, samples: int) -> Pcm:
        """What comes back in the frame that is being sent."""
        if not self._waiting:
            return np.zeros(samples, np.int16)
        sound = self._waiting.popleft()
        returned = np.zeros(samples, np.float64)
        returned[: sound.size] = sound[:samples] * 10 ** (self.level_db / 20)
        return returned.astype(np.int16)


class Noise:
    """A room or a street: noise with more low tones than high ones, at a constant level."""

    def __init__(self, level_dbfs: float, seed: int = 1) -> None:
        self._sound = _street(level_dbfs, seed)
        self._at = 0

    def next(self, samples: int) -> Pcm:
        """The next samples; the ten seconds repeat."""
        chosen = np.take(self._sound, range(self._at, self._at + samples), mode="wrap")
        self._at = (self._at + samples) % self._sound.size
        return chosen


@lru_cache
def _street(level_dbfs: float, seed: int) -> Pcm:
    """Ten seconds; made once, it takes 10 ms."""
    dice = np.random.default_rng(seed)
    spectrum = np.fft.rfft(dice.standard_normal(10 * RATE))
    spectrum *= 1 / np.sqrt(1 + (np.fft.rfftfreq(10 * RATE, 1 / RATE) / 300) ** 2)
    sound = np.fft.irfft(spectrum)
    sound *= 32768 * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound**2))
    return np.clip(sound, -32768, 32767).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Line:
    """One call's line. The default is a good one: a quiet room, which is never digital silence."""

    echo: Echo | None = None
    noise: Noise | Tone | None = field(default_factory=lambda: Noise(QUIET_ROOM_DBFS))
    """None: a line that carries zeros between words, as gateways with voice detection do."""
    faults: Faults | None = None
    """Of what we send."""
    loss: Loss | None = None
    """Of both directions."""
