"""A call's connection to the media server."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from ari_app.call.vocabulary import MediaGone
from core.bus import Link, PeerGone, connect
from core.commands import CloseMedia, FromMedia, ToMedia

FAREWELL_S = 1.0
"""Longest wait for the media server's MediaClosed."""


class MediaLink:
    """Says what it hears to `on_event`; that the media server is gone (or was never there) is the last of it."""

    def __init__(self, socket: Path, connect_s: float, on_event: Callable[[FromMedia | MediaGone], None]) -> None:
        self._socket = socket
        self._connect_s = connect_s
        self._on_event = on_event
        self._link: Link[FromMedia] | None = None
        self._closing: str | None = None
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self, first: ToMedia) -> None:
        """Connect, say `first`, listen to the end."""
        self._ended.clear()
        try:
            async with await connect(self._socket, FromMedia, timeout=self._connect_s) as link:
                self._link = link
                link.send(first)
                if self._closing is not None:  # the caller hung up while we connected
                    link.send(CloseMedia(reason=self._closing))
                async for message in link:
                    self._on_event(message)
        except PeerGone:
            pass  # said below
        finally:
            self._ended.set()
        self._on_event(MediaGone())

    def send(self, message: ToMedia) -> None:
        """To nobody, if the media server is gone: `run` says so."""
        if self._link is not None:
            with contextlib.suppress(PeerGone):
                self._link.send(message)

    async def close(self, reason: str) -> None:
        """Ask (once) for the end of the session, if there is one, and wait for it to have gone."""
        if self._closing is None:
            self._closing = reason
            self.send(CloseMedia(reason=reason))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self._ended.wait()
        if self._link is not None:
            await self._link.close()
