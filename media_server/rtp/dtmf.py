"""Keys pressed on the caller's phone, out of RFC 4733 packets: each once, however many packets tell of it or are lost. ◆"""

from dataclasses import dataclass

from core.rtp import TelephoneEvent


@dataclass(frozen=True, slots=True)
class KeyPressed:
    key: str
    """0-9, *, #, A-D"""
    at: int
    """Sample on the call's clock."""


@dataclass(slots=True)
class Keypad:
    """An event is known by its timestamp. It counts at its end, or when something else comes and its end was lost."""

    _down: tuple[int, str] | None = None
    _told: int | None = None

    def push(self, timestamp: int, event: TelephoneEvent) -> str:
        """The keys this packet makes certain: none, one, or two if it also shows the last one's end was lost."""
        if event.key is None or timestamp == self._told:
            return ""
        keys = self.release() if self._down and self._down[0] != timestamp else ""
        self._down = timestamp, event.key
        return keys + self.release() if event.end else keys

    def release(self) -> str:
        """The key that is down, now up: sound follows it, or another event."""
        if self._down is None:
            return ""
        self._told, key = self._down
        self._down = None
        return key
