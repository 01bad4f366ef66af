"""Lines that outlive their process: one append-only file per running process, taken over by the next one after a crash.

    append ──> spool/<process>.<unique>.jsonl (locked while its process lives) ──clear──> empty
    next start: left_behind() ──> lines of files whose process is gone

A line is handed to the kernel by one write(2) before `append` returns, so kill -9 loses nothing; `sync` (the caller says
when, and off the event loop) makes it outlive a power cut too. The file is bounded. A disk that is full, or so slow
that a write would hold up sound, makes `append` say False; nothing here raises for the disk's sake.
"""

import contextlib
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

SLOW_S = 0.005
"""A write that takes longer than this…"""
REST_S = 1.0
"""…keeps us off the disk for so long: a stalled disk may cost a 20 ms tick once a second, not every tick."""


class Spool:
    """The file of this process. Opened by `open`; before that, and after `close`, nothing is kept."""

    def __init__(self, folder: Path, process: str, limit: int) -> None:
        self._folder = folder
        self._process = process
        self._limit = limit
        self._path = folder / f"{process}.{uuid.uuid4().hex}.jsonl"
        self._file = -1
        self._size = 0
        self._resting_until = 0.0

    def open(self) -> bool:
        """Make the file, locked before it has a name that others look for. False if the disk will not have it."""
        unnamed = self._path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unnamed.rename(self._path)
        except OSError:
            self.close()
            return False
        return True

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    def append(self, line: bytes) -> bool:
        """Keep one line (without its newline). False: it is not on disk."""
        if self._file < 0 or self._size + len(line) >= self._limit or time.monotonic() < self._resting_until:
            return False
        began = time.monotonic()
        try:
            written = os.write(self._file, line + b"\n")
            if written != len(line) + 1:  # the disk became full within the line
                os.ftruncate(self._file, self._size)
                return False
        except OSError:
            return False
        finally:
            if (now := time.monotonic()) - began > SLOW_S:
                self._resting_until = now + REST_S
        self._size += written
        return True

    def sync(self) -> None:
        """fsync. Blocks: call it in a thread."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.fsync(self._file)

    def clear(self) -> None:
        """Everything in it has been sent."""
        if self._size:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, 0)
                self._size = 0

    def retire(self) -> None:
        """Go on in a new file; the present one becomes one of those left behind."""
        self.close()
        self._path = self._folder / f"{self._process}.{uuid.uuid4().hex}.jsonl"
        self._size = 0
        self.open()

    def close(self) -> None:
        """Give the file up: it stays if it holds something, for the next start to send."""
        if self._file < 0:
            return
        if self._size == 0:
            self._path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = -1

    def left_behind(self) -> Iterator[Path]:
        """Files of this process's earlier lives, oldest first. Each is ours alone until the next is asked for."""
        for path in sorted(self._folder.glob(f"{self._process}.*.jsonl"), key=_modified):
            try:
                file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                continue  # another start was quicker
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield path
            except BlockingIOError:
                continue  # its process lives; or it is our own
            finally:
                os.close(file)


def lines_of(path: Path) -> Iterator[bytes]:
    """The whole lines of a spool file: what a crash or a full disk cut short is not one."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
