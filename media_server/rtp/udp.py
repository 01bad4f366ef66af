"""One call's UDP socket: bound before Asterisk knows of it, connected to exactly Asterisk's end, read by the event loop.

A connected socket is all the source checking there is and all that is needed: the kernel drops what others send (RTPBleed,
AST-2017-005). The pacer sends through the same socket, because Asterisk locks on to the address it was given.
"""

import asyncio
import socket
from collections.abc import Callable

DATAGRAM_MAX = 2048
"""Longer ones are cut, and then malformed: no codec of ours needs them."""
_BATCH = 64
"""Datagrams read at a time, so that a flood on one call leaves time for the others."""


class RtpSocket:
    """OSError if the address can't be bound."""

    def __init__(self, bind: str) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.bind((bind, 0))
        except OSError:
            self._socket.close()
            raise
        self.host, self.port = self._socket.getsockname()[:2]
        self.refused = 0
        """Times the other end was not listening (ICMP port unreachable)."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_datagram: Callable[[bytes], None] | None = None

    def fileno(self) -> int:
        return self._socket.fileno()

    def connect(self, host: str, port: int, on_datagram: Callable[[bytes], None]) -> None:
        """Take packets from there only, as they come. What came before from anywhere is forgotten. OSError: no such address."""
        self._socket.connect((host, port))
        self._forget_strangers()
        self._on_datagram = on_datagram
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._socket.fileno(), self.drain)

    def drain(self) -> None:
        """Hand on what waits in the kernel: a tick that judges what is missing must have read everything first."""
        for _ in range(_BATCH):
            try:
                datagram = self._socket.recv(DATAGRAM_MAX)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                self.refused += 1
                continue
            if self._on_datagram is not None:
                self._on_datagram(datagram)

    def _forget_strangers(self) -> None:
        while True:
            try:
                self._socket.recv(1)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue

    def close(self) -> None:
        """Close the outgoing line first."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._loop = None
        self._on_datagram = None
        self._socket.close()
