"""The processes that a call needs: connected when it opens, connected again when they die, never waited for.

Neighbour("brain", path, FromBrain, opening) ── run() ──> on_message(…) · on_lost()         one call's
Attendance(settings).missing ──> "brain is away"                                            whether a call could be taken

A neighbour that has not answered the opening counts as away: what was said to it meanwhile could be lost unnoticed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import msgspec

from core.bus import Link, PeerGone, connect
from core.settings import Settings

log = logging.getLogger(__name__)

AGAIN_S = (0.1, 0.2, 0.5, 1.0)
"""Waits between attempts; the last one is repeated."""


class Neighbour:
    """One connection, for one call. `opening` is sent first each time, and answered by a message of type `opened`.

    `on_message` may raise PeerGone: this connection is no good any more, and another one is tried.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        receives: Any,
        opening: msgspec.Struct,
        opened: type[msgspec.Struct],
        on_message: Callable[[Any], None],
        on_lost: Callable[[], None],
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._path = path
        self._receives = receives
        self._opening = opening
        self._opened = opened
        self._on_message = on_message
        self._on_lost = on_lost
        self._on_ready = on_ready
        self._link: Link[Any] | None = None
        self.ready = asyncio.Event()
        self.answer: Any = None
        """To the opening of the present connection, or of the last one."""

    def send(self, message: msgspec.Struct) -> bool:
        """Never waits. False if there is nobody to send it to: on_lost was, or will be, called."""
        if self._link is None:
            return False
        try:
            self._link.send(message)
        except PeerGone:
            return False
        return True

    async def run(self) -> None:
        """Until cancelled. Each connection that ends is told once by on_lost, when it cannot be had again at once."""
        failures = 0
        while True:
            try:
                async with await connect(self._path, self._receives) as link:
                    link.send(self._opening)
                    async for message in link:
                        if isinstance(message, self._opened):
                            failures = 0
                            self._link = link
                            self.answer = message
                            self.ready.set()
                            self._on_ready()
                        else:
                            self._on_message(message)
            except PeerGone:
                pass
            self._link = None
            was_ready = self.ready.is_set()
            self.ready.clear()
            if was_ready:
                log.warning("! lost", extra={"neighbour": self.name})
                self._on_lost()
            await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
            failures += 1


class Attendance:
    """Who is there, of those that every call needs: an idle connection to each, whose end is theirs."""

    def __init__(self, settings: Settings) -> None:
        self._paths = {name: settings.socket(name) for name in ("stt-worker", "tts-worker", "brain")}
        self._there: set[str] = set()

    @property
    def missing(self) -> str | None:
        """In words; None: nobody."""
        away = [name for name in self._paths if name not in self._there]
        return f"{', '.join(away)} {'is' if len(away) == 1 else 'are'} away" if away else None

    async def __aenter__(self) -> Self:
        self._watching = [asyncio.create_task(self._watch(name, path)) for name, path in self._paths.items()]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _watch(self, name: str, path: Path) -> None:
        while True:
            with contextlib.suppress(PeerGone):
                async with await connect(path, Any) as link:
                    self._there.add(name)
                    await link.receive()
            self._there.discard(name)
            await asyncio.sleep(AGAIN_S[0])
