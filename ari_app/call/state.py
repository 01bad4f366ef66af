"""Where a call stands: its phases, its waits, and what is known of it. A value."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ari_app.call.plan import Handover
from ari_app.call.routing import Tape
from ari_app.call.vocabulary import Action, CallerGone, Happening
from ari_app.call.wishes import NO_WISHES, Wishes
from core.events import Outcome
from core.sites import Site
from core.trunks import Trunk


class Phase(StrEnum):
    ROUTING = "routing"
    """Which site, and is there room?"""
    DIALLING = "dialling"
    """A call out: until they answer, or do not (dialling.py)."""
    OPENING = "opening"
    """The media server reserves a session; the phone rings, the bridge is made."""
    JOINING = "joining"
    """The media leg is made and joined to the caller."""
    ANSWERING = "answering"
    TALKING = "talking"
    MENDING = "mending"
    """The media server died in the conversation: another one takes it over (mending.py)."""
    ADOPTING = "adopting"
    """A conversation that went on without us: the media server is asked if it still does."""
    ASIDE = "aside"
    """In mid-conversation, in the dialplan for a moment (live.py)."""
    LEAVING = "leaving"
    """The caller left our application: hung up, or moved elsewhere? The next event tells."""
    HANDOVER = "handover"
    """A person is being looked for; the agent stands by (handover.py)."""
    HANDING = "handing"
    """On the way to people."""
    WITH_PEOPLE = "with_people"
    PEOPLE_FIRST = "people_first"
    """The operators' phones ring before the agent answers."""
    GREETING = "greeting"
    """The agent says that nobody takes the call, or how to leave a message."""
    TAPE = "tape"
    """Asterisk takes a message, or says sorry."""
    HANGING_UP = "hanging_up"
    CLOSING = "closing"
    """The caller has gone before we knew whose call it was: for the record that is waited for (late.py)."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Limits:
    """Longest waits, in seconds (core.settings.Calls, Asterisk)."""

    routing: float = 1.0
    media_open: float = 0.5
    media_ringing: float = 0.5
    media_ready: float = 2.0
    answering: float = 2.0
    leaving: float = 0.5
    handing: float = 2.0
    hanging_up: float = 2.0
    farewell: float = 20.0
    """Asterisk's own last words, and their end."""
    ring: float = 0.0
    """The shortest ring before the answer."""
    call: float = 3600.0
    """Asterisk's own TIMEOUT(absolute) ends a call first; this is for the case that we did not hear of it."""
    phones: tuple[str, ...] = ()
    """No limit: this machine's operators, for sites that name none…"""
    trunks: tuple[Trunk, ...] = ()
    """…and what its admin lent to sites."""


NORMAL_CLEARING = 16
"""Q.850."""

PARTS = frozenset({"bridge", "leg", "address"})
"""What must be there before the caller and the media leg can be joined."""


@dataclass(frozen=True, slots=True)
class Call:
    limits: Limits
    phase: Phase
    deadline: float | None
    site: Site | None = None
    routed: bool = False
    """The directory has answered, though perhaps that it can't tell whose call it is."""
    parts: frozenset[str] = frozenset()
    sessions: int = 1
    """Media sessions that it has had: more than one if media servers died."""
    ring_until: float = 0.0
    answered_at: float | None = None
    """time.time(), as Asterisk's answer came."""
    unmet: bool = False
    """A call out that something has answered: nobody knows what, or it is no person."""
    queue: str = ""
    """Where people wait for this caller, once on the way there…"""
    reason: str = ""
    """…and why."""
    handover: Handover | None = None
    """In HANDOVER: how far the search is."""
    rung: int = 0
    """Operators' legs so far."""
    instead: Tape | None = None
    """What the agent says, or Asterisk if it can't: the agent does not take this call."""
    wishes: Wishes = NO_WISHES
    waiting: tuple[Happening, ...] = ()
    """What happened while the caller was aside, until they are back."""
    gone: CallerGone | None = None
    """In CLOSING: how it ended."""
    outcome: Outcome | None = None
    """Known before the end where it is our doing."""

    @property
    def answered(self) -> bool:
        return self.answered_at is not None

    @property
    def over(self) -> bool:
        return self.phase is Phase.OVER

    @property
    def with_agent(self) -> bool:
        """Takes one of the places that routing counts."""
        return self.phase in _WITH_AGENT


_WITH_AGENT = frozenset(
    {
        Phase.OPENING,
        Phase.JOINING,
        Phase.ANSWERING,
        Phase.GREETING,
        Phase.TALKING,
        Phase.ASIDE,
        Phase.MENDING,
        Phase.ADOPTING,
        Phase.HANDOVER,
    }
)

Next = tuple[Call, Sequence[Action]]
"""What becomes of the call, and what is to be done."""
