"""Who thinks first: a caller hears our silence, a chat shows three dots. Calls pass; chats go a few at a time, between calls.

    async with lanes.lane(channel) as leave: …; leave(); …

A call's turn is urgent until its first word, or until it waits for somebody else. A chat's turn begins when no call's is
urgent, at the latest after `YIELD_S`: a busy telephone makes chats slower, never still.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from brain.knowledge.offline import patient
from core.commands import Channel

CHATS_AT_ONCE = 4
"""Chats that look for their first word at the same time: their questions go through a model of their own together
(brain.knowledge.offline), and what else they take of the brain is 3 ms each."""
YIELD_S = 0.75


class Lanes:
    """One for all conversations of a process."""

    def __init__(self) -> None:
        self._urgent = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._chats = asyncio.Semaphore(CHATS_AT_ONCE)

    @contextlib.asynccontextmanager
    async def lane(self, channel: Channel) -> AsyncIterator[Callable[[], None]]:
        """Until the turn is over, or what it gives is called: the rest is no work of ours any more."""
        if channel == "call":
            self._call_begins()
            leave = _once(self._call_speaks)
        else:
            await self._chats.acquire()
            leave = _once(self._chats.release)
        try:
            if channel == "chat":
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(YIELD_S):
                        await self._quiet.wait()
                patient.set(True)  # of this task, which is one turn
            yield leave
        finally:
            leave()

    def _call_begins(self) -> None:
        self._urgent += 1
        self._quiet.clear()

    def _call_speaks(self) -> None:
        self._urgent -= 1
        if not self._urgent:
            self._quiet.set()


def _once(act: Callable[[], None]) -> Callable[[], None]:
    """`act`, the first time it is called; then nothing."""
    left = [act]

    def call() -> None:
        if left:
            left.pop()()

    return call
