"""People for one call (call/handover.py): operators' phones rung, heard of, let go; the caller sent to a queue, fetched back.

A phone is rung into the dialplan ([accept] in extensions_accept.conf), so that whoever has been rung can take the caller even
if we are gone. Its leg's id is the call's and a number (phones.py).
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable

from ari_app.ari.client import AriError, NotInStasis
from ari_app.books import Caller
from ari_app.call import vocabulary as do
from ari_app.call.plan import Way
from ari_app.doors import Doors
from ari_app.phones import Answered, Ended, Phones, shown
from core.events import AskedResult
from core.ids import bridge_id, operator_channel_id
from core.sites import Site

log = logging.getLogger(__name__)

_LEG = re.compile(r"operator(\d+)-")
"""Of what phones.py tells, an operator's."""


class Operators:
    """`say` takes to the machine what came of it."""

    def __init__(self, doors: Doors, caller: Caller, phones: Phones, say: Callable[[do.Happening], None]) -> None:
        self._ari = doors.ari
        self._phones = phones
        self._briefing = doors.briefing
        self._announcements = doors.announcements
        self._trunk_hosts = doors.trunk_hosts
        self._caller = caller
        self._say = say
        self._telling = asyncio.Lock()
        """While the caller's channel is told something: on its way through the dialplan it can't be, so it waits with leaving."""

    async def perform(self, action: do.SearchAction, site: Site) -> None:
        """AriError: Asterisk did not do it."""
        ari, call = self._ari, self._caller.call_id
        match action:
            case do.Park():
                async with self._telling:
                    await ari.to_dialplan(call, "waiting", "s")
            case do.PlayMusic():
                await ari.play_music(call)
            case do.Brief(summary, language):
                async with self._telling:
                    await ari.set_variable(call, "__SUMMARY", self._briefing.path(call))
                    await ari.set_variable(call, "SAYS", self._announcements.path(site, spoken := language or site.language))
                await asyncio.gather(  # a voice that is being loaded takes all its patience for either
                    self._briefing.make(self._caller, site, summary), self._announcements.make(site, spoken)
                )
            case do.RingOperator(number, extension, recorded):
                await self._ring(number, extension, site, recorded and site.recording)
            case do.LookForOperator(number):
                await self._look(number)
            case do.DropOperator(number):
                await self._phones.drop(operator_channel_id(call, number))
            case do.SendCaller(way):
                await self._send(way, site)
            case do.Fetch():  # extensions_inbound.conf knows the call, and goes on recording it
                await ari.to_dialplan(call, "from-trunk", self._caller.called)
            case do.BringBack():
                await ari.run_dialplan(f"fetch-{call}", "bring-back", {"__CALLCHAN": call, "__NUMBER": self._caller.called})
            case do.Rejoin():
                await self._rejoin()
            case do.SayNobodyIsFree():
                await ari.to_dialplan(call, "nobody", "s")

    def hear(self, told: Answered | Ended) -> do.Happening | None:
        """Of a phone that this call rang."""
        if (match := _LEG.match(told.leg)) is None:
            return None
        number = int(match[1])
        if isinstance(told, Answered):
            return do.PhoneAnswered(number)
        log.info("= operator's leg ended", extra={"call": self._caller.call_id, "cause": told.cause, "sip": told.status})
        return do.PhoneGone(number, _result(told))

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────
    async def _ring(self, number: int, extension: str, site: Site, recorded: bool) -> None:
        call, wish = self._caller.call_id, site.handover
        variables = {
            "CALLCHAN": call, "CALLID": call, "RECORDED": "yes" if recorded else "no",
            "SUMMARY": self._briefing.path(call), "GENERAL": self._briefing.general(site), "ACCEPT_S": str(round(wish.accept_s)),
        }  # fmt: skip
        try:
            leg = operator_channel_id(call, number)
            told = await self._phones.ring(leg, extension, "accept", variables, self._shown(site), wish.ring_s)
        except AriError as error:
            log.warning("! operator not rung", extra={"call": call, "error": str(error)})
            self._say(do.PhoneGone(number, "unreachable"))
        else:
            if told is not None:
                self._say(do.PhoneGone(number, _result(told)))

    async def _look(self, number: int) -> None:
        """For legs of an earlier life of ours."""
        answered = await self._phones.find(operator_channel_id(self._caller.call_id, number))
        if answered is None:
            self._say(do.PhoneGone(number, "no_answer"))
        elif answered:
            self._say(do.PhoneAnswered(number))

    async def _send(self, way: Way, site: Site) -> None:
        call, wish = self._caller.call_id, site.handover
        variables = {
            "AGENT_BACK": "yes", "QUEUE_WAIT": str(round(wish.queue_s)),
            "__RING_S": str(round(wish.ring_s)), "__ACCEPT_S": str(round(wish.accept_s)),
        }  # fmt: skip
        context = {"queue": "people", "extension": "operator", "outside": "refer" if wish.refer else "outside"}[way.kind]
        if way.kind == "outside":
            variables |= {"TRUNK": wish.trunk, "CALLER_ID": wish.caller_id, "TRUNK_HOST": self._trunk_hosts.get(wish.trunk, "")}
        async with self._telling:
            for name, value in variables.items():
                await self._ari.set_variable(call, name, value)
            await self._ari.to_dialplan(call, context, way.name)

    async def _rejoin(self) -> None:
        call = self._caller.call_id
        with contextlib.suppress(NotInStasis):  # gone meanwhile: joining will say so
            await self._ari.stop_music(call)
        await self._ari.join(bridge_id(call), call)
        self._say(do.Joined())

    def _shown(self, site: Site) -> str:
        """On the phone's display. Who has no name is shown under the name of the business that they called."""
        return shown(self._caller.name or site.name, self._caller.number)


def _result(end: Ended) -> AskedResult:
    """`cause` is Q.850, `status` SIP's; of a phone that was answered the dialplan says how it went (extensions_accept.conf)."""
    cause, status = end.cause, end.status
    if end.answered:
        return "silent" if cause == 19 else "caller_gone" if cause == 26 else "declined"
    if status in (486, 600) or cause == 17:
        return "busy"
    if status == 603 or cause == 21:
        return "declined"
    return "no_answer" if status in (None, 408, 480, 487) else "unreachable"
