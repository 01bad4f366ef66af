"""RTP packets (RFC 3550 section 5.1) and telephone events (RFC 4733): bytes in, values out; arithmetic of wrapping numbers. ◆"""

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">BBHII")
"""The 12 fixed bytes."""

TELEPHONE_EVENT = 101
"""Payload type of RFC 4733 events; Asterisk's is fixed on legs without SDP."""
COMFORT_NOISE = 13
"""Payload type of RFC 3389 comfort noise."""

_KEYS = "0123456789*#ABCD"


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet, its CSRC list, extension and padding taken off."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, datagram: bytes) -> "RtpPacket | None":
        """The packet in a datagram; None if it is not RTP version 2 or contradicts its own lengths."""
        size = len(datagram)
        if size < 12:
            return None
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(datagram)
        if first >> 6 != 2:
            return None
        begin, end = 12, size
        if first != 0x80:  # CSRC, extension or padding: rare
            begin += 4 * (first & 15)
            if first & 0x10:
                if begin + 4 > size:
                    return None
                begin += 4 + 4 * int.from_bytes(datagram[begin + 2 : begin + 4])
            if first & 0x20:
                padding = datagram[-1]
                if not padding:  # the count includes itself
                    return None
                end -= padding
            if begin > end:
                return None
        return cls(second & 0x7F, sequence, timestamp, ssrc, datagram[begin:end], second > 0x7F)

    def serialize(self) -> bytes:
        """The packet's bytes. Sequence and timestamp may have run past their width: they wrap."""
        second = self.payload_type | self.marker << 7
        return HEADER.pack(0x80, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc) + self.payload


def sequence_ahead(sequence: int, of: int) -> int:
    """How many packets `sequence` comes after `of`, -32768 to 32767."""
    return ((sequence - of + 0x8000) & 0xFFFF) - 0x8000


def timestamp_ahead(timestamp: int, of: int) -> int:
    """How many samples `timestamp` comes after `of`, within half of the 32 bits either way."""
    return ((timestamp - of + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """The payload of one RFC 4733 packet. The packet's timestamp names the event: all packets of a key press share it."""

    event: int
    """0-9, 10 `*`, 11 `#`, 12-15 A-D; 16 hook flash, others are not keys."""
    end: bool
    duration: int
    """Samples of the RTP clock since the event began."""
    volume: int = 10
    """-dBm0"""

    @property
    def key(self) -> str | None:
        """The key pressed; None for an event that is not a key."""
        return _KEYS[self.event] if self.event < len(_KEYS) else None

    @classmethod
    def of_key(cls, key: str, duration: int, end: bool = False) -> "TelephoneEvent":
        """ValueError if there is no such key."""
        return cls(_KEYS.index(key.upper()), end, duration)

    @classmethod
    def parse(cls, payload: bytes) -> "TelephoneEvent | None":
        """None if the payload is not one or more whole events; only the first is looked at."""
        if len(payload) < 4 or len(payload) % 4:
            return None
        event, flags, duration = struct.unpack_from(">BBH", payload)
        return cls(event, flags > 0x7F, duration, flags & 0x3F)

    def serialize(self) -> bytes:
        return struct.pack(">BBH", self.event, self.end << 7 | self.volume, self.duration)
