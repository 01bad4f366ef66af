"""What a thread learns about a program it listens to, and what coroutines of any event loop wait for.

A phone or a carrier lives longer than the event loop of one test, so it is a thread that hears its events.
"""

import asyncio
import threading
from collections.abc import Callable

from haazir.caller.script import NotHeard


class Watch:
    """The thread says `changed`; whoever waits looks again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def changed(self) -> None:
        """Called by the thread after everything it has learnt."""
        with self._lock:
            for condition, future in self._waiting:
                if condition():
                    future.get_loop().call_soon_threadsafe(_resolve, future)

    async def until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """NotHeard after `timeout` seconds."""
        entry = condition, asyncio.get_running_loop().create_future()
        with self._lock:
            if condition():
                return
            self._waiting.append(entry)
        try:
            async with asyncio.timeout(timeout):
                await entry[1]
        except TimeoutError:
            raise NotHeard(f"waited {timeout:g} s for {what}") from None
        finally:
            with self._lock:
                self._waiting.remove(entry)


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
