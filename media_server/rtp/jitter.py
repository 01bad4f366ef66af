"""Packets in the order they were sent: each gets one verdict, a missing one is waited for but briefly. ◆

    push(packet) ──> [Released(packet, lost=2, fresh=False), …]

There is no playout buffer: what comes in order goes through at once. RFC 3550 appendix A.1 says which numbers belong together.
"""

from dataclasses import dataclass, field

from core.rtp import RtpPacket, sequence_ahead

PATIENCE = 0.020
"""Seconds a missing packet is waited for after a later one came: with a tick of 20 ms at most 40."""
HELD_AT_MOST = 32
"""Packets kept back at once; a sender of wild numbers gets no more memory than this."""
MAX_DROPOUT = 50
RATE_MAX = 200
"""A sequence may run ahead by MAX_DROPOUT and RATE_MAX packets for each second that nothing came…"""
MAX_MISORDER = 100
"""…and lie behind by so many. Beyond that it is another stream, if the packet after it says so too (RFC 3550 A.1)."""
CROSSTALK = 0.100
"""Seconds in which packets of the stream before still come in after a change of SSRC."""


@dataclass(slots=True)
class Verdicts:
    """One for every datagram; `lost` counts those that never came."""

    played: int = 0
    late: int = 0
    duplicate: int = 0
    malformed: int = 0
    lost: int = 0

    @property
    def received(self) -> int:
        return self.played + self.late + self.duplicate + self.malformed


@dataclass(frozen=True, slots=True)
class Released:
    """A packet whose turn it is; its verdict is up to who plays it."""

    packet: RtpPacket
    arrived: float
    lost: int
    """Packets given up right before it."""
    fresh: bool
    """The first of a stream: its sequence and timestamp have nothing to do with those before."""


@dataclass(slots=True)
class Reorder:
    """One RTP stream's order. `verdicts` gets late and duplicate packets and the lost."""

    verdicts: Verdicts
    _ssrc: int | None = None
    _former_ssrc: int | None = None
    _switched: float = 0.0
    _next: int = 0
    _seen: int = 0
    """Bit n: the packet n + 1 before `_next` came."""
    _stranger: int | None = None
    """The sequence number that would confirm a wild jump."""
    _arrived: float = 0.0
    _held: dict[int, tuple[RtpPacket, float]] = field(default_factory=dict)

    @property
    def deadline(self) -> float | None:
        """When the oldest gap is given up."""
        return min(arrived for _, arrived in self._held.values()) + PATIENCE if self._held else None

    def pull(self, now: float) -> list[Released]:
        """What has waited long enough."""
        released: list[Released] = []
        while self._held and ((deadline := self.deadline) is None or now >= deadline):
            released += self._give_up()
        return released

    def push(self, packet: RtpPacket, now: float) -> list[Released]:
        """What may be played now; empty while the packet waits for one before it, and if it is late or a duplicate."""
        released = self.pull(now) if self._held else []
        if packet.ssrc != self._ssrc:
            return released + self._another_source(packet, now)
        ahead = sequence_ahead(packet.sequence, self._next)
        furthest = MAX_DROPOUT + RATE_MAX * (now - self._arrived)
        self._arrived = now
        if ahead == 0:
            released.append(self._release(packet, now))
            if self._held:
                released += self._follow_on()
        elif -MAX_MISORDER <= ahead < 0:
            self._count_old(-ahead)
        elif not 0 < ahead <= furthest:
            released += self._wild_jump(packet, now)
        elif packet.sequence in self._held:
            self.verdicts.duplicate += 1
        else:
            self._held[packet.sequence] = packet, now
            if len(self._held) > HELD_AT_MOST:
                released += self._give_up()
        return released

    def _count_old(self, behind: int) -> None:
        if self._seen >> (behind - 1) & 1:
            self.verdicts.duplicate += 1
        else:
            self._seen |= 1 << (behind - 1)
            self.verdicts.late += 1

    def _another_source(self, packet: RtpPacket, now: float) -> list[Released]:
        if packet.ssrc == self._former_ssrc and now < self._switched + CROSSTALK:
            self.verdicts.late += 1
            return []
        self._former_ssrc, self._ssrc, self._switched = self._ssrc, packet.ssrc, now
        return self._restart(packet, now)

    def _wild_jump(self, packet: RtpPacket, now: float) -> list[Released]:
        if packet.sequence == self._stranger:
            return self._restart(packet, now)
        self._stranger = (packet.sequence + 1) & 0xFFFF
        self.verdicts.late += 1
        return []

    def _restart(self, packet: RtpPacket, now: float) -> list[Released]:
        released: list[Released] = []
        while self._held:
            released += self._give_up()
        self._next, self._seen, self._stranger = packet.sequence, 0, None
        return [*released, self._release(packet, now, fresh=True)]

    def _give_up(self) -> list[Released]:
        """Close the gap before the first packet held, and let go what follows it."""
        sequence = min(self._held, key=lambda held: sequence_ahead(held, self._next))
        packet, arrived = self._held.pop(sequence)
        lost = sequence_ahead(sequence, self._next)
        self.verdicts.lost += lost
        self._seen <<= lost
        self._next = sequence
        return [self._release(packet, arrived, lost), *self._follow_on()]

    def _follow_on(self) -> list[Released]:
        released = []
        while following := self._held.pop(self._next, None):
            released.append(self._release(*following))
        return released

    def _release(self, packet: RtpPacket, arrived: float, lost: int = 0, fresh: bool = False) -> Released:
        self._next = (packet.sequence + 1) & 0xFFFF
        self._seen = (self._seen << 1 | 1) & (1 << MAX_MISORDER) - 1
        return Released(packet, arrived, lost, fresh)
