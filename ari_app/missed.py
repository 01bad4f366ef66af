"""Calls that went to people without us: we were away, or whose number it is was not to be learnt. They get their records, late.

The dialplan wrote them down ([missed] in extensions_inbound.conf), in globals of Asterisk:

    MISSED        how many there were        MISSED_<n>   each: call, time, the site's number, the caller's
    MISSED_NOTED  how many have a record     LEFT_<n>     when it ended, and why
                                             MOVED_<n>    it was in our hands already, unanswered
"""

import logging
from dataclasses import dataclass
from typing import Self

from ari_app import metrics
from ari_app.books import Caller
from ari_app.call.routing import CannotTell, Found
from ari_app.call.state import NORMAL_CLEARING
from ari_app.call.vocabulary import NoteEnded
from ari_app.journal import Entry
from ari_app.switchboard import Switchboard
from core.events import CONTROLLER_LOST, INTERWORKING
from core.ids import CallId
from core.sites import Site

log = logging.getLogger(__name__)

COUNT, NOTED = "MISSED", "MISSED_NOTED"
UNSEEN = "end not seen"


@dataclass(frozen=True, slots=True)
class Missed:
    call_id: CallId
    at: float
    called: str
    caller: str

    @classmethod
    def read(cls, note: str) -> Self | None:
        """As the dialplan wrote it (a number that it did not know is empty); None, if it did not."""
        match note.split(" ", 3):
            case [call, at, called, caller] if at.isdecimal():
                return cls(CallId(call), float(at), called, caller)
        return None


@dataclass(frozen=True, slots=True)
class Left:
    at: float | None = None
    cause: int = INTERWORKING

    @classmethod
    def read(cls, note: str) -> Self:
        """Empty: the dialplan has not seen it either."""
        match note.split(" "):
            case [at, cause] if at.isdecimal() and (cause.isdecimal() or not cause):
                return cls(float(at), int(cause or 0) or NORMAL_CLEARING)  # 0: the dialplan was told none
        return cls()


async def make_up(board: Switchboard) -> None:
    """Tell of those that nobody told of, oldest first, until one whose site can't be learnt just now. AriError."""
    ari = board.doors.ari
    count, noted = int(await ari.global_variable(COUNT) or 0), int(await ari.global_variable(NOTED) or 0)
    if count <= noted:
        return
    present = {channel.id for channel in await ari.channels()}
    for number in range(noted + 1, count + 1):
        missed = Missed.read(await ari.global_variable(f"{COUNT}_{number}"))
        match missed and await board.doors.sites.find(missed.called):
            case CannotTell():
                return
            case Found(site) if missed:
                left = None if missed.call_id in present else Left.read(await ari.global_variable(f"LEFT_{number}"))
                had = board.doors.books.journal.had(missed.call_id)
                if not (had and await ari.global_variable(f"MOVED_{number}")):  # else we slept, woke, and told of it
                    _tell(board, missed, site, left)
        await ari.set_global(NOTED, str(number))


def _tell(board: Switchboard, missed: Missed, site: Site, left: Left | None) -> None:
    """`left`: of a call that is over."""
    log.info("= missed call noted", extra={"call": missed.call_id, "over": left is not None})
    metrics.ADOPTED.labels("missed").inc()
    entry = Entry(
        call_id=missed.call_id, site=site, caller=missed.caller, called=missed.called, native="", answered_at=missed.at,
        with_people=True,
    )  # fmt: skip
    session = board.sessions.get(missed.call_id)
    board.doors.books.catch_up(entry, missed.at, CONTROLLER_LOST)
    if session is not None:
        session.remember(entry)
    elif left is None:
        board.begin(Caller(missed.call_id, missed.caller, missed.called, ""), entry)
    else:
        board.doors.books.close(entry, NoteEnded("transferred", left.cause, UNSEEN), left.at)
