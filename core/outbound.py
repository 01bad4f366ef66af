"""A site's calls out: whether it may dial at all, whom, when, how often. Nothing is dialled that this does not allow. ◆

What the machine's admin grants stands beside it, in haazir.toml: which trunks a site may use, and no site more than [outbound].
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

E164 = r"^\+[1-9][0-9]{6,14}$"
"""A number as it is dialled from anywhere."""
PREFIX = r"^\+[1-9][0-9]{0,14}$"
CALLER_ID = r"^(\+?[0-9]{3,15})?$"
TRUNK = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,39})?$"
SECRET = r"^[a-z0-9][a-z0-9_.-]{0,62}$"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
HOURS = rf"^{_TIME}-({_TIME}|24:00)$"

Hours = Annotated[str, Meta(pattern=HOURS, description="From and to on one day, as 10:00-19:00, in the clock of who is called")]
Minutes = Annotated[int, Meta(ge=0, le=60 * 24 * 30)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Result = Literal["answered", "busy", "no_answer", "bad_number", "machine", "refused", "failed"]
"""What became of an attempt. refused: by them (or their network); failed: by the trunk, or by us."""

Answerer = Literal["person", "machine", "ivr", "screening", "unknown"]
"""Who took a call of ours. machine: a voicemail, or a carrier's announcement; ivr: a menu; screening: a voice that asks who
calls before it lets the phone ring; unknown: nothing was certain by the deadline, and a person is supposed."""


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """After which results somebody is called again. Never after an answer, a bad number or a refusal."""

    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    """All in all."""
    busy_minutes: Minutes = 15
    no_answer_minutes: Minutes = 120
    machine_minutes: Minutes = 240
    failed_minutes: Minutes = 5


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody may be called, in their own clock."""

    hours: Hours = "10:00-19:00"
    """The law's hours bound it all the same (settings.outbound.hours: 09:00-21:00)."""
    days: Annotated[tuple[Day, ...], Meta(min_length=1)] = EVERY_DAY


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that the agent makes. Off until somebody turns it on."""

    enabled: bool = False
    trunk: Annotated[str, Meta(pattern=TRUNK)] = ""
    """One of haazir.toml's [[asterisk.trunks]] whose `outbound` names this site."""
    caller_id: Annotated[str, Meta(pattern=CALLER_ID)] = ""
    """The number that people see: one that the trunk's carrier has given us."""
    allow: tuple[Annotated[str, Meta(pattern=PREFIX)], ...] = ("+91",)
    """Numbers begin with one of these…"""
    deny: tuple[Annotated[str, Meta(pattern=PREFIX)], ...] = ()
    """…and with none of these."""
    window: Window = Window()
    at_once: Annotated[int, Meta(ge=0, le=1000)] = 2
    """Calls out at the same time."""
    per_second: Annotated[float, Meta(gt=0, le=100)] = 0.5
    """Calls begun."""
    daily_minutes: Annotated[int, Meta(ge=0, le=1_000_000)] = 120
    """Of conversation, from midnight to midnight in the site's timezone."""
    ring_s: Annotated[float, Meta(ge=5, le=120)] = 40.0
    retries: Retries = Retries()
    consent: Literal["each", "on_file"] = "each"
    """each: every call says what its consent rests on; on_file: the site keeps consents itself, and answers for them."""
    webhook_secret: Annotated[str, Meta(pattern=SECRET)] = "webhook"
    """Name of the secret in the site's vault that signs webhooks (Standard Webhooks)."""
