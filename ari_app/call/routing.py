"""Who answers: the agent, a person, or nobody. Decided once, when a call comes in."""

from dataclasses import dataclass
from datetime import datetime

from core.commands import CodecName
from core.sites import Site

FALLBACK_QUEUE = "humans"
"""Where a caller goes whose site we can't learn; asterisk/templates/queues.conf has it."""

UNALLOCATED = 1
USER_BUSY = 17
SUBSCRIBER_ABSENT = 20
"""Q.850 causes; PJSIP makes 404, 486 and 480 of them."""


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
@dataclass(frozen=True, slots=True)
class Admit:
    site: Site
    announce: bool = False
    """Nobody answers: the greeting says why, and that is all."""


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


Decision = Admit | Refuse | Overflow


def decide(finding: Finding, *, at: datetime, of_site: int, total: int, max_total: int) -> Decision:
    """`of_site`, `total`: calls with the agent just now, this one not among them. `at`: now, in any timezone."""
    match finding:
        case NobodyHas():
            return Refuse(None, UNALLOCATED)
        case CannotTell():
            return Overflow(None, FALLBACK_QUEUE, "database_away")
        case Found(site) if site.is_open(at):
            decision = Admit(site)
        case Found(site) if site.hours.closed == "queue":
            return Overflow(site, site.operator, "closed")
        case Found(site) if site.hours.closed == "reject" and not site.closed_message:
            return Refuse(site, SUBSCRIBER_ABSENT)
        case Found(site):
            decision = Admit(site.while_closed(), announce=site.hours.closed == "reject")
    if of_site < site.max_calls and total < max_total:
        return decision
    return Refuse(site, USER_BUSY) if site.overflow == "busy" else Overflow(site, site.operator, "full")


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
