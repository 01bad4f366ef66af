"""Who answers: the agent, a person, or nobody. Decided once, when a call comes in."""

from dataclasses import dataclass

from core.commands import CodecName
from core.sites import Site

FALLBACK_QUEUE = "humans"
"""Where a caller goes whose site we can't learn; asterisk/templates/queues.conf has it."""

UNALLOCATED = 1
USER_BUSY = 17
"""Q.850 causes; PJSIP makes 404 and 486 of them."""


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


def decide(finding: Finding, *, of_site: int, total: int, max_total: int) -> Decision:
    """`of_site`, `total`: calls with the agent just now, this one not among them."""
    match finding:
        case NobodyHas():
            return Refuse(None, UNALLOCATED)
        case CannotTell():
            return Overflow(None, FALLBACK_QUEUE, "database_away")
        case Found(site) if of_site < site.max_calls and total < max_total:
            return Admit(site)
        case Found(site) if site.overflow == "busy":
            return Refuse(site, USER_BUSY)
        case Found(site):
            return Overflow(site, site.operator, "full")


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
