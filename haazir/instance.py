"""One home, one running instance: the lock that says so, and the note of what runs, for `down`, `status` and `doctor`.

run_dir/up.lock      held (flock) as long as `haazir up` lives; holds its pid
run_dir/state.json   ready or not, and the pid of every process
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from core.settings import Settings


class State(msgspec.Struct, frozen=True, kw_only=True):
    pid: int
    """Of `haazir up` itself."""
    ready: bool
    processes: dict[str, int]
    """Name -> pid of what runs now."""


class AlreadyRunning(RuntimeError):
    """Another `haazir up` has this home."""


def make_folders(settings: Settings) -> None:
    """The state folder and what must be in it, for its owner only. PermissionError if another user's folder is in the way."""
    for folder in (settings.home, settings.run_dir, settings.log_dir, settings.recordings_dir, settings.home / "secrets"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.stat().st_uid != os.geteuid():
            raise PermissionError(f"{folder} belongs to another user (uid {folder.stat().st_uid})")
        if folder.stat().st_mode & 0o007:  # made by somebody with a wider umask
            folder.chmod(0o700)


@contextlib.contextmanager
def claim(settings: Settings) -> Iterator[None]:
    """Be the one instance of this home, until the end of the block. AlreadyRunning names the pid of the other."""
    with _locked(_lock(settings)) as lock:
        sweep(settings, keep=_lock(settings))  # what an instance that was killed has left
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            sweep(settings)


def running(settings: Settings) -> int | None:
    """The pid of this home's `haazir up`, or None."""
    try:
        with _lock(settings).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


def wait_until_free(settings: Settings, seconds: float) -> bool:
    """Wait for this home's instance to be gone; False if it is still there."""
    until = time.monotonic() + seconds
    while running(settings) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def write_state(settings: Settings, state: State) -> None:
    path = _state(settings)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(state))
    part.replace(path)


def read_state(settings: Settings) -> State | None:
    """What the running instance last wrote; None if nothing runs."""
    if running(settings) is None:
        return None
    try:
        return msgspec.json.decode(_state(settings).read_bytes(), type=State)
    except FileNotFoundError:
        return None


def sweep(settings: Settings, keep: Path | None = None) -> None:
    """Remove sockets, pid files and the state note. Only for who holds the lock, or when nobody does."""
    for path in settings.run_dir.iterdir() if settings.run_dir.exists() else ():
        if path != keep and (path.is_socket() or path.is_file()):
            path.unlink(missing_ok=True)
    if settings.home not in settings.run_dir.parents:  # a deep home's folder under the temporary one
        with contextlib.suppress(OSError):
            settings.run_dir.rmdir()


def _locked(path: Path) -> IO[str]:
    """The lock file, open and locked."""
    while True:
        lock = path.open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(f"already running (pid {pid}); stop it with: bin/haazir down") from None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                return lock
        lock.close()  # the last instance removed it just now: it would lock out nobody


def _lock(settings: Settings) -> Path:
    return settings.run_dir / "up.lock"


def _state(settings: Settings) -> Path:
    return settings.run_dir / "state.json"
