"""Which of Asterisk's channels and bridges are ours to move or delete when nobody controls them. ◆

caller in our application          -> to the people of their site
leg of ours in our application     -> deleted: media, snoop
leg of ours in the dialplan        -> left: an operator who hears the summary needs no controller
bridge of a call                   -> deleted
"""

from collections.abc import Iterable

import msgspec

from core.ids import CallId, bridge_id, call_of_leg


class Place(msgspec.Struct, frozen=True):
    """Where in the dialplan a channel is, as ARI says it."""

    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True):
    id: str
    dialplan: Place = Place()


class Bridge(msgspec.Struct, frozen=True):
    id: str


def callers(channels: Iterable[Channel], app: str) -> list[CallId]:
    """Who waits for a controller."""
    return [CallId(channel.id) for channel in channels if _ours(channel, app) and call_of_leg(channel.id) is None]


def legs(channels: Iterable[Channel], app: str) -> list[str]:
    return [channel.id for channel in channels if _ours(channel, app) and call_of_leg(channel.id) is not None]


def bridges(found: Iterable[Bridge]) -> list[str]:
    return [bridge.id for bridge in found if bridge.id == bridge_id(CallId(bridge.id.removeprefix("bridge-")))]


def _ours(channel: Channel, app: str) -> bool:
    return channel.dialplan.app_name == "Stasis" and channel.dialplan.app_data.split(",")[0] == app
