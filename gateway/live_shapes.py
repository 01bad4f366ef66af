"""What is asked over HTTP of a call that is going on, and what is answered. ◆"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.orders import HandoverKind, MonitorMode
from core.sites import Language


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A body; {} where nothing has to be said."""


class HangUpWish(Wish, frozen=True, kw_only=True):
    """Nothing to say."""


class TransferWish(Wish, frozen=True, kw_only=True):
    destination: Annotated[
        str,
        Meta(
            description="A queue, an operator's extension, or an outside number as E.164; empty: as the site says",
            max_length=64,
            pattern=r"^[A-Za-z0-9+_-]*$",
        ),
    ] = ""
    kind: Annotated[HandoverKind, Meta(description="supervised: the operator hears a summary first, and accepts with 1")] = (
        "supervised"
    )
    summary: Annotated[str, Meta(description="What the operator is told; empty: the agent's own", max_length=1000)] = ""


class SayWish(Wish, frozen=True, kw_only=True):
    text: Annotated[str, Meta(description="What the agent says to the caller, as it is", min_length=1, max_length=1000)]
    language: Annotated[Language | None, Meta(description="Whose voice; null: the language of the call")] = None


class DigitsWish(Wish, frozen=True, kw_only=True):
    digits: Annotated[
        str, Meta(description="Keys, pressed one after another; w waits for half a second", pattern=r"^[0-9*#A-Dw]{1,64}$")
    ]


class HoldWish(Wish, frozen=True, kw_only=True):
    on: Annotated[bool, Meta(description="true: the caller hears music, and the agent nothing; false: they talk again")]


class RecordWish(Wish, frozen=True, kw_only=True):
    on: Annotated[bool, Meta(description="false: what is said from now on is left out of the recording; true: it goes on")]


class MonitorWish(Wish, frozen=True, kw_only=True):
    extension: Annotated[
        str, Meta(description="The supervisor's phone: one of the site's `supervisors`", pattern=r"^[0-9]{2,8}$")
    ]
    mode: Annotated[
        MonitorMode,
        Meta(description="whisper: the operator hears the supervisor too, the caller doesn't; barge: all hear all"),
    ] = "listen"


class OrderDone(msgspec.Struct, frozen=True, kw_only=True):
    """It is done; what takes its time (a phone that rings) has begun."""

    call_id: str
    order_id: Annotated[str, Meta(description="The Idempotency-Key, or a name of our own where none was sent")]
    done: Literal["hangup", "transfer", "say", "dtmf", "hold", "record", "monitor"]
