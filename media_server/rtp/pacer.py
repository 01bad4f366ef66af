"""Sends one RTP packet per line every 20 ms, in a C thread that no Python code can delay (docs/decisions: RTP pacing).

    pacer = start_pacer(settings.home / "lib")      once per process; pacer.c is compiled the first time
    line = pacer.open(socket.fileno(), codec, noise)
    pacer.push(line, payload)                       at most RING wait; then, and whenever none waits, noise goes out

Without a C compiler media_server.rtp.tick does the same in Python, less evenly, and the log says so.
"""

import ctypes
import hashlib
import logging
import secrets
import shutil
import subprocess
from pathlib import Path

from core.audio import Codec
from media_server.rtp.pacing import BUCKETS, Look, PacerError, p99_ms
from media_server.rtp.tick import TickPacer, first_sequence

SOURCE = Path(__file__).with_name("pacer.c")

log = logging.getLogger(__name__)


class _Look(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("sent", "voiced", "noise", "errors", "skipped")] + [
        ("last_ns", ctypes.c_int64),
        ("queued", ctypes.c_uint32),
        ("talking", ctypes.c_uint32),
    ]


class CPacer:
    """pacer.c. Its calls wait for microseconds at most and leave the GIL meanwhile."""

    def __init__(self, library: Path, running: bool = True) -> None:
        """PacerError if the library can't be used. `running=False`: nothing is sent but by `tick`."""
        try:
            self._c = ctypes.CDLL(str(library))
            self._c.pacer_new.restype = ctypes.c_void_p
            self._pacer = ctypes.c_void_p(self._c.pacer_new())
        except (OSError, AttributeError) as error:
            raise PacerError(f"{library}: {error}") from error
        self._buffer = _Look()
        if not self._pacer or (running and self._c.pacer_run(self._pacer)):
            raise PacerError("the pacer's thread can't be started")

    def open(self, fd: int, codec: Codec, noise: bytes) -> int:
        """A line over a connected socket. It sends `noise` (payloads, in turn) from the next tick on. PacerError: no room."""
        size = codec.frame_bytes
        ssrc, timestamp = secrets.randbits(31), secrets.randbits(31)
        line = self._c.pacer_open(
            self._pacer, fd, codec.sends, size, codec.frame_samples, ssrc, first_sequence(), timestamp, noise, len(noise) // size
        )
        if line < 0:
            raise PacerError(f"no line left for socket {fd}")
        return int(line)

    def close(self, line: int) -> None:
        """From here on the socket is not touched any more."""
        self._c.pacer_close(self._pacer, line)

    def push(self, line: int, payload: bytes) -> bool:
        """One frame more to send; False if RING are waiting already. `payload` has the codec's frame_bytes."""
        return bool(self._c.pacer_push(self._pacer, line, payload, 1))

    def drop(self, line: int, keep: int = 0) -> int:
        """Forget what waits but the next `keep`; how many are gone, so that the rest is known to be sent."""
        return int(self._c.pacer_drop(self._pacer, line, keep))

    def look(self, line: int) -> Look:
        look = self._buffer
        self._c.pacer_look(self._pacer, line, ctypes.byref(look))
        return Look(
            look.sent, look.voiced, look.noise, look.errors, look.skipped, look.last_ns / 1e9, look.queued, bool(look.talking)
        )

    def p99_ms(self, line: int | None = None) -> float:
        """How late packets leave, 99 of 100: of one line, or of all since the start. To a quarter of the value."""
        return p99_ms(self.histogram(line))

    def histogram(self, line: int | None = None) -> list[int]:
        """Packets by how late they left; bucket_edges_ms has the upper edges."""
        buckets = (ctypes.c_uint64 * BUCKETS)()
        self._c.pacer_histogram(self._pacer, -1 if line is None else line, buckets)
        return list(buckets)

    def tick(self, deadline_ns: int = 0, skip: int = 0) -> None:
        """One packet on each line, now: for a pacer that is not running."""
        self._c.pacer_tick(self._pacer, ctypes.c_int64(deadline_ns), ctypes.c_int64(skip))

    def stop(self) -> None:
        """Ends the thread; close the lines before."""
        pacer, self._pacer = self._pacer, ctypes.c_void_p()
        if pacer:
            self._c.pacer_free(pacer)


def compile_pacer(folder: Path) -> Path:
    """pacer.c as a library in `folder`, named by what it was made of: made once. PacerError has the compiler's words."""
    source = SOURCE.read_bytes()
    library = folder / f"pacer-{hashlib.sha256(source).hexdigest()[:16]}.so"
    if library.exists():
        return library
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        raise PacerError("no C compiler (cc, gcc or clang) on this machine")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = library.with_suffix(f".{secrets.token_hex(4)}")
    command = [compiler, "-O2", "-shared", "-fPIC", "-pthread", "-o", str(unfinished), str(SOURCE)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise PacerError(f"{compiler} failed: {made.stderr.strip()}")
    unfinished.replace(library)  # two processes may do this at once
    return library


def start_pacer(folder: Path) -> CPacer | TickPacer:
    """The pacer of this process: the C thread, or where that can't be had the Python one."""
    try:
        pacer = CPacer(compile_pacer(folder))
    except PacerError as error:
        log.error("no C pacer: sound will stutter when Python is busy. Install gcc and restart", extra={"reason": str(error)})
        return TickPacer()
    return pacer
