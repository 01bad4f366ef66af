"""One call's UDP socket: bound before Asterisk knows of it, connected to exactly Asterisk's end, read once a tick.

A connected socket is all the source checking there is and all that is needed: the kernel drops what others send (RTPBleed,
AST-2017-005). The pacer sends through the same socket, because Asterisk locks on to the address it was given. The kernel also
notes when each packet came, so nobody has to wake up for each.
"""

import socket
import struct
import time

DATAGRAM_MAX = 2048
"""Longer ones are cut, and then malformed: no codec of ours needs them."""
_BATCH = 64
"""Datagrams read at a time, so that a flood on one call leaves time for the others."""
_SO_TIMESTAMPNS = 35
"""Linux: each datagram comes with the time it came (socket(7)); Python has no name for it."""
_TIMESPEC = struct.Struct("@qq")
_NOTES = socket.CMSG_SPACE(_TIMESPEC.size)


class RtpSocket:
    """OSError if the address can't be bound."""

    def __init__(self, bind: str) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self._socket.bind((bind, 0))
        except OSError:
            self._socket.close()
            raise
        self.host, self.port = self._socket.getsockname()[:2]
        self.refused = 0
        """Times the other end was not listening (ICMP port unreachable)."""

    def fileno(self) -> int:
        return self._socket.fileno()

    def connect(self, host: str, port: int) -> None:
        """Take packets from there only. What came before from anywhere is forgotten. OSError: no such address."""
        self._socket.connect((host, port))
        self._forget_strangers()

    def drain(self) -> list[tuple[bytes, float]]:
        """What came since, and when (time.monotonic's clock, which is the event loop's)."""
        datagrams = []
        began = time.time() - time.monotonic()  # where the kernel's clock stands when ours is at 0
        for _ in range(_BATCH):
            try:
                datagram, notes, _, _ = self._socket.recvmsg(DATAGRAM_MAX, _NOTES)
            except BlockingIOError:
                break
            except ConnectionRefusedError:
                self.refused += 1
                continue
            seconds, nanoseconds = _TIMESPEC.unpack(notes[0][2])
            datagrams.append((datagram, seconds + nanoseconds / 1e9 - began))
        return datagrams

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
        self._socket.close()
