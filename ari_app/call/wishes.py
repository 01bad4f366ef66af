"""What orders, secrets and the caller's own phone want of a conversation. A value, kept in the journal, too."""

from dataclasses import dataclass
from typing import Literal

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
    supervisors: int = 0
    """Whose phones were rung to listen."""


NO_WISHES = Wishes()
