"""Bytes of Asterisk's event socket -> typed events. What we don't listen for is None; what we can't read is counted.

Of a channel that is ours on an endpoint that we follow, Asterisk tells everything twice, byte for byte: a key would be two.
"""

from collections import deque
from datetime import datetime

import msgspec

from ari_app.ari.models import (
    EVENTS,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHold,
    ChannelStateChange,
    ChannelUnhold,
    ChannelVarset,
    Event,
    StasisEnd,
    StasisStart,
)

ChannelEvent = (
    StasisStart | StasisEnd | ChannelDestroyed | ChannelDtmfReceived | ChannelHold | ChannelUnhold | ChannelStateChange
    | ChannelVarset
)  # fmt: skip
"""All events but those about the application itself."""

_DECODERS: dict[str, msgspec.json.Decoder[Event]] = {event.__name__: msgspec.json.Decoder(event) for event in EVENTS}


COPY_AMONG = 32
"""Events back to which a second copy is looked for. They come within 10 ms of each other."""


class _Kind(msgspec.Struct):
    type: str = ""


_kind = msgspec.json.Decoder(_Kind)


class Reader:
    """Reads events and counts what could not be read."""

    def __init__(self) -> None:
        self.malformed = 0
        self._recent: deque[str | bytes] = deque(maxlen=COPY_AMONG)

    def read(self, text: str | bytes) -> Event | None:
        try:
            decoder = _DECODERS.get(_kind.decode(text).type)
            if decoder is None or text in self._recent:
                return None
            event = decoder.decode(text)
            self._recent.append(text)
            return event
        except (msgspec.DecodeError, UnicodeDecodeError):  # ValidationError is a DecodeError
            self.malformed += 1
            return None


def said_at(timestamp: str) -> float | None:
    """Asterisk's time of an event ("2026-11-21T09:48:08.833+0000") as time.time(); None if it can't be read."""
    try:
        return datetime.fromisoformat(timestamp).timestamp()
    except ValueError:
        return None
