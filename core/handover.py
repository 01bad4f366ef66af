"""How a caller gets to a person at a site, and what happens when nobody has time. docs/calls.md, "Transfer". ◆"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.languages import Language
from core.outbound import CALLER_ID, E164, TRUNK

EXTENSION = r"^[0-9]{2,6}$"

Extension = Annotated[str, Meta(pattern=EXTENSION, description="Of an operator's phone (haazir.toml)")]
Outside = Annotated[str, Meta(pattern=E164, description="As +919812345678")]
Wait = Annotated[float, Meta(ge=1, le=300)]
Times = Annotated[int, Meta(ge=0, le=20)]


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """Operators one after another, then the queue, then an outside number, then the agent again: each may be left out."""

    supervised: bool = True
    """Operators are rung, told who calls and why, and accept or decline; false: callers go straight to the queue."""
    language: Language | Literal[""] = ""
    """What operators are told in: who calls, why, what to press; empty: the site's first."""
    operators: tuple[Extension, ...] = ()
    """Whose phones ring, in this order; empty: all of the machine's."""
    ring_s: Wait = 20.0
    """So long each…"""
    accept_s: Wait = 8.0
    """…and so long after the summary for 1 (accept) or 2 (decline)."""
    queue: bool = True
    """Nobody accepted: the site's queue (`operator`)…"""
    queue_s: Wait = 60.0
    """…so long."""
    outside: Annotated[str, Meta(pattern=rf"{E164}|^$")] = ""
    """Nobody in the queue: this number, through `trunk`. It may be transferred to by order as well…"""
    outside_allowed: tuple[Outside, ...] = ()
    """…and so may these: no other outside number."""
    trunk: Annotated[str, Meta(pattern=TRUNK)] = ""
    """One of haazir.toml's [[asterisk.trunks]] whose `outbound` names this site; empty: no outside number is called."""
    caller_id: Annotated[str, Meta(pattern=CALLER_ID)] = ""
    """Shown there; empty: the number that the caller dialled."""
    refer: bool = False
    """The trunk takes the caller over itself (SIP REFER): no second call through here."""
    nobody: Literal["agent", "goodbye"] = "agent"
    """At last: the agent says so and offers to call back; or the caller hears a goodbye."""

    # ── when a caller gets there ─────────────────────────────────────────────────────────────────────────────────────
    wishes: Annotated[int, Meta(ge=1, le=20)] = 1
    """Asked for so often, a person comes; before that the agent asks what it is about."""
    misunderstood: Times = 2
    """Turns in a row that the agent did not understand, after which it offers a person; 0: it never does."""
    angry: Times = 1
    """Angry turns in a call after which a person comes unasked; 0: they don't matter."""
