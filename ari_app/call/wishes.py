"""What orders, secrets and the caller's own phone want of a conversation: a value, kept in the journal, too; and its words."""

from dataclasses import dataclass
from typing import Literal

from core.orders import MonitorMode

Holder = Literal["phone", "order"]
OffFor = Literal["order", "secret"]


@dataclass(frozen=True, slots=True)
class Wishes:
    held: frozenset[Holder] = frozenset()
    """Who wants the agent silent: the caller's phone, which put us on hold; an order, and then the caller hears music."""
    off_for: frozenset[OffFor] = frozenset()
    """Why the recording is to be off…"""
    recording: bool = True
    """…and whether it runs, as far as we have told the dialplan."""
    order: str = ""
    """Whose answer waits for that."""
    overheard_s: float = 0.0
    """How much of a secret the recording has: to be taken out of it once it is off."""
    supervisors: int = 0
    """Whose phones were rung to listen."""


NO_WISHES = Wishes()


# ── what can happen ──────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class AsideFailed:
    """The caller could not step aside: they are where they were."""


@dataclass(frozen=True, slots=True)
class MusicFailed:
    """The caller was put on hold, and hears nothing."""


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """A caller of an earlier life of ours is in their bridge."""

    with_agent: bool
    """The media server's leg is, too."""
    recording: bool


# ── what to do ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class StepAside:
    """Into the dialplan and back. Answered by CallerLeft, CallerBack; or AsideFailed."""

    recording: bool
    """It runs from then on, or not."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The last so many seconds of a recording that has just stopped."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RecordFromNowOn:
    """What is said with people: the recording was off for a secret that nobody awaits any more."""


@dataclass(frozen=True, slots=True)
class SendKeys:
    """Towards the caller."""

    order_id: str
    digits: str


@dataclass(frozen=True, slots=True)
class Music:
    """For a caller in our bridge, who then hears nothing else. Answered by MusicFailed, or by nothing."""

    order_id: str
    on: bool


@dataclass(frozen=True, slots=True)
class RingSupervisor:
    """Who answers hears the call, and needs us no more."""

    order_id: str
    number: int
    """Of the leg."""
    extension: str
    mode: MonitorMode


@dataclass(frozen=True, slots=True)
class FindAgain:
    """A caller whom an earlier life of ours left anywhere between two steps. Answered by FoundAgain or AsteriskFailed."""


LiveAction = StepAside | Silence | RecordFromNowOn | SendKeys | Music | RingSupervisor
"""Those with an order_id are answered to who gave it. Done by ari_app/obeying.py."""
