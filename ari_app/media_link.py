"""A call's connection to the media server that has it, found among several."""

import asyncio
import contextlib
from collections.abc import Callable

from ari_app.call.vocabulary import MediaGone
from ari_app.media_servers import MediaServer, MediaServers
from core.bus import Link, PeerGone, connect
from core.commands import CloseMedia, FromMedia, MediaClosed, MediaRefused, ToMedia

FAREWELL_S = 1.0
"""Longest wait for the media server's MediaClosed."""

End = MediaRefused | MediaClosed | MediaGone


class MediaLink:
    """Of one session. Says what it hears to `on_event`; last, that it was refused, closed, or that nobody is there."""

    def __init__(self, servers: MediaServers, connect_s: float, on_event: Callable[[FromMedia | MediaGone], None]) -> None:
        self._servers = servers
        self._connect_s = connect_s
        self._on_event = on_event
        self._link: Link[FromMedia] | None = None
        self._closing: str | None = None
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def closed(self) -> bool:
        """Or about to be."""
        return self._closing is not None

    async def open(self, first: ToMedia, chosen: Callable[[str], None]) -> None:
        """A new session on the best server; the next best if that one won't. `chosen` hears which has it. To its end."""
        tried: set[str] = set()
        end: End = MediaGone()
        while (server := self._servers.choose(tried)) is not None:
            tried.add(server.name)
            chosen(server.name)
            opened, end = await self._converse(server, first)
            if opened or self._closing is not None:
                break
        self._on_event(end)

    async def adopt(self, first: ToMedia, name: str) -> None:
        """A session of an earlier life, where it is. To its end."""
        _, end = await self._converse(self._servers.named(name), first)
        self._on_event(end)

    async def _converse(self, server: MediaServer, first: ToMedia) -> tuple[bool, End]:
        """Was there a session, and how did it end, or not begin?"""
        opened = False
        end: End = MediaGone()
        self._ended.clear()
        server.calls += 1
        try:
            async with await connect(server.address, FromMedia, timeout=self._connect_s) as link:
                self._link = link
                link.send(first)
                if self._closing is not None:  # the caller hung up while we connected
                    link.send(CloseMedia(reason=self._closing))
                async for message in link:
                    if isinstance(message, MediaRefused | MediaClosed):
                        end = message
                    else:
                        opened = True
                        self._on_event(message)
        except PeerGone:
            pass  # that is the end
        finally:
            server.calls -= 1
            self._ended.set()
        return opened, end

    def send(self, message: ToMedia) -> None:
        """To nobody, if the media server is gone: that is said once it is certain."""
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
