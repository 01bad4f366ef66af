"""Whom the watchdog moves, of what ARI tells of Asterisk's channels: who waits in our application for a controller. ◆

What it deletes is core/leftovers.py's.
"""

from collections.abc import Iterable

import msgspec

from core.ids import CallId, call_of_leg
from core.leftovers import held


class Place(msgspec.Struct, frozen=True):
    """Where in the dialplan a channel is, as ARI says it."""

    app_name: str = ""
    app_data: str = ""
    context: str = ""


class Channel(msgspec.Struct, frozen=True):
    id: str
    state: str
    dialplan: Place = Place()
    name: str = ""


class Bridge(msgspec.Struct, frozen=True):
    id: str
    channels: tuple[str, ...] = ()


def callers(channels: Iterable[Channel], app: str) -> list[CallId]:
    return [CallId(channel.id) for channel in channels if held(channel, app) and call_of_leg(channel.id) is None]
