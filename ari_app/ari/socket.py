"""Asterisk's event socket: connected for as long as we live, its reader never waiting for anybody.

    connect ──> on_connected() ──> on_event(event)… ──> lost ──> 0.2 to 5 s ──> connect

Asterisk drops an application's socket whose reader dawdles, and forgets the events of the time without one: `on_event`
must only sort the event into somebody's inbox, and `on_connected` is the sign to compare notes (ari_app.recover).
"""

import asyncio
import logging
from collections.abc import Callable

import aiohttp

from ari_app.ari.client import Ari, AriError, Superseded
from ari_app.ari.events import ChannelEvent, Reader
from ari_app.ari.models import ApplicationReplaced

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
HEARTBEAT_S = 5.0
"""A ping this often; half of it without a pong is a lost connection."""
CONNECT_LIMIT_S = 3.0


class Replaced(Exception):
    """Another controller took over this application: this one must stop acting."""


class EventSocket:
    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self._reader = Reader()
        self.connected = False

    @property
    def malformed(self) -> int:
        """Events that could not be read."""
        return self._reader.malformed

    async def run(self, on_event: Callable[[ChannelEvent], None], on_connected: Callable[[], None]) -> None:
        """For ever. Replaced when another controller connects under our application's name."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self._ari.permitted()
                async with asyncio.timeout(CONNECT_LIMIT_S):
                    socket = await self._ari.http.ws_connect(
                        f"{self._ari.base}/events", params={"app": self._ari.app}, heartbeat=HEARTBEAT_S, max_msg_size=2**24
                    )
            except Superseded as error:
                raise Replaced(str(error)) from error
            except (aiohttp.ClientError, TimeoutError, AriError) as error:
                log.warning("! no event socket", extra={"error": type(error).__name__, "again_in_s": pause})
            else:
                pause = FIRST_PAUSE_S
                on_connected()
                await self._listen(socket, on_event)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, on_event: Callable[[ChannelEvent], None]) -> None:
        log.info("= event socket open")
        self.connected = True
        try:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                event = self._reader.read(message.data)
                if isinstance(event, ApplicationReplaced):
                    raise Replaced(f"another controller runs application {event.application!r}")
                if event is not None:
                    on_event(event)
        finally:
            self.connected = False
            await socket.close()
        log.warning("! event socket lost")
