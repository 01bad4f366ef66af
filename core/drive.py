"""The one shell that runs every state machine: waits for an event or the deadline, steps, performs the actions."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from core.machine import A, E, S, Step, Tick

T = TypeVar("T")

OVERSLEPT_S = 0.5
"""A deadline noticed so late means that this process stood still (SIGSTOP, a frozen machine)…"""
SETTLE_S = 0.05
"""…and what happened meanwhile still waits in its sockets: it gets this long to come first."""


class Inbox(Generic[T]):
    """Events for one machine. Bounded: a flood drops the oldest and counts them."""

    def __init__(self, limit: int = 200) -> None:
        self._limit = limit
        self._queue: asyncio.Queue[tuple[T, float | None]] = asyncio.Queue()
        self.dropped = 0
        self.since: float | None = None
        """When that happened which was taken last, if whoever put it in has said so."""

    def put(self, event: T, since: float | None = None) -> None:
        if self._queue.qsize() >= self._limit:
            self._queue.get_nowait()
            self.dropped += 1
        self._queue.put_nowait((event, since))

    async def get(self) -> T:
        event, self.since = await self._queue.get()
        return event

    @property
    def empty(self) -> bool:
        return self._queue.empty()

    def get_nowait(self) -> T:
        """Raises asyncio.QueueEmpty."""
        event, self.since = self._queue.get_nowait()
        return event


async def drive(
    state: S,
    step: Step[S, E, A],
    inbox: Inbox[E],
    perform: Callable[[A], Awaitable[None] | None],
    observe: Callable[[S, E | Tick, S], None] = lambda before, event, after: None,
) -> S:
    """Run `step` until the state is over; returns that state. An action that raises ends the machine with it."""
    now = asyncio.get_running_loop().time
    while not state.over:
        event: E | Tick
        try:
            event = inbox.get_nowait()
        except asyncio.QueueEmpty:
            try:
                async with asyncio.timeout_at(state.deadline):
                    event = await inbox.get()
            except TimeoutError:
                if state.deadline is not None and now() > state.deadline + OVERSLEPT_S:
                    await asyncio.sleep(SETTLE_S)
                event = Tick() if inbox.empty else inbox.get_nowait()
        before = state
        state, actions = step(before, event, now())
        observe(before, event, state)
        for action in actions:
            if (pending := perform(action)) is not None:
                await pending
    return state
