"""One person's phones: all that are registered ring at once, and the first that is answered stops the others.

    operator1-<call>   operator1.2-<call>        legs to one person, told of as one: Answered, Ended

Asterisk itself would ring the one that registered first: an originate takes one contact. If we are gone, the others ring on
until their time is over; whoever answers hears the same, and a lock decides who takes the call (extensions_accept.conf).
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from ari_app.ari.client import Ari, AriError, Refused
from ari_app.ari.events import ChannelEvent
from ari_app.ari.models import Channel, ChannelDestroyed, ChannelStateChange
from core.ids import CallId, second_phone_channel_id

_LEG = re.compile(r"(\D+\d+)(?:\.\d+)?(-.+)")
_UNSHOWN = re.compile(r'["\\<>\x00-\x1f]')
ELSEWHERE = 26
"""Q.850's "non-selected user": the phone says "completed elsewhere" rather than "missed"."""


@dataclass(frozen=True, slots=True)
class Answered:
    leg: str
    """As it was named for `ring`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The phone that was answered; or, if none was, the last of them."""

    leg: str
    cause: int
    status: int | None
    answered: bool


@dataclass(slots=True)
class _Ringing:
    legs: set[str]
    answered: str = ""
    ends: list[ChannelDestroyed] = field(default_factory=list)


class Phones:
    """That one call rings. `start` runs what nobody waits for."""

    def __init__(self, ari: Ari, call: CallId, start: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._ari = ari
        self._call = call
        self._start = start
        self._people: dict[str, _Ringing] = {}

    async def ring(
        self, leg: str, extension: str, context: str, variables: Mapping[str, str], caller_id: str, ring_s: float
    ) -> Ended | None:
        """Or what has come of it already. AriError (Refused: not registered): none rings."""
        await self._ari.follow_endpoint(f"PJSIP/{extension}")
        contacts = await self._ari.variable(self._call, f"PJSIP_DIAL_CONTACTS({extension})")
        if not contacts:
            raise Refused("ring", 0, f"{extension} is not registered")
        places = {second_phone_channel_id(leg, number): place for number, place in enumerate(contacts.split("&"), 1)}
        person = self._people[leg] = _Ringing(set(places))

        async def ring(name: str, place: str) -> AriError | None:
            try:
                await self._ari.originate(
                    name, place, context, variables, caller_id=caller_id, ring_s=ring_s, originator=self._call
                )
            except AriError as error:
                person.legs.discard(name)
                return error
            if person.answered not in ("", name):  # while we asked
                await self._hang_up({name}, ELSEWHERE)
            return None

        errors = await asyncio.gather(*(ring(*each) for each in places.items()))
        failed = [error for error in errors if error is not None]
        if len(failed) == len(places):
            raise failed[0]
        return self._ended(leg, person)

    async def find(self, leg: str) -> bool | None:
        """Those of an earlier life of ours: whether one of them was answered. None: there is none."""
        legs = [channel for channel in await self._ari.channels() if _person(channel.id) == leg]
        up = next((channel.id for channel in legs if channel.state == "Up"), "")
        self._people[leg] = _Ringing({channel.id for channel in legs}, up)
        return bool(up) if legs else None

    async def drop(self, leg: str) -> None:
        await self._hang_up(self._people[leg].legs if leg in self._people else {leg}, 16)

    def hear(self, event: ChannelEvent, channel_id: str) -> Answered | Ended | None:
        leg = _person(channel_id)
        if (person := self._people.get(leg)) is None or channel_id not in person.legs:
            return None
        match event:
            case ChannelStateChange(channel=Channel(state="Up")) if not person.answered:
                person.answered = channel_id
                self._start(self._hang_up(person.legs - {channel_id}, ELSEWHERE))
                return Answered(leg)
            case ChannelDestroyed():
                person.legs.discard(channel_id)
                person.ends.append(event)
                return self._ended(leg, person)
        return None

    def _ended(self, leg: str, person: _Ringing) -> Ended | None:
        """Told once: when no phone is waited for any more."""
        waited_for = person.legs & {person.answered} if person.answered else person.legs
        if waited_for or not person.ends or self._people.pop(leg, None) is None:
            return None
        ends = [end for end in person.ends if end.channel.id == person.answered] or person.ends
        end = min(ends, key=_weight)
        return Ended(leg, end.cause, end.tech_cause, bool(person.answered))

    async def _hang_up(self, legs: set[str], cause: int) -> None:
        for leg in sorted(legs):
            try:
                await self._ari.hang_up(leg, cause)
            except AriError:  # it stops by itself when its time is over
                continue


def shown(name: str, number: str) -> str:
    """On a phone's display, as Asterisk takes it."""
    return f'"{_UNSHOWN.sub("", name)[:40]}" <{re.sub(r"[^0-9+]", "", number) or "anonymous"}>'


def _person(channel_id: str) -> str:
    """operator1.2-<call> is operator1-<call>'s."""
    match = _LEG.fullmatch(channel_id)
    return match[1] + match[2] if match else ""


def _weight(end: ChannelDestroyed) -> bool:
    """What a person did on one phone says more than that another one rang in vain."""
    return end.tech_cause in (None, 408, 480, 487)
