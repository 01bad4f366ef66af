"""Did the machine itself stand still while something was measured? Then nothing was measured, and it is done again.

    @on_a_steady_machine
    def test_…

A virtual machine's processors are away now and then (0.2 s seen), and whatever hears by the clock hears a hole. One small
process per processor, first in line (SCHED_FIFO), tells how late it was woken: nothing that we run can delay it. Where we may not
be first (no CAP_SYS_NICE), load that delays it by as much counts as well.
"""

import contextlib
import functools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import ParamSpec

P = ParamSpec("P")

STOOD_STILL_S = 0.06
"""Three packets of sound: Asterisk's recordings lose some when a hundred milliseconds come late."""
TRIES = 4

_SLEEPER = """
import contextlib, os, select, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
with contextlib.suppress(OSError):
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
print(flush=True)
over, longest, before = [], 0.0, time.monotonic()
while not over:
    over, _, _ = select.select([sys.stdin], [], [], 0.01)
    now = time.monotonic()
    longest, before = max(longest, now - before - 0.01), now
print(longest)
"""


@contextlib.contextmanager
def stillness() -> Iterator[list[float]]:
    """Afterwards it holds one figure: for how many seconds, at the longest, one of our processors was away."""
    found: list[float] = []
    with contextlib.ExitStack() as sleepers:
        watching = [
            sleepers.enter_context(
                subprocess.Popen(
                    [sys.executable, "-ISc", _SLEEPER, str(cpu)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for cpu in os.sched_getaffinity(0)
        ]
        for sleeper in watching:
            assert sleeper.stdout is not None and sleeper.stdout.readline() == "\n"
        try:
            yield found
        finally:
            found.append(max(float(sleeper.communicate()[0]) for sleeper in watching))


def on_a_steady_machine(test: Callable[P, None], tries: int = TRIES) -> Callable[P, None]:
    """Of tests: one that fails is run again only where the machine stood still meanwhile; a real fault fails at once."""

    @functools.wraps(test)
    def until_steady(*args: P.args, **kwargs: P.kwargs) -> None:
        for _ in range(tries - 1):
            machine: list[float] = []
            try:
                with stillness() as machine:
                    return test(*args, **kwargs)
            except Exception as fault:
                if not machine or machine[0] < STOOD_STILL_S:
                    raise
                print(f"the machine stood still for {machine[0]:.2f} s, once more: {fault!r}", file=sys.stderr)
        return test(*args, **kwargs)

    return until_steady
