"""Whom a caller could be handed to, one after another, and how far that is: values of handover.py. ◆"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from core.handover import EXTENSION
from core.orders import HandoverKind
from core.sites import QUEUE, Language, Site
from core.trunks import Trunk


@dataclass(frozen=True, slots=True)
class Way:
    """operator: their phone is rung and they accept; the others are dialplan's business: the caller is sent there, and
    comes back if nobody answers."""

    kind: Literal["operator", "queue", "extension", "outside"]
    name: str
    """An extension, a queue, a number."""


class Stage(StrEnum):
    ANNOUNCING = "announcing"
    """The agent says that a person comes; it was not the agent's idea."""
    PARKING = "parking"
    """The caller's recording stops, and music begins."""
    RINGING = "ringing"
    """An operator's phone."""
    TELLING = "telling"
    """The operator hears who it is and why, and decides."""
    TAKING = "taking"
    """The caller left our application: with that operator, or is it over?"""
    SENT = "sent"
    """The caller is in the dialplan: in a queue, or somebody is dialled."""
    FETCHING = "fetching"
    """The caller's recording goes on…"""
    REJOINING = "rejoining"
    """…and they are with the agent again."""


@dataclass(frozen=True, slots=True)
class Handover:
    ways: tuple[Way, ...]
    """Still to be tried; the first is being tried."""
    reason: str
    stage: Stage
    summary: str = ""
    language: Language | None = None
    """The caller's, where the agent knew it."""
    returns: bool = True
    """The agent can take the caller back. Not one that failed."""
    media_lost: bool = False
    """Its media server died meanwhile, of which the caller heard nothing: another one takes them back."""
    number: int = 0
    """Of the operator's leg that is rung, over the whole call."""
    since: float = 0.0
    """When the present way was begun, loop seconds."""

    @property
    def way(self) -> Way | None:
        return self.ways[0] if self.ways else None

    @property
    def rings(self) -> bool:
        """An operator's leg may be there."""
        return self.stage in (Stage.RINGING, Stage.TELLING, Stage.TAKING)


def usual(site: Site, phones: tuple[str, ...], trunks: tuple[Trunk, ...]) -> tuple[Way, ...]:
    """As the site says. `phones`: the extensions of this machine, for a site that names none; `trunks`: what is lent to whom."""
    wish = site.handover
    ways = [Way("operator", extension) for extension in wish.operators or phones] if wish.supervised else []
    if wish.queue:
        ways.append(Way("queue", site.operator))
    if wish.outside and _may_call(wish.outside, site, trunks):
        ways.append(Way("outside", wish.outside))
    return tuple(ways)


def towards(
    destination: str, kind: HandoverKind, site: Site, phones: tuple[str, ...], trunks: tuple[Trunk, ...]
) -> tuple[Way, ...] | None:
    """To a destination of somebody's choice; None: there is none such, or none that this site may call."""
    wish = site.handover
    if not destination:
        return usual(site, phones, trunks) if kind == "supervised" else (Way("queue", site.operator),)
    if re.match(QUEUE, destination):
        own = destination == site.operator and kind == "supervised"
        return usual(site, phones, trunks) if own else (Way("queue", destination),)
    if re.match(EXTENSION, destination):
        known = destination in (wish.operators or phones)
        return (Way("operator" if kind == "supervised" else "extension", destination),) if known else None
    if destination in (wish.outside, *wish.outside_allowed) and _may_call(destination, site, trunks):
        return (Way("outside", destination),)
    return None


def _may_call(number: str, site: Site, trunks: tuple[Trunk, ...]) -> bool:
    """As far as the machine's admin lent the site a trunk, and the numbers that it would show."""
    wish = site.handover
    trunk = next((trunk for trunk in trunks if trunk.name == wish.trunk), None)
    shown = () if wish.refer else (wish.caller_id,) if wish.caller_id else site.numbers
    return trunk is not None and trunk.serves(site.site_id) and trunk.leads_to(number) and all(map(trunk.lends, shown))
