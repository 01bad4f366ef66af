"""What orders do to one call in Asterisk: keys, music, a supervisor's phone, the recording. Answered to who gave them."""

import asyncio
import logging
from collections.abc import Callable

from ari_app.ari.client import AriError, Gone, NotInStasis, Refused
from ari_app.books import Caller
from ari_app.call import wishes
from ari_app.call.vocabulary import Happening
from ari_app.doors import Doors
from ari_app.phones import Phones, shown
from core.ids import monitor_channel_id
from core.orders import Done, MonitorMode, NotDone, Reply, Why

log = logging.getLogger(__name__)

RING_S = 30.0
KEY_MS = 120
BETWEEN_MS = 100
"""What menus take for a key, and not for two (docs/call-control-experiments.md)."""

_SPY: dict[MonitorMode, str] = {"listen": "uqES", "whisper": "uqwES", "barge": "uqBES"}
"""Options of ChanSpy: a channel by its name, no beep, the end with the call."""


class _Nobody(Exception):
    """There is nobody to whisper to."""


class Obeying:
    """`say` takes to the machine what came of it, `answer` to who gave the order."""

    def __init__(
        self, doors: Doors, caller: Caller, phones: Phones, say: Callable[[Happening], None], answer: Callable[[Reply], None]
    ) -> None:
        self._ari = doors.ari
        self._recordings = doors.books.recordings
        self._caller = caller
        self._phones = phones
        self._say = say
        self._answer = answer

    async def perform(self, action: wishes.LiveAction) -> None:
        failed: tuple[Why, str] | None = None
        try:
            await self._do(action)
        except _Nobody:
            failed = "busy", "there is no operator to whisper to"
        except (Gone, NotInStasis):
            failed = "ending", "the caller has left meanwhile"
        except Refused:
            wrong_phone = isinstance(action, wishes.RingSupervisor)
            failed = ("no_such_destination", "this phone is not there") if wrong_phone else ("failed", "Asterisk did not do it")
        except AriError as error:
            log.warning("! an order was not done", extra={"call": self._caller.call_id, "error": str(error)})
            failed = "failed", "Asterisk did not do it"
        self._tell(action, failed)

    def _tell(self, action: wishes.LiveAction, failed: tuple[Why, str] | None) -> None:
        match action:
            case wishes.StepAside():
                if failed:
                    self._say(wishes.AsideFailed())
                return  # the order is answered when the caller is back
            case wishes.Silence() | wishes.RecordFromNowOn():
                return  # nobody's order
            case wishes.Music(on=True) if failed:
                self._say(wishes.MusicFailed())
        order = action.order_id
        self._answer(Done(order_id=order) if failed is None else NotDone(order_id=order, why=failed[0], detail=failed[1]))

    async def _do(self, action: wishes.LiveAction) -> None:
        ari, call = self._ari, self._caller.call_id
        match action:
            case wishes.StepAside(recording=recording):
                await ari.to_dialplan(call, "live", "record-on" if recording else "record-off")
            case wishes.Silence(seconds):
                await asyncio.to_thread(self._recordings.silence, call, seconds)
            case wishes.RecordFromNowOn():
                await ari.set_variable(call, "__RECORDED", "yes")
            case wishes.SendKeys(digits=digits):
                await ari.send_keys(call, digits, key_ms=KEY_MS, between_ms=BETWEEN_MS)
            case wishes.Music(on=True):
                await ari.play_music(call)
            case wishes.Music():
                await ari.stop_music(call)
            case wishes.RingSupervisor():
                await self._ring(action)

    async def _ring(self, wish: wishes.RingSupervisor) -> None:
        """Who answers is in [monitor] (extensions_live.conf), and needs us no more."""
        call = self._caller.call_id
        spied: str = call
        if wish.mode == "whisper":  # the first of them, if another supervisor barges
            spied = (await self._ari.variable(call, "BRIDGEPEER")).partition(",")[0]
        if not spied:
            raise _Nobody
        heard = {"SPIED": spied, "SPY": _SPY[wish.mode]}
        display = shown(wish.mode, self._caller.number)
        await self._phones.ring(monitor_channel_id(call, wish.number), wish.extension, "monitor", heard, display, RING_S)
