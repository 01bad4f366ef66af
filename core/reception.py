"""How a site receives calls that its agent does not just answer: who is turned away and how, who rings first. docs/calls.md. ◆"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.numbers import e164

CALLERS = r"^\+[1-9][0-9]{0,14}\*?$"

Callers = Annotated[str, Meta(pattern=CALLERS, description="A number as +919812345678, or +91140* for all that begin so")]

UnknownNumber = Literal["queue", "busy", "decline", "not_found", "unavailable", "congestion"]
Way = Literal["queue", "voicemail", "announcement", "busy", "decline", "not_found", "unavailable", "congestion"]
"""What a caller meets whom the agent does not take: people; a beep; a sentence (`phrases.….sorry`); or no answer, and the
carrier 486, 403, 404, 480 or 503."""
WayOrAgent = Literal[
    "agent", "queue", "voicemail", "announcement", "busy", "decline", "not_found", "unavailable", "congestion"
]  # fmt: skip


class Reception(msgspec.Struct, frozen=True, kw_only=True):
    people_first_s: Annotated[int, Meta(ge=0, le=120)] = 0
    """The operators' phones ring for so many seconds before the agent answers; 0: the agent answers at once."""
    blocklist: Annotated[tuple[Callers, ...], Meta(max_length=10_000)] = ()
    """Callers who are not welcome…"""
    blocked: Way = "decline"
    """…and what they meet."""
    anonymous: WayOrAgent = "agent"
    """Callers who hide their number."""
    nobody_free: Literal["announcement", "voicemail"] = "announcement"
    """The people's queue was in vain, and the agent does not take the caller back."""
    voicemail_s: Annotated[int, Meta(ge=10, le=600)] = 120
    """The longest message."""


def unwelcome(reception: Reception, caller: str) -> tuple[WayOrAgent, str] | None:
    """What this caller meets before all else, and why; None: they are like any other. `caller`: as the trunk says it."""
    if not re.search(r"\d", caller):  # "", "anonymous", "Restricted"…
        return reception.anonymous, "anonymous"
    number = e164(caller)
    if any(_fits(number, pattern) for pattern in reception.blocklist):
        return reception.blocked, "blocked"
    return None


def _fits(number: str, pattern: str) -> bool:
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern
