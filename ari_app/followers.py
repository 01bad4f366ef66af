"""Whom a caller is with while Asterisk has joined them to people, from what it says of their bridge. ◆

    BRIDGEPEER of the caller    PJSIP/201-0000002a     Local/201@member-00000001;1     UnicastRTP/127.0.0.1:10004-0x…     ""
    with them                   201                    on the way: as before           nobody (the agent)                 nobody

    Local/_attended@transfer-00000000;1     nobody: an operator who had consulted the agent has handed the caller over to it, and
                                            Asterisk has tied our bridge to theirs, for ours can't be merged with another

Hold, transfer, pickup, an attended transfer among operators: each is seen here as the next peer, whoever did it, and with no
controller of the transfer's own. What happens while ari-app is away is read from what the dialplan noted of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.events import PersonJoined, PersonLeft
from core.ids import CallId, SiteId

_STEP = re.compile(r"(\d+(?:\.\d+)?) (-?)([^|]+)\|")
_TO_AGENT = "Local/_attended@transfer"
_LEG = re.compile(r"PJSIP/(.+)-[0-9a-f]{8}")
"""A leg to a phone or a trunk: its endpoint's name, and a number that Asterisk gave it."""


@dataclass(frozen=True, slots=True)
class Company:
    """The person whom the caller hears; empty: none."""

    person: str = ""


def follow(company: Company, peer: str) -> Company:
    """`peer`: the new value of BRIDGEPEER."""
    first = peer.partition(",")[0]  # three of them: a supervisor's barge
    if first.startswith("Local/") and not to_agent(peer):
        return company
    leg = _LEG.fullmatch(first)
    return Company(leg[1] if leg else "")


def to_agent(peer: str) -> bool:
    """By an attended transfer: the caller hears nothing until they are fetched."""
    return peer.startswith(_TO_AGENT)


def missed(company: Company, trail: str, since: float) -> Iterator[tuple[float, Company]]:
    """What the dialplan noted of a call after `since`: each change of company, and when. `trail`: MET_<call>, [met] there."""
    for at, left, peer in _STEP.findall(trail):
        person = follow(company, peer)
        after = person if not left else Company() if person == company else company
        if float(at) > since and after != company:
            yield float(at), after
            company = after


def told(before: Company, after: Company, call: CallId, site: SiteId, at: float) -> list[PersonJoined | PersonLeft]:
    """For the record."""
    events: list[PersonJoined | PersonLeft] = []
    if before.person and before != after:
        events.append(PersonLeft(call_id=call, site_id=site, at=at, person=before.person))
    if after.person and before != after:
        events.append(PersonJoined(call_id=call, site_id=site, at=at, person=after.person))
    return events
