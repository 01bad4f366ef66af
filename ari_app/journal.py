"""What a later life of this process must know of the calls in progress: one small file per call, gone with the call.

A call's facts are otherwise only in memory and in Asterisk. After kill -9 the next start reads these files, takes up the
calls that go on, and reports the end of those that don't. A disk that won't have them costs only that, and only until it will.
"""

import logging
from pathlib import Path

import msgspec

from ari_app.call.plan import Handover
from ari_app.call.wishes import NO_WISHES, Wishes
from core.ids import CallId
from core.purpose import Purpose
from core.sites import Site

log = logging.getLogger(__name__)

MEMORY = 2000
"""Calls: more than come between two looks at Asterisk's."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    call_id: CallId
    site: Site
    caller: str
    called: str
    native: str
    """Asterisk's name of the caller's codec."""
    answered_at: float | None = None
    """time.time(); None: not yet."""
    with_people: bool = False
    purpose: Purpose | None = None
    """Of a call out: `caller` is whom we called, `called` the number they saw."""
    media: str = ""
    """Which media server has the conversation…"""
    session: int = 1
    """…and the how-manieth it is of this call."""
    handover: Handover | None = None
    """How far the search for a person is."""
    wishes: Wishes = NO_WISHES
    person: str = ""
    """Whom the caller is with…"""
    met_at: float = 0.0
    """…since when; or since when with nobody."""

    @property
    def dialled(self) -> bool:
        """A call out that nobody has answered yet."""
        return self.purpose is not None and not self.answered and not self.with_people

    @property
    def answered(self) -> bool:
        return self.answered_at is not None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


class Journal:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owed: dict[CallId, Entry] = {}
        """What the disk would not have."""
        self._had: dict[CallId, None] = {}
        """In the order in which they came."""

    def write(self, entry: Entry) -> None:
        """Replaced in one step. Never raises for the disk's sake."""
        self._remember(entry.call_id)
        path = self._path(entry.call_id)
        fresh = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh.write_bytes(_encoder.encode(entry))
            fresh.replace(path)
        except OSError as error:
            if entry.call_id not in self._owed:
                log.warning("! call not in the journal", extra={"call": entry.call_id, "error": type(error).__name__})
            self._owed[entry.call_id] = entry
        else:
            self._owed.pop(entry.call_id, None)

    def catch_up(self) -> None:
        """Write what the disk would not have so far. To be called every now and then."""
        for entry in list(self._owed.values()):
            self.write(entry)

    def remove(self, call: CallId) -> None:
        self._owed.pop(call, None)
        try:
            self._path(call).unlink(missing_ok=True)
        except OSError as error:
            log.warning("! call stays in the journal", extra={"call": call, "error": type(error).__name__})

    def entries(self) -> list[Entry]:
        """All that can be read; what a crash left half-written is removed."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(_decoder.decode(path.read_bytes()))
                self._remember(found[-1].call_id)
            except OSError as error:
                log.warning("! call not read from the journal", extra={"file": path.name, "error": type(error).__name__})
            except msgspec.DecodeError:
                self.remove(CallId(path.stem))
        return found

    def had(self, call: CallId) -> bool:
        """Has it, or had it in this life, or from an earlier one? Of the newest MEMORY calls."""
        return call in self._had

    def _remember(self, call: CallId) -> None:
        self._had.pop(call, None)
        self._had[call] = None
        if len(self._had) > MEMORY:
            del self._had[next(iter(self._had))]

    def _path(self, call: CallId) -> Path:
        return self._folder / f"{call}.json"
