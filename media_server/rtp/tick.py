"""The pacer without a C compiler: the same lines and the same rules from a Python thread, at the mercy of the GIL."""

import secrets
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from core.audio import Codec
from core.rtp import HEADER
from media_server.rtp.pacing import BUCKETS, RING, Look, PacerError, bucket_edges_ms, p99_ms

PERIOD_S = 0.020
LINES = 512
_EDGES_MS = bucket_edges_ms()


def first_sequence() -> int:
    """Of a line that opens now. Lines count 50 packets a second as the clock does, so that one that takes another's place in
    a call begins ahead of it: numbers that go back silence Asterisk's recording (docs/asterisk.md)."""
    return int(time.time() / PERIOD_S) & 0xFFFF


@dataclass(slots=True)
class _Line:
    socket: socket.socket
    codec: Codec
    noise: bytes
    sequence: int = field(default_factory=first_sequence)
    timestamp: int = field(default_factory=lambda: secrets.randbits(31))
    ssrc: int = field(default_factory=lambda: secrets.randbits(31))
    ring: deque[bytes] = field(default_factory=deque)
    talking: bool = False
    voiced: int = 0
    silent: int = 0
    errors: int = 0
    skipped: int = 0
    last: float = 0.0
    histogram: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def send(self, deadline: float, skip: int) -> int:
        """One packet; the bucket of its lateness."""
        voiced = bool(self.ring)
        payload = self.ring.popleft() if voiced else self._noise()
        self.timestamp += skip * self.codec.frame_samples
        self.skipped += skip
        marker = 0x80 if voiced and not self.talking else 0
        head = (0x80, self.codec.sends | marker, self.sequence & 0xFFFF, self.timestamp & 0xFFFF_FFFF, self.ssrc)
        self.last = time.monotonic()
        try:
            self.socket.send(HEADER.pack(*head) + payload, socket.MSG_DONTWAIT)
        except OSError:  # nobody listens there, or the buffer is full: the next packet is due in 20 ms anyway
            self.errors += 1
        self.sequence += 1
        self.timestamp += self.codec.frame_samples
        self.talking = voiced
        self.voiced += voiced
        self.silent += not voiced
        bucket = next((i for i, edge in enumerate(_EDGES_MS) if (self.last - deadline) * 1000 <= edge), BUCKETS - 1)
        self.histogram[bucket] += 1
        return bucket

    def _noise(self) -> bytes:
        size = self.codec.frame_bytes
        begin = self.silent * size % (len(self.noise) // size * size)
        return self.noise[begin : begin + size]


class TickPacer:
    """See media_server.rtp.pacer.CPacer: the same doors."""

    def __init__(self, running: bool = True) -> None:
        self._lock = threading.Lock()
        self._lines: dict[int, _Line] = {}
        self._histogram = [0] * BUCKETS
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pacer", daemon=True) if running else None
        if self._thread:
            self._thread.start()

    def open(self, fd: int, codec: Codec, noise: bytes) -> int:
        with self._lock:
            line = next((i for i in range(LINES) if i not in self._lines), None)
            if line is None:
                raise PacerError(f"no line left for socket {fd}")
            self._lines[line] = _Line(socket.socket(fileno=socket.dup(fd)), codec, noise)
            return line

    def close(self, line: int) -> None:
        with self._lock:
            self._lines.pop(line).socket.close()

    def push(self, line: int, payload: bytes) -> bool:
        with self._lock:
            ring = self._lines[line].ring
            if len(ring) < RING:
                ring.append(payload)
                return True
            return False

    def drop(self, line: int, keep: int = 0) -> int:
        with self._lock:
            ring = self._lines[line].ring
            dropped = max(0, len(ring) - keep)
            for _ in range(dropped):
                ring.pop()
            return dropped

    def look(self, line: int) -> Look:
        with self._lock:
            it = self._lines[line]
            sent = it.voiced + it.silent
            return Look(sent, it.voiced, it.silent, it.errors, it.skipped, it.last, len(it.ring), it.talking)

    def p99_ms(self, line: int | None = None) -> float:
        return p99_ms(self.histogram(line))

    def histogram(self, line: int | None = None) -> list[int]:
        with self._lock:
            return list(self._histogram if line is None else self._lines[line].histogram)

    def tick(self, deadline_ns: int = 0, skip: int = 0) -> None:
        with self._lock:
            for line in self._lines.values():
                self._histogram[line.send(deadline_ns / 1e9, skip)] += 1

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        deadline = time.monotonic() + PERIOD_S
        while not self._stopping.wait(max(0.0, deadline - time.monotonic())):
            skip = max(0, int((time.monotonic() - deadline) / PERIOD_S) - 1)
            deadline += skip * PERIOD_S
            self.tick(round(deadline * 1e9), skip)
            deadline += PERIOD_S
