"""A call that was moved to people, to its end: who came to the caller, and that it is over, with no controller to tell it. ◆"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.events import INTERWORKING, CallEnded, CallEvent, Outcome, PersonJoined, PersonLeft
from core.ids import CallId, SiteId
from watchdog.rescue import Bridge, Channel

UNSEEN = "with people, without a controller"

_PHONE = re.compile(r"PJSIP/(.+)-[0-9a-f]{8}")
"""Asterisk's name of a leg to a phone."""


@dataclass(frozen=True, slots=True)
class Moved:
    call: CallId
    site: SiteId
    recorded: bool
    person: str = ""
    """Who talks with them."""
    outcome: Outcome = "transferred"
    over: bool = False


def follow(moved: Moved, channels: Mapping[str, Channel], bridges: Iterable[Bridge], at: float) -> tuple[Moved, list[CallEvent]]:
    """What has become of it, and the facts of that."""
    if (channel := channels.get(moved.call)) is None:
        ended = CallEnded(
            call_id=moved.call, site_id=moved.site, at=at, outcome=moved.outcome, cause=INTERWORKING, cause_text=UNSEEN,
            recording=str(moved.call) if moved.recorded else None,
        )  # fmt: skip
        return replace(moved, over=True), [ended]
    person, events = _person_with(moved.call, channels, bridges), list[CallEvent]()
    if person != moved.person and moved.person:
        events.append(PersonLeft(call_id=moved.call, site_id=moved.site, at=at, person=moved.person))
    if person != moved.person and person:
        events.append(PersonJoined(call_id=moved.call, site_id=moved.site, at=at, person=person))
    outcome: Outcome = "voicemail" if channel.dialplan.context == "voicemail" else moved.outcome
    return replace(moved, person=person, outcome=outcome), events


def _person_with(call: CallId, channels: Mapping[str, Channel], bridges: Iterable[Bridge]) -> str:
    """An operator's extension; empty: nobody so far."""
    others = (other for bridge in bridges if call in bridge.channels for other in bridge.channels if other != call)
    phones = (_PHONE.fullmatch(channels[other].name) for other in others if other in channels)
    return next((phone[1] for phone in phones if phone), "")
