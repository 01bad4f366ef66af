"""Callers have processors of their own: who plays them, and measures, is served before what is measured."""

import contextlib
import gc
import os
from collections.abc import Iterator

from core.niceness import GROUP, move_session

NICE = -5
"""Before all that answers, after what carries sound (haazir/programs.py): that must be on time for all callers."""


@contextlib.contextmanager
def first_served() -> Iterator[None]:
    """While it lasts, this thread goes first, and its whole session, among which Linux shares the processor out. What is in
    memory by now is not looked through for garbage any more (0.1 s, in which no caller would speak or hear).

    Who may not: callers' clocks are a little less exact, that is all.
    """
    gc.collect()
    gc.freeze()
    nice, group = os.getpriority(os.PRIO_PROCESS, 0), ""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        if group := GROUP.read_text():  # "/autogroup-7 nice 0"; empty where the process's session has no group of its own
            move_session(NICE, GROUP)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, nice)
            if group:
                move_session(int(group.split()[-1]), GROUP)
