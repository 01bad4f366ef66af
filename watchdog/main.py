"""The watchdog: callers get a person when the controller is gone for good. `python -m watchdog.main`

    every 0.5 s: Asterisk's HEARTBEAT ──> core.pulse ── silent for `[calls] rescue_s` ──> every live call to people

ari-app writes HEARTBEAT once a second while it listens to Asterisk's events; the dialplan compares it with the clock for
calls that come in, this process for those that are there. It acts again at every look until the heart beats: what came
in meanwhile is helped, too. Nothing here is shared with ari-app, so that nothing of what ails it can ail this.
"""

import asyncio
import logging
import sys
import time

from prometheus_client import Counter, Gauge

from core.events import CONTROLLER_LOST, CallTransferred
from core.ids import CallId, SiteId
from core.leftovers import call_bridged, call_left_by
from core.outbox import Outbox
from core.process import run, stop_signal
from core.pulse import Pulse, look, silence
from core.settings import Settings
from core.telemetry import serve_status
from watchdog import rescue
from watchdog.asterisk import Asterisk, Away
from watchdog.followed import Moved, follow

log = logging.getLogger(__name__)

LOOK_S = 0.5

SILENCE = Gauge("haazir_watchdog_silence_seconds", "How long the controller's heart has not beaten")
MOVED = Counter("haazir_watchdog_calls_moved", "Live calls moved to people because nobody controlled them")
REMOVED = Counter("haazir_watchdog_leftovers_removed", "Legs and bridges of calls that nobody controlled", ["what"])


class Watchdog:
    def __init__(self, asterisk: Asterisk, outbox: Outbox, settings: Settings) -> None:
        self._asterisk = asterisk
        self._outbox = outbox
        self._app = settings.asterisk.app
        self._patience_s = settings.calls.rescue_s
        self._acting = False
        self._moved: dict[CallId, Moved] = {}
        """And not over, as far as it knows."""
        self._pulse = Pulse()
        self.missing: str | None = "Asterisk"

    async def run(self) -> None:
        while True:
            try:
                await self.watch()
            except Away as error:
                self._pulse, self.missing = look(self._pulse, None, self._now()), "Asterisk"
                log.warning("! Asterisk does not answer", extra={"error": str(error)})
            await asyncio.sleep(LOOK_S)

    async def watch(self) -> None:
        """One look, and what it calls for. Away."""
        beat = await self._asterisk.heartbeat()
        self.missing = None
        self._pulse = look(self._pulse, beat or None, self._now())  # none since Asterisk began: nobody has a call there
        silent_s = silence(self._pulse, self._now())
        SILENCE.set(silent_s)
        if silent_s >= self._patience_s:
            self._say(acting=True, silent_s=silent_s)
            await self.rescue()
        else:
            self._say(acting=False, silent_s=silent_s)
        if self._moved:
            await self.follow()

    async def rescue(self) -> None:
        """Every call that waits for a controller to people; then what it leaves behind. Away."""
        channels = await self._asterisk.channels()
        async with asyncio.TaskGroup() as tasks:
            for call in rescue.callers(channels, self._app):
                tasks.create_task(self._move(call))
        for channel in channels:  # one by one: parallel deletes crashed Asterisk 20 (issue 1201)
            if call_left_by(channel, self._app) is not None:
                await self._asterisk.hang_up(channel.id)
                REMOVED.labels("channel").inc()
        for bridge in await self._asterisk.bridges():
            if call_bridged(bridge.id) is not None:
                await self._asterisk.destroy_bridge(bridge.id)
                REMOVED.labels("bridge").inc()

    async def follow(self) -> None:
        """Those whom it has moved, to their end, though a controller that is back tells that, too. Away."""
        channels = {channel.id: channel for channel in await self._asterisk.channels()}
        bridges = await self._asterisk.bridges()
        now = [follow(moved, channels, bridges, time.time()) for moved in self._moved.values()]
        self._moved = {moved.call: moved for moved, _ in now if not moved.over}
        for moved, events in now:
            for event in events if self._acting or moved.over else ():  # who comes and goes, a controller hears better
                self._outbox.publish(event)

    async def _move(self, call: CallId) -> None:
        try:
            if not await self._asterisk.send_to_people(call):
                return
            site, queue, recorded = [await self._asterisk.variable(call, name) for name in ("SITE", "QUEUE", "RECORDED")]
        except Away as error:  # the others are moved all the same; this one at the next look
            log.warning("! call not moved", extra={"call": call, "error": str(error)})
            return
        MOVED.inc()
        log.warning("! call moved to people", extra={"call": call, "queue": queue})
        if site:  # not known yet: the call has no record so far
            moved = CallTransferred(
                call_id=call, site_id=SiteId(site), at=time.time(), destination=queue or "people", reason=CONTROLLER_LOST
            )
            self._moved[call] = Moved(call, SiteId(site), recorded in ("yes", "paused"))
            self._outbox.publish(moved)

    def _say(self, *, acting: bool, silent_s: float) -> None:
        if acting and not self._acting:
            log.error("! no heartbeat of the controller: calls go to people", extra={"silent_s": round(silent_s, 1)})
        elif self._acting and not acting:
            log.warning("= the controller's heart beats again")
        self._acting = acting

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError: the status port is taken. KeyError: a secret is missing."""
    stop = stop_signal()
    async with Asterisk(settings) as asterisk, Outbox(settings, "watchdog") as outbox:
        watchdog = Watchdog(asterisk, outbox, settings)
        status = await serve_status(settings.metrics_address("watchdog"), lambda: watchdog.missing)
        watching = asyncio.create_task(watchdog.run(), name="watch")
        watching.add_done_callback(lambda _: stop.set())  # a fault of ours: better start anew
        await stop.wait()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await status.cleanup()


if __name__ == "__main__":
    sys.exit(run("the watchdog", work, KeyError))
