"""How a call out is to be made, as it was asked for: of a single call, or of all of a campaign. Kept in the database. ◆"""

import msgspec

from core.outbound import Outbound, Retries, Window
from core.purpose import Purpose


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    purpose: Purpose = Purpose()
    caller_id: str = ""
    """Empty: the site's."""
    timezone: str = ""
    """Of who is called, outside India; empty: the site's."""
    window: Window | None = None
    """Within the site's."""
    retries: Retries | None = None
    """None: the site's."""
    webhook: str = ""
    """Where the result is told; empty: nowhere."""
    at_once: int | None = None
    """Of a campaign: its calls at the same time, within the site's."""
    per_minute: float | None = None
    """Of a campaign: calls begun."""


class SiteRules(msgspec.Struct, frozen=True):
    """What a site's settings (core.sites.Site) say of calls out, readable whatever the rest of them is like."""

    outbound: Outbound = Outbound()
