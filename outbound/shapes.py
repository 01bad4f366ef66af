"""What the callers of POST /v1/calls, /v1/campaigns and /v1/dnc send and get. ◆"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from core.events import OutboundStatus
from core.forms import Answer
from core.http.shapes import Instant, Next
from core.outbound import CALLER_ID, Result, Retries, Window
from core.purpose import Purpose

Number = Annotated[str, Meta(min_length=1, max_length=40, description="E.164; without a country it is Indian: 098120 00001")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Consent = Annotated[
    str, Meta(max_length=500, description='What it rests on: "web form, 2026-11-03". The site may want one of each')
]
CallerId = Annotated[str, Meta(pattern=CALLER_ID, description="Empty: the site's")]
Zone = Annotated[str, Meta(max_length=60, description="IANA name, of who is called outside India. Empty: the site's")]
Url = Annotated[str, Meta(max_length=1000, description="The result is POSTed here, signed (Standard Webhooks)")]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How it is to be done."""

    purpose: Purpose = Purpose()
    caller_id: CallerId = ""
    timezone: Zone = ""
    window: Annotated[Window | None, Meta(description="Within the site's")] = None
    retries: Annotated[Retries | None, Meta(description="null: the site's")] = None
    webhook: Url = ""


class NewCall(Asked, frozen=True, kw_only=True):
    """Somebody to be called."""

    to: Number
    consent: Consent = ""
    at: Annotated[Instant | None, Meta(description="Not before; null: as soon as it may be")] = None
    not_after: Annotated[Instant | None, Meta(description="Nobody wants it any more then")] = None


class NewCampaign(Asked, frozen=True, kw_only=True):
    """Many to be called for one purpose."""

    name: Name
    paused: bool = False
    at_once: Annotated[int, Meta(ge=1, le=1000, description="Within the site's; null: the site's")] | None = None
    per_minute: Annotated[float, Meta(gt=0, le=6000, description="Calls begun; null: the site's")] | None = None
    calls: Annotated[tuple[dict[str, Any], ...], Meta(max_length=20_000, description="CampaignCall each")] = ()


class CampaignCall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of them. In CSV: a column each for to, consent, at, not_after; every other column is a variable."""

    to: Number
    variables: dict[str, Annotated[str, Meta(max_length=500)]] = {}
    consent: Consent = ""
    at: Instant | None = None
    not_after: Instant | None = None


class NewCalls(msgspec.Struct, frozen=True, kw_only=True):
    calls: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1, max_length=20_000, description="CampaignCall each")]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Every field is always there; null says that it is not known (yet)."""


class CallOutcome(Shape, frozen=True, kw_only=True):
    """What the conversation came to."""

    status: OutboundStatus
    answers: Annotated[dict[str, Answer], Meta(description="By the question's id, in its type")]
    unanswered: tuple[str, ...]
    callback_at: Instant | None
    transferred: bool


class Attempt(Shape, frozen=True, kw_only=True):
    """One time that it was dialled."""

    call_id: Annotated[str, Meta(description="Of GET /v1/calls/{id}")]
    placed_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    result: Annotated[Result | None, Meta(description="null: it goes on")]
    sip_status: int | None
    cause: Annotated[int | None, Meta(description="ITU-T Q.850")]
    detail: str
    outcome: CallOutcome | None


State = Literal["queued", "dialling", "done", "cancelled"]
Final = Annotated[
    Result | Literal["not_allowed"] | None, Meta(description="Of the last attempt; not_allowed: never dialled, `why` says why")
]


class OutboundCall(Shape, frozen=True, kw_only=True):
    """A call out, from the request to the result."""

    id: str
    campaign_id: str | None
    to: str
    state: State
    result: Final
    why: Annotated[str, Meta(description="What it waits for, or why it ended so")]
    variables: dict[str, str]
    consent: str
    created_at: Instant
    next_attempt_at: Annotated[Instant | None, Meta(description="At the earliest, while it is queued")]
    done_at: Instant | None
    attempts: tuple[Attempt, ...]


class OutboundCallList(Shape, frozen=True, kw_only=True):
    data: list[OutboundCall]
    next_cursor: Next


class Told(Shape, frozen=True, kw_only=True):
    """The body of a webhook."""

    type: Literal["call.finished"]
    timestamp: Instant
    data: OutboundCall


class CampaignProgress(Shape, frozen=True, kw_only=True):
    calls: int
    queued: int
    dialling: int
    done: int
    cancelled: int
    results: Annotated[dict[str, int], Meta(description="Of those done")]


CampaignState = Literal["running", "paused", "stopped", "done"]


class Campaign(Shape, frozen=True, kw_only=True):
    id: str
    name: str
    state: Annotated[CampaignState, Meta(description="done: it runs, and nothing is left to be called")]
    purpose: Purpose
    caller_id: str
    timezone: str
    window: Window | None
    retries: Retries | None
    webhook: str
    at_once: int | None
    per_minute: float | None
    created_at: Instant
    progress: CampaignProgress


class CampaignList(Shape, frozen=True, kw_only=True):
    data: list[Campaign]
    next_cursor: Next


class RowError(Shape, frozen=True, kw_only=True):
    row: Annotated[int, Meta(description="From 1; of a CSV, without its heading")]
    field: str
    detail: str


class Taken(Shape, frozen=True, kw_only=True):
    """What became of the rows: those with errors are not called, the others are."""

    campaign: Campaign
    accepted: int
    errors: tuple[RowError, ...]


class NewDoNotCall(msgspec.Struct, frozen=True, kw_only=True):
    numbers: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=10_000)]
    reason: Annotated[str, Meta(max_length=500)] = ""


class DoNotCall(Shape, frozen=True, kw_only=True):
    number: str
    source: Annotated[Literal["api", "voice"], Meta(description="voice: they said so in a call")]
    reason: str
    at: Instant


class DoNotCallList(Shape, frozen=True, kw_only=True):
    data: list[DoNotCall]
    next_cursor: Next
