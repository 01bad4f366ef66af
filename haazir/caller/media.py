"""The RTP socket of one call: a frame every 20 ms on absolute deadlines, and the kernel's own time of every arrival.

Each call ticks at its own phase, so many callers on one loop do not send in one burst.
"""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable

from core.audio import FRAME_S
from haazir.caller.ears import Ears
from haazir.caller.line import Line, Network
from haazir.caller.mouth import Mouth

_SO_TIMESTAMPNS = 35
"""asm-generic/socket.h; Python's socket module does not name it."""
_TIMESPEC = struct.Struct("qq")
_LONGEST_SLEEP = 0.2
"""Seconds behind its deadlines after which a ticker starts afresh instead of sending everything at once."""


class MediaPort:
    """Binds at once, so that its port can be offered; sends and hears from `start` on."""

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind((host, 0))
        self.host, self.port = self._socket.getsockname()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self.paused = False
        """On hold as `inactive`: nothing is sent."""
        self.lateness: list[float] = []
        """Seconds each of our own frames left after its deadline: how exact the measurement itself is."""

    def redirect(self, host: str, port: int) -> None:
        """Where to send, and the only one to hear."""
        self._socket.connect((host, port))

    def start(self, mouth: Mouth, ears: Ears, line: Line, on_tick: Callable[[], None]) -> None:
        self._mouth, self._ears, self._line, self._on_tick = mouth, ears, line, on_tick
        self._network = Network(line.faults) if line.faults is not None else None
        self._loop.add_reader(self._socket.fileno(), self._arrived)
        self._due = self._loop.time()
        self._tick()

    def close(self) -> None:
        """Safe to call twice."""
        if self._timer is not None:
            self._timer.cancel()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def send(self, packet: bytes) -> None:
        """A datagram as it is. What can't be sent (the other side closed its port) is lost, as on any network."""
        with contextlib.suppress(OSError):
            self._socket.send(packet)

    def _tick(self) -> None:
        behind = self._loop.time() - self._due
        self.lateness.append(behind)
        self._due += FRAME_S if behind < _LONGEST_SLEEP else behind + FRAME_S
        self._timer = self._loop.call_at(self._due, self._tick)
        if not self.paused:
            for packet in self._mouth.frame(time.time()):
                for arriving in self._network.carry(packet) if self._network else (packet,):
                    if not self._lost():
                        self.send(arriving)
        self._on_tick()

    def _arrived(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(2048, 64)
            except BlockingIOError:
                return
            except OSError:  # the other side's port was closed; the next read has the next packet
                continue
            if self._lost():
                continue
            sound = self._ears.hear(data, _kernel_time(ancillary))
            if sound is not None and self._line.echo is not None:
                self._line.echo.hear(sound)

    def _lost(self) -> bool:
        return self._line.loss is not None and self._line.loss.takes()


def _kernel_time(ancillary: list[tuple[int, int, bytes]]) -> float:
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(value) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(value)
            return float(seconds + nanoseconds / 1e9)
    return time.time()
