"""Processes that others have started, and end."""

import time
from collections.abc import Iterable

import psutil


def still_alive(pids: Iterable[int], *, after_s: float = 15.0) -> list[int]:
    """Those that have not ended by then; as soon as all have, none."""
    limit = time.monotonic() + after_s
    while left := [pid for pid in pids if not _has_ended(pid)]:
        if time.monotonic() > limit:
            break
        time.sleep(0.02)  # who is nobody's child tells nobody of its end
    return left


def _has_ended(pid: int) -> bool:
    """An orphan stays a zombie where nobody reaps them (in a container without init)."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
