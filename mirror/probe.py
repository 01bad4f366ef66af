"""How is Machine A? Asked every five seconds, every third time with everything of ours at rest: the brake compares the two."""

import asyncio
import time
from collections.abc import Callable

import aiohttp

from mirror import statements
from mirror.brake import Brake
from mirror.contract_shapes import Versions
from mirror.egress import Asked
from mirror.line import Line
from mirror.origin import Origin, Source
from mirror.reader import SourceError

EVERY_S = 5.0
EARLY_S = 1.0
"""Between the first few probes: until A's own pace is known, only a quarter of the budget is taken."""
QUIET_S = 0.5
"""Nothing of ours runs for so long before a probe at rest, so that A has caught up."""
EVERY_THIRD = 3
DEADLINE_S = 2.0


class Prober:
    def __init__(
        self, http: aiohttp.ClientSession, origin: Origin, source: Source, versions: Versions, count: Callable[[Asked], None]
    ) -> None:
        self._http = http
        self._url = origin.health_url
        self._count = count
        self._glance = statements.keys_page(source, versions, None, 1)

    async def run(self, line: Line, brake: Brake) -> None:
        """Until cancelled."""
        count = 0
        while True:
            resting = brake.baseline_s is None or brake.level == 0.0 or count % EVERY_THIRD == 0
            try:
                seconds = await self._once(line, resting=resting)
                brake.probed(seconds, time.monotonic(), resting=resting)
            except (aiohttp.ClientError, TimeoutError, ValueError, SourceError):
                brake.failed(time.monotonic())
            line.heed()
            count += 1
            await asyncio.sleep(EARLY_S if brake.baseline_s is None else EVERY_S)

    async def _once(self, line: Line, *, resting: bool) -> float:
        """Seconds. aiohttp.ClientError, TimeoutError, SourceError."""
        if not self._url:
            return await self._timed_select(line, resting=resting)
        self._count(Asked(probes=1))
        if not resting:
            return await self._timed_request()
        async with line.quiet():
            await asyncio.sleep(QUIET_S)
            return await self._timed_request()

    async def _timed_select(self, line: Line, *, resting: bool) -> float:
        if resting:
            async with line.quiet():
                await asyncio.sleep(QUIET_S)
        return await line.glance(self._glance)

    async def _timed_request(self) -> float:
        began = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
        async with self._http.get(self._url, timeout=timeout, allow_redirects=False) as response:
            await response.read()
            if response.status >= 500:
                raise aiohttp.ClientError(f"status {response.status}")
        return time.monotonic() - began
