"""The record of one call, as analytics keeps it and the gateway serves it: the call's own facts, settled and in order. ◆

Nothing in it is derived, so a later question can still be asked of an old record. `analytics.fold` makes it.
"""

import hashlib
import re
from collections import Counter

import msgspec

from core.events import (
    CONTROLLER_LOST,
    CallAnswered,
    CallAnsweredBy,
    CallEnded,
    CallEvent,
    CallStarted,
    CallTransferred,
    MediaReported,
    Outcome,
    PersonAsked,
    PersonJoined,
    PersonLeft,
    ToolCalled,
    TurnCompleted,
)
from core.ids import CallId, SiteId
from core.sites import Language


class CallRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a call so far. Events may arrive in any order, so each part may still be missing."""

    call_id: CallId
    site_id: SiteId
    started: CallStarted | None = None
    answered: CallAnswered | None = None
    answered_by: CallAnsweredBy | None = None
    """Of a call out: the last word on it."""
    ended: CallEnded | None = None
    media: MediaReported | None = None
    """The last report: it covers the whole call."""
    turns: tuple[TurnCompleted, ...] = ()
    """By number, the caller's before ours, then by time."""
    tools: tuple[ToolCalled, ...] = ()
    """By turn and time."""
    asked: tuple[PersonAsked, ...] = ()
    """Who was to take the caller over, by time."""
    people: tuple[PersonJoined | PersonLeft, ...] = ()
    """Who came and went, by time."""
    transfers: tuple[CallTransferred, ...] = ()
    """By time."""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended. Whom the watchdog moved was with people, whatever a controller that was away supposes of their end."""
        if self.ended is None:
            return None
        moved = any(transfer.reason == CONTROLLER_LOST for transfer in self.transfers)
        return "transferred" if moved and self.ended.outcome in ("caller_hung_up", "abandoned") else self.ended.outcome

    @property
    def began_at(self) -> float:
        """time.time() of CallStarted; until that is known, of the earliest event that is."""
        if self.started is not None:
            return self.started.at
        return min(event.at for event in self.events)

    @property
    def events(self) -> tuple[CallEvent, ...]:
        """All facts, in no particular order."""
        single: tuple[CallEvent | None, ...] = (self.started, self.answered, self.answered_by, self.ended, self.media)
        people = (*self.asked, *self.people, *self.transfers)
        return (*(event for event in single if event is not None), *self.turns, *self.tools, *people)

    @property
    def language(self) -> Language | None:
        """What the caller spoke most, in letters; if the caller said nothing, what we spoke."""
        for role in ("caller", "agent"):
            letters: Counter[Language] = Counter()
            for turn in self.turns:
                if turn.role == role and turn.text:
                    letters[turn.language] += len(turn.text)
            if letters:
                return max(sorted(letters), key=lambda language: letters[language])
        return None


def recording_name(call: CallId) -> str:
    """What a call's recording is called where it is served: stereo, the caller left, the agent right."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}", call):
        return f"{call}.wav"
    return hashlib.sha256(call.encode(errors="surrogatepass")).hexdigest() + ".wav"  # an id may hold anything, a path may not


def sealed_name(call: CallId) -> str:
    """The file of a call's recording in settings.recordings_dir, encrypted (core.sealed_file)."""
    return recording_name(call) + ".sealed"


def recording_names(call: CallId, base: str) -> tuple[str, ...]:
    """All files that a call's recording may lie in: the finished one (not encrypted in older times), the legs it is made of."""
    ours = bool(base) and "/" not in base and not base.startswith(".")  # never follow a name out of the folder
    return (sealed_name(call), recording_name(call), *(f"{base}-{leg}.wav" for leg in ("rx", "tx") if ours))
