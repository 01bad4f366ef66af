"""An answer in time or none: for what a caller waits for, and a database that hangs would hold up.

Cancelling a statement waits for the server, which is what we don't want to wait for: it is left behind, and forgotten.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_left_behind: set[asyncio.Task[Any]] = set()


async def in_time(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """TimeoutError after `seconds` exactly."""
    asking = asyncio.create_task(work)
    _left_behind.add(asking)
    asking.add_done_callback(_forget)
    done, _ = await asyncio.wait({asking}, timeout=seconds)
    if not done:
        asking.cancel()
        raise TimeoutError
    return asking.result()


def _forget(asking: asyncio.Task[Any]) -> None:
    _left_behind.discard(asking)
    if not asking.cancelled():
        asking.exception()  # nobody may be waiting for it any more
