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


def media_channel_id(call: CallId, session: int = 1) -> str:
    """The externalMedia channel of a call's first media session, or of a later one."""
    return f"media-{call}" if session == 1 else f"media{session}-{call}"


def operator_channel_id(call: CallId, number: int) -> str:
    """The channel to an operator's phone, the `number`th that this call has asked."""
    return f"operator{number}-{call}"


def monitor_channel_id(call: CallId, number: int) -> str:
    """The channel to a supervisor's phone, the `number`th that hears this call."""
    return f"monitor{number}-{call}"


def second_phone_channel_id(leg: str, number: int) -> str:
    """A leg to the second phone of the same person, or a later one: `operator1.2-<call>`."""
    kind, _, call = leg.partition("-")
    return leg if number == 1 else f"{kind}.{number}-{call}"


def company_variable(call: CallId) -> str:
    """The dialplan's global variable: who has talked with the caller (extensions_people.conf, [met])."""
    return f"MET_{call}"


def call_of_leg(channel_id: str) -> CallId | None:
    """The call that a channel of ours belongs to; None for a caller's own channel, and for any other."""
    kind, _, call = channel_id.partition("-")
    return CallId(call) if call and kind.rstrip("0123456789.") in _LEGS else None


_LEGS = frozenset({"media", "operator", "monitor", "fetch"})
