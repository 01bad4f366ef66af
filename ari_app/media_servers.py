"""The media servers that calls are given to, and how each of them is: asked once a second, on a connection of its own."""

import asyncio
import logging
from collections.abc import Collection

from ari_app import metrics
from ari_app.call.choosing import Candidate, choose
from core.bus import Address, PeerGone, connect
from core.commands import MediaHealth, ProbeMedia
from core.media_servers import address_of, media_servers
from core.settings import Settings

log = logging.getLogger(__name__)

PROBE_S = 1.0
ANSWER_LIMIT_S = 1.0


class MediaServer:
    def __init__(self, name: str, address: Address, capacity: int) -> None:
        self.name = name
        self.address = address
        self.capacity = capacity
        self.calls = 0
        """Of ours. Others may have calls there, too."""
        self.health: MediaHealth | None = None
        """None: it does not answer."""

    @property
    def healthy(self) -> bool:
        return self.health is not None and not self.health.missing and not self.health.draining

    async def watch(self) -> None:
        """For ever."""
        while True:
            try:
                async with await connect(self.address, MediaHealth, timeout=ANSWER_LIMIT_S) as link:
                    while True:
                        link.send(ProbeMedia())
                        async with asyncio.timeout(ANSWER_LIMIT_S):
                            self._is(await link.receive())
                        await asyncio.sleep(PROBE_S)
            except (PeerGone, TimeoutError):
                self._is(None)
            await asyncio.sleep(PROBE_S)

    def _is(self, health: MediaHealth | None) -> None:
        before, self.health = self.healthy, health
        metrics.MEDIA_HEALTHY.labels(self.name).set(self.healthy)
        if before and not self.healthy:
            why = "does not answer" if health is None else health.missing or "draining"
            log.warning("! media server", extra={"server": self.name, "why": why})
        elif self.healthy and not before:
            log.info("= media server", extra={"server": self.name, "sessions": health.sessions if health else 0})


class MediaServers:
    def __init__(self, settings: Settings) -> None:
        """SettingsError, KeyError: see core.media_servers."""
        self._servers = {
            server.name: MediaServer(server.name, address_of(settings, server.address), server.capacity)
            for server in media_servers(settings)
        }

    async def watch(self) -> None:
        """How they are, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for server in self._servers.values():
                tasks.create_task(server.watch(), name=f"probe {server.name}")

    def choose(self, tried: Collection[str] = ()) -> MediaServer | None:
        """For a new session; None: all were tried."""
        candidates = (
            Candidate(
                server.name, max(server.calls, server.health.sessions if server.health else 0), server.capacity, server.healthy
            )
            for server in self._servers.values()
        )
        name = choose(candidates, tried)
        return None if name is None else self._servers[name]

    def named(self, name: str) -> MediaServer:
        """Where a call of an earlier life has its session; one that is not configured any more is as good as any."""
        return self._servers.get(name) or next(iter(self._servers.values()))
