"""Callers have processors of their own: who plays them, and measures, is served before what is measured."""

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path

NICE = -5
"""Before all that answers, after what carries sound (haazir/programs.py): that must be on time for all callers."""
_GROUP = Path("/proc/self/autogroup")


@contextlib.contextmanager
def first_served() -> Iterator[None]:
    """While it lasts, this thread goes first, and its whole session, among which Linux shares the processor out; and what is in
    memory by now is not looked through for garbage (0.1 s, in which no caller would speak or hear).

    Not root: callers' clocks are a little less exact, that is all.
    """
    gc.collect()
    gc.freeze()
    nice, group = os.getpriority(os.PRIO_PROCESS, 0), ""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        if group := _GROUP.read_text():  # "/autogroup-7 nice 0"; empty where the process's session has no group of its own
            _GROUP.write_text(str(NICE))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, nice)
            if group:
                _GROUP.write_text(group.split()[-1])
