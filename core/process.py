"""How each of our processes begins and ends: settings, logging, the loop, and a clean stop when it is asked for one.

async def work(settings): stop = stop_signal(); …; await stop.wait()

def main() -> int: return run("the brain", work)
"""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import uvloop

from core.settings import Settings, SettingsError, load
from core.telemetry import set_up_logging


def run(name: str, work: Callable[[Settings], Coroutine[Any, Any, None]], *reasons: type[Exception]) -> int:
    """The process's exit status: 0 after a clean end; 1, and one line, for wrong settings, OSError, or one of `reasons`.

    Anything else is a fault of ours, and is raised.
    """
    expected: tuple[type[Exception], ...] = (SettingsError, OSError, *reasons)
    try:
        settings = load()
        set_up_logging(settings.log_level)
        uvloop.run(work(settings))
    except expected as error:
        sys.stderr.write(f"haazir: {name} can't run: {error}\n")
        return 1
    return 0


def run_alone(name: str, work: Callable[[Settings], Coroutine[Any, Any, None]], *reasons: type[Exception]) -> NoReturn:
    """`run`, and the end of the process as soon as it returns or raises: a thread that is stuck is not waited for."""
    status = 1
    try:
        status = run(name, work, *reasons)
    finally:  # what was raised gets no farther
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def when_asked_to_stop(then: Callable[[], object]) -> None:
    """Call `then` at SIGTERM or SIGINT, which do nothing else from here on."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, then)


def stop_signal() -> asyncio.Event:
    """Set once we are asked to stop."""
    stop = asyncio.Event()
    when_asked_to_stop(stop.set)
    return stop
