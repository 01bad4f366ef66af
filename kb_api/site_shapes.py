"""What sites' owners send and get: field by field, with the words that /openapi.json says of it. ◆"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from core.http.shapes import Instant, Next
from core.ids import SITE_ID
from core.keys import Scope
from core.sites import USUAL_LANGUAGES, Language, Name, Number, Site

ToolName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Tools = Annotated[tuple[ToolName, ...], Meta(max_length=200, description="The tools it allows: ours, and those it declared")]


class SiteDetails(Site, frozen=True, kw_only=True):
    """A site: all of its settings."""

    tools: Tools
    created_at: Instant
    updated_at: Instant


class NewSite(msgspec.Struct, frozen=True, kw_only=True):
    """A new site. `site_id` and `name` are enough: everything else has a default, the agent's own lines included.

    Besides these, any setting of SiteDetails may be given, whole or in part.
    """

    site_id: Annotated[str, Meta(pattern=SITE_ID, description="Small letters, digits, hyphens. It can't be changed")]
    name: Name
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, description="The first is spoken first")] = USUAL_LANGUAGES
    phrases: Annotated[
        dict[Language, dict[str, Any]], Meta(description="The agent's own lines; what is left out says the usual")
    ] = {}
    tools: Tools = ("transfer_to_operator", "end_call", "repeat_answer")


class SiteSummary(msgspec.Struct, frozen=True, kw_only=True):
    site_id: str
    name: str
    numbers: tuple[str, ...]
    languages: tuple[Language, ...]
    created_at: Instant
    updated_at: Instant


class SiteList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[SiteSummary]
    next_cursor: Next


class NewNumber(msgspec.Struct, frozen=True, kw_only=True):
    number: Number


class NumberDetails(msgspec.Struct, frozen=True, kw_only=True):
    number: str


class NumberList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[NumberDetails]
    next_cursor: Next


KeyName = Annotated[str, Meta(max_length=200, description="What it is for: shown in the list")]
Lifetime = Annotated[int, Meta(ge=1, le=10 * 366 * 86_400, description="Seconds from now; left out: until it is revoked")]


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    name: KeyName = ""
    scopes: Annotated[
        tuple[Scope, ...],
        Meta(max_length=10, description="What it may do; none: all of its site. `sites` may make keys, and so everything"),
    ] = ()
    expires_in_s: Lifetime | None = None


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    overlap_s: Annotated[int, Meta(ge=0, le=90 * 86_400, description="Seconds that the old key goes on working")] = 86_400


class KeyDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A key, without the key itself: nobody can read it again."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    replaced_by: Annotated[str | None, Meta(description="The key that a rotation made in its place")]


class MadeKey(KeyDetails, frozen=True, kw_only=True):
    """A new key. Keep `api_key`: it is shown this once."""

    api_key: str


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[KeyDetails]
    next_cursor: Next


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    value: Annotated[str, Meta(min_length=1, max_length=16_384, description="Never readable again: only our servers use it")]


class SecretDetails(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    updated_at: Instant


class SecretList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[SecretDetails]
    next_cursor: Next
