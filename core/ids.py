"""Names of things that cross process borders. Each is a plain string with a type of its own."""

from typing import NewType

SiteId = NewType("SiteId", str)
"""A tenant, as its owner wrote it: `demo`."""
SITE_ID = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""What a site's id looks like (core/schema holds to it, too)."""

CallId = NewType("CallId", str)
"""One call, the same in Asterisk, the database and the logs: the caller's channel id (Asterisk's UNIQUEID)."""


def bridge_id(call: CallId) -> str:
    """The mixing bridge of a call. Derived, so that a restarted controller finds it again."""
    return f"bridge-{call}"


def media_channel_id(call: CallId) -> str:
    """The externalMedia channel of a call."""
    return f"media-{call}"


def call_of_media_channel(channel_id: str) -> CallId | None:
    """The call a media channel belongs to; None for any other channel."""
    return CallId(channel_id.removeprefix("media-")) if channel_id.startswith("media-") else None
