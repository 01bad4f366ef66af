"""What a caller heard: every packet with the moment it came, and when the agent was speaking. ◆

A sample's time is its packet's arrival plus its place in the packet, as the mouth stamps what it says, so the two compare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_S, Codec, Pcm
from core.rtp import RtpPacket, sequence_ahead, timestamp_ahead
from haazir.caller.wav import RATE

THRESHOLD = 184
"""-45 dBFS: 32768 / 10^(45/20). Louder is sound (facts/latency.md section 1), comfort noise is far below."""
PAUSE = 0.2
"""Seconds of quiet that end a segment of sound."""


@dataclass(slots=True)
class Segment:
    """A stretch of the agent's sound. Seconds, time.time()."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Heard:
    """One packet."""

    arrival: float
    sequence: int
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Pacing:
    """How evenly packets came: how far the distance of neighbours was from 20 ms, in milliseconds."""

    packets: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    missing: int
    """Sequence numbers that never came."""
    gaps: int
    """Distances over 60 ms: three frames late is an underrun in any phone."""


class Ears:
    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self.packets: list[Heard] = []
        self.segments: list[Segment] = []
        self.strange = 0
        """Packets that were no sound of this call."""

    def hear(self, data: bytes, arrival: float) -> Pcm | None:
        """A datagram that came at `arrival`. The sound in it, None if there is none."""
        packet = RtpPacket.parse(data)
        if packet is None or packet.payload_type != self._codec.receives:
            self.strange += 1
            return None
        self.packets.append(Heard(arrival, packet.sequence, packet.timestamp, packet.payload))
        sound = self._codec.decode(packet.payload)
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > THRESHOLD)
        if loud.size:
            self._note(arrival + int(loud[0]) / RATE, arrival + int(loud[-1]) / RATE)
        return sound

    def _note(self, start: float, end: float) -> None:
        if self.segments and start - self.segments[-1].end < PAUSE:
            self.segments[-1].end = max(end, self.segments[-1].end)
        else:
            self.segments.append(Segment(start, end))

    @property
    def last_sound(self) -> float | None:
        return self.segments[-1].end if self.segments else None

    def first_sound_after(self, moment: float) -> float | None:
        """When the agent began to speak after `moment`; a segment that was already running then does not count."""
        return next((segment.start for segment in self.segments if segment.start > moment), None)

    def first_of(self, is_it: Callable[[Pcm], bool], since: float) -> float | None:
        """Arrival of the first packet after `since` of which, as of the one behind it, this is true."""
        before: float | None = None
        for packet in self.packets:
            if packet.arrival < since:
                continue
            if not is_it(self._codec.decode(packet.payload)):
                before = None
            elif before is not None:
                return before
            else:
                before = packet.arrival
        return None

    def speaking_at(self, moment: float) -> bool:
        return any(segment.start <= moment <= segment.end for segment in self.segments)

    def between(self, start: float, end: float) -> Pcm:
        """The sound of the packets that came in this stretch, one after the other."""
        parts = [self._codec.decode(packet.payload) for packet in self.packets if start <= packet.arrival <= end]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def recording(self) -> Pcm:
        """Everything heard, at its place by RTP timestamp: what was lost is silence."""
        if not self.packets:
            return np.zeros(0, np.int16)
        first = self.packets[0].timestamp
        places = [timestamp_ahead(packet.timestamp, first) for packet in self.packets]
        longest = 3600 * RATE
        kept = [(place, packet) for place, packet in zip(places, self.packets, strict=True) if 0 <= place < longest]
        sound = np.zeros(max(place + len(packet.payload) for place, packet in kept), np.int16)
        for place, packet in kept:
            sound[place : place + len(packet.payload)] = self._codec.decode(packet.payload)
        return sound

    def pacing(self) -> Pacing | None:
        """None with fewer than two packets."""
        return pacing(self.packets)


def pacing(packets: Sequence[Heard]) -> Pacing | None:
    """Of packets that follow each other by number; across a loss there is no distance to measure."""
    found = distances_ms(packets)
    if not found.size:
        return None
    errors = np.abs(found - FRAME_S * 1000)
    steps = [sequence_ahead(after.sequence, before.sequence) for before, after in pairwise(packets)]
    missing = sum(step - 1 for step in steps if step > 1)
    p50, p99 = np.percentile(errors, [50, 99])
    return Pacing(len(packets), float(p50), float(p99), float(errors.max()), missing, int((found > 60).sum()))


def distances_ms(packets: Sequence[Heard]) -> npt.NDArray[np.float64]:
    """Milliseconds between each packet and the one that follows it by number."""
    neighbours = ((a, b) for a, b in pairwise(packets) if sequence_ahead(b.sequence, a.sequence) == 1)
    return np.array([(after.arrival - before.arrival) * 1000 for before, after in neighbours])
