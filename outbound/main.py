"""The dialer process: calls that are due are dialled, attempts settled, results told. `python -m outbound.main`

One dials at a time, others wait to take its place (core.leader). What it knows is in the database: it may die at any moment.
"""

import asyncio
import contextlib
import logging
import math
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from core.db import Database, DatabaseAway
from core.leader import DIALER, lead
from core.process import run, stop_signal
from core.public_address import networks
from core.settings import Settings
from core.telemetry import serve_status
from core.trunks import TrunksUnreadable
from core.vault import Vault, VaultError
from outbound import metrics
from outbound.controller import Controller
from outbound.dialer import Dialer
from outbound.do_not_call import listen_to_calls
from outbound.settle import note_outcomes, settle
from outbound.webhooks import Webhooks

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often the queue and the open attempts are looked at."""
REST_S = 2.0
"""The longest wait for what was begun, when we are to stop."""
AFTER_START_S = 7 * 86_400.0
"""So far back we look for what was said in calls while nobody was here…"""
LOOK_BACK_S = 900.0
"""…and so far otherwise: an event may have waited on its process's disk."""
CALL_MARGIN_S = 600.0


class Work:
    """The dialer's, round after round."""

    def __init__(
        self, settings: Settings, database: Database, controller: Controller, dialer: Dialer, webhooks: Webhooks,
        stop: asyncio.Event,
    ) -> None:  # fmt: skip
        self._longest_call_s = settings.asterisk.call_limit_s + CALL_MARGIN_S
        self._database = database
        self._database_since = math.inf
        """When it came back, on the loop's clock; infinite: it is away."""
        self._controller = controller
        self._dialer = dialer
        self._webhooks = webhooks
        self._stop = stop
        self._look_back_s = AFTER_START_S
        self._dialling, self._telling = asyncio.Lock(), asyncio.Lock()
        self.away: str | None = "has not reached the database yet"

    async def calls(self) -> None:
        """Until we are to stop. Who must not be called is known before anybody is."""
        await self._again_and_again(self._round, self._dialling)

    async def webhooks(self) -> None:
        await self._again_and_again(self._webhooks.deliver, self._telling)

    async def rest(self) -> None:
        """After `stop`: until what was begun is done. To cancel a statement takes longer than to wait for it."""
        async with self._dialling, self._telling:
            await self._dialer.wait()
            await self._webhooks.wait()

    async def _round(self) -> None:
        metrics.DO_NOT_CALL.inc(await listen_to_calls(self._database, self._look_back_s))
        await note_outcomes(self._database, self._look_back_s)
        self._look_back_s = LOOK_BACK_S
        now = asyncio.get_running_loop().time()
        self._database_since = min(self._database_since, now)
        all_here_s = now - max(self._database_since, self._controller.there_since)
        metrics.SETTLED.inc(await settle(self._database, self._longest_call_s, datetime.now(UTC), all_here_s=all_here_s))
        await self._dialer.hang_up_stopped()
        await self._dialer.dial()

    async def _again_and_again(self, work: Callable[[], Awaitable[object]], at_work: asyncio.Lock) -> None:
        while not self._stop.is_set():
            try:
                async with at_work:
                    await work()
                self.away = None
            except DatabaseAway as error:
                if self.away is None:
                    log.warning("! calls out wait, database away", extra={"error": str(error)})
                self.away = "the database"
                self._database_since = math.inf
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._stop.wait()


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError if the status port is taken, KeyError or VaultError without the vault's key."""
    stop = stop_signal()
    controller = Controller(settings.socket("ari-app"))
    allowed, vault = networks(settings.network.private_hosts), Vault.of(settings)
    async with Database(settings) as database, Webhooks(database, vault, allowed, partial(datetime.now, UTC)) as webhooks:
        dialer = Dialer(settings, database, controller, partial(datetime.now, UTC))
        rounds = Work(settings, database, controller, dialer, webhooks, stop)
        door = await serve_status(settings.metrics_address("dialer"), lambda: rounds.away)
        try:
            async with asyncio.TaskGroup() as tasks:
                jobs = [controller.run(), lead(settings, [rounds.calls, rounds.webhooks], DIALER)]
                running = [tasks.create_task(job) for job in jobs]
                log.info("= dials")
                await stop.wait()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(REST_S):
                        await rounds.rest()
                for task in running:
                    task.cancel()
        finally:
            await door.cleanup()


if __name__ == "__main__":
    sys.exit(run("the dialer", work, KeyError, VaultError, TrunksUnreadable))
