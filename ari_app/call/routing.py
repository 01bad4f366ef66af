"""Who answers: the agent, a person, or nobody. Decided once, when a call comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.commands import CodecName
from core.reception import UnknownNumber, Way, unwelcome
from core.sites import Site

FALLBACK_QUEUE = "humans"
"""Where a caller goes whose site we can't learn; asterisk/templates/queues.conf has it."""

CAUSES: Mapping[Way, int] = {"busy": 17, "decline": 21, "not_found": 1, "unavailable": 20, "congestion": 34}
"""Q.850; PJSIP makes 486, 403, 404, 480 and 503 of them."""


# ── what we know of the dialled number ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Found:
    site: Site


@dataclass(frozen=True, slots=True)
class NobodyHas:
    """No site has this number."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The database is away, and we have not seen this number before."""


Finding = Found | NobodyHas | CannotTell


# ── what becomes of the call ─────────────────────────────────────────────────────────────────────────────────────────
Tape = Literal["voicemail", "sorry"]
"""What Asterisk's own prompts can do: take a message, or say that nobody takes the call."""


@dataclass(frozen=True, slots=True)
class Admit:
    site: Site
    instead: Tape | None = None
    """The agent says only this, as its greeting: nobody takes the call; or how to leave a message, and a beep follows."""


@dataclass(frozen=True, slots=True)
class PeopleFirst:
    """The operators' phones ring; the agent takes who is left."""

    site: Site
    seconds: int


@dataclass(frozen=True, slots=True)
class Refuse:
    site: Site | None
    cause: int


@dataclass(frozen=True, slots=True)
class Overflow:
    """To the people's queue, without the agent."""

    site: Site | None
    queue: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlayTape:
    """Asterisk's own prompts, without the agent: there is no seat for one, or nothing for it to say."""

    site: Site
    tape: Tape
    reason: str


Decision = Admit | PeopleFirst | Refuse | Overflow | PlayTape


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call that comes in, and how busy we are."""

    caller: str
    at: datetime
    """Now, in any timezone."""
    of_site: int
    """Calls of this site's with the agent just now, this one not among them…"""
    total: int
    """…and of all."""
    people_asked: bool = False
    """Their phones have rung for this call, or one of them sends it to the agent: it was welcome before."""
    drained: Way | None = None
    """The agent takes no new calls just now; what meets them instead."""


def decide(finding: Finding, call: Ringing, *, max_total: int, unknown: UnknownNumber = "not_found") -> Decision:
    match finding:
        case NobodyHas():
            return Overflow(None, FALLBACK_QUEUE, "unknown_number") if unknown == "queue" else Refuse(None, CAUSES[unknown])
        case CannotTell():
            return Overflow(None, FALLBACK_QUEUE, "database_away")
        case Found(site):
            room = call.of_site < site.max_calls and call.total < max_total
            return _at(site, call, room)


def _at(site: Site, call: Ringing, room: bool) -> Decision:
    if call.drained:
        return _instead(site, call.drained, "draining", room=False)
    if not call.people_asked and (other := _before_the_agent(site, call, room)) is not None:
        return other
    if not room:
        return _instead(site, site.overflow, "full", room)
    return Admit(site if site.is_open(call.at) else site.while_closed())


def _before_the_agent(site: Site, call: Ringing, room: bool) -> Decision | None:
    """What a caller meets instead of the agent; None: the agent."""
    way, reason = unwelcome(site.reception, call.caller) or ("agent", "")
    if way != "agent":
        return _instead(site, way, reason, room)
    if not site.is_open(call.at):
        return _closed(site, room)
    return PeopleFirst(site, site.reception.people_first_s) if site.reception.people_first_s else None


def _closed(site: Site, room: bool) -> Decision | None:
    """What a caller meets out of hours; None: what they meet at any other time."""
    match site.hours.closed:
        case "queue":
            return Overflow(site, site.operator, "closed")
        case "voicemail" if not room:
            return PlayTape(site, "voicemail", "closed")
        case "voicemail":
            return Admit(site.while_closed(), "voicemail")
        case "reject" if not site.closed_message:
            return Refuse(site, CAUSES["unavailable"])
        case "reject" if room:
            return Admit(site.while_closed(), "sorry")
    return None


def _instead(site: Site, way: Way, reason: str, room: bool) -> Decision:
    """For a caller whom the agent does not take. It still says why where it can: that takes a seat, like any call."""
    lines = site.phrase(site.language)
    match way:
        case "queue":
            return Overflow(site, site.operator, reason)
        case "voicemail" if room and lines.voicemail:
            return Admit(site.greeting_with(lines.voicemail), "voicemail")
        case "voicemail":
            return PlayTape(site, "voicemail", reason)
        case "announcement" if room and lines.sorry:
            return Admit(site.greeting_with(lines.sorry), "sorry")
        case "announcement":
            return PlayTape(site, "sorry", reason)
    return Refuse(site, CAUSES[way])


def codec_for(native: str) -> CodecName:
    """How the media leg carries a caller's sound: as it came where that is G.711, else 16 kHz linear.

    `native` is Asterisk's CHANNEL(audionativeformat), "(ulaw)" or "(g722|ulaw)"; the first is what is spoken.
    """
    match native.strip("()").split("|")[0]:
        case "ulaw":
            return "ulaw"
        case "alaw":
            return "alaw"
        case _:
            return "slin16"
