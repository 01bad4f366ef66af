"""Which of Asterisk's channels and bridges are ours to delete once nobody controls their call. ◆

leg in our application     -> deleted: media
leg that still rings       -> deleted: nobody has answered it
leg in the dialplan        -> left: who is on it hears the summary, or talks with the caller, and needs no controller
bridge of a call           -> deleted
"""

from typing import Protocol

from core.ids import CallId, bridge_id, call_of_leg


class Place(Protocol):
    """Where in the dialplan a channel is, as ARI says it."""

    @property
    def app_name(self) -> str: ...
    @property
    def app_data(self) -> str: ...


class Channel(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def dialplan(self) -> Place: ...


def held(channel: Channel, app: str) -> bool:
    """It is in this application of ours."""
    return channel.dialplan.app_name == "Stasis" and channel.dialplan.app_data.split(",")[0] == app


def call_left_by(channel: Channel, app: str) -> CallId | None:
    """Whose leg this is, if it is of no use without a controller."""
    return call_of_leg(channel.id) if held(channel, app) or channel.state != "Up" else None


def call_bridged(bridge: str) -> CallId | None:
    """Whose bridge this is; None: not ours."""
    call = CallId(bridge.removeprefix("bridge-"))
    return call if bridge == bridge_id(call) else None
