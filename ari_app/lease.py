"""Which ari-app is in control: at most one beats. Asterisk itself keeps the lease, for it is what the two would fight over.

    CONTROLLER   who                    free: gave it back        empty: Asterisk began anew
    HEARTBEAT    when it last beat      (globals of the dialplan; the watchdog and [from-trunk] read it, too)

    win ──> (stand by until the other's heart stops, or it gives back) ──> in control ──keep: a beat a second──> Replaced

No database is asked: one that is away must neither take control from who has it nor keep it from who could have it.
Should two take it in the same instant, the later one's event socket replaces the other's, and the loser stands by.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from ari_app import metrics
from ari_app.ari.client import Ari, AriError, Superseded
from ari_app.ari.socket import Replaced
from core.pulse import Pulse, look, silence

log = logging.getLogger(__name__)

CONTROLLER = "CONTROLLER"
HEARTBEAT = "HEARTBEAT"
FREE = "free"
FIRST = "ari-app"
"""Who takes control of an Asterisk that began anew. The others wait: it may only be about to connect."""
BEAT_S = 1.0
LEASE_S = 2.5
"""Without a beat for so long, control is another's to take."""
LOOK_S = 0.25


class Lease:
    def __init__(self, ari: Ari, name: str) -> None:
        """`name`: of the process; what died under it is succeeded at once."""
        self._ari = ari
        self._name = name
        self._sure_at = 0.0
        """Loop seconds when we last saw that control is ours."""
        self.stands_by = False
        self.beats = False
        ari.permitted = self._permitted

    async def win(self) -> None:
        """Wait until control is ours."""
        pulse = Pulse()
        while True:
            try:
                holder, beat = await self._ari.global_variable(CONTROLLER), await self._ari.global_variable(HEARTBEAT)
            except AriError:
                pulse = look(pulse, None, self._now())
            else:
                pulse = look(pulse, f"{holder} {beat}", self._now())
                if self._may_take(holder) or silence(pulse, self._now()) > LEASE_S:
                    return await self._take(holder)
                self._stand_by(holder)
            await asyncio.sleep(LOOK_S)

    async def keep(self, listening: Callable[[], bool]) -> None:
        """Beat as long as we listen to Asterisk's events. Replaced: somebody else is in control."""
        while True:
            if not listening():
                await asyncio.sleep(0.05)
                continue
            try:
                await self._beat()
            except Superseded as error:
                raise Replaced(str(error)) from error
            except AriError as error:
                log.warning("! heart did not beat", extra={"error": str(error)})
            await asyncio.sleep(BEAT_S)

    async def give_back(self) -> None:
        """At a clean end."""
        if self.beats:
            try:
                await self._ari.set_global(CONTROLLER, FREE)
            except AriError as error:
                log.warning("! control not given back", extra={"error": str(error)})

    def _may_take(self, holder: str) -> bool:
        return holder in (self._name, FREE) or (not holder and self._name == FIRST)

    async def _take(self, before: str) -> None:
        self.stands_by, self._sure_at = False, self._now()
        await self._ari.set_global(CONTROLLER, self._name)
        log.info("= in control", extra={"before": before})
        metrics.IN_CONTROL.set(1)

    def _stand_by(self, holder: str) -> None:
        if not self.stands_by:
            log.info("= standing by", extra={"in_control": holder})
        self.stands_by = True

    async def _beat(self) -> None:
        await self._see_that_it_is_ours()
        await self._ari.set_global(HEARTBEAT, str(int(time.time())))
        self.beats = True

    async def _permitted(self) -> None:
        """Before each request: who has slept too long asks first. Superseded, AriError."""
        if self._sure_at and self._now() - self._sure_at > LEASE_S:
            await self._see_that_it_is_ours()

    async def _see_that_it_is_ours(self) -> None:
        holder = await self._ari.global_variable(CONTROLLER)
        if holder not in (self._name, ""):
            raise Superseded("control", 0, f"{holder} is in control")
        self._sure_at = self._now()
        if not holder:
            await self._ari.set_global(CONTROLLER, self._name)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
