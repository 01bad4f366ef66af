"""After every (re)connection, and every now and then: Asterisk's channels and our sessions must tell the same story.

Asterisk has          we have            then
caller in our app     journal            take the call up again (a live conversation), or start over (not yet answered)
caller in our app     with people        they gave the caller back: the agent
caller in our app     nothing            start it: it came in while nobody listened
caller elsewhere      session or journal it is with people: wait for its end; or whom we called does not answer yet
no caller             session or journal it ended unseen: say so
leg or bridge         no session         an orphan: delete it, unless somebody talks on it (core/leftovers.py)
"""

import logging
import time

import msgspec

from ari_app import metrics
from ari_app.ari.models import Channel
from ari_app.books import Caller
from ari_app.call.vocabulary import FOUND, OUTBOUND, CallerBack, CallerGone, CallerLeft, NoteEnded, PickedUp, Reached
from ari_app.followers import Company, missed
from ari_app.journal import Entry
from ari_app.session import Session
from ari_app.switchboard import AGAIN, INBOUND, Switchboard, caller_of
from core.events import INTERWORKING, Outcome
from core.ids import CallId, bridge_id, company_variable, media_channel_id
from core.leftovers import call_bridged, call_left_by

log = logging.getLogger(__name__)


UNSEEN = "end not seen"
RESTARTED = "Asterisk restarted"


async def compare_notes(board: Switchboard, unseen: str = UNSEEN) -> None:
    """`unseen`: why calls may have ended without our hearing of it. AriError: Asterisk is away; compare again when it is back."""
    sessions = dict(board.sessions)  # before the question: a call that comes in meanwhile is no mystery
    channels = {channel.id: channel for channel in await board.doors.ari.channels()}
    for call, session in sessions.items():
        if call not in channels:
            session.lose(CallerGone(INTERWORKING, unseen))
        elif not _in_our_app(channels[call], board):
            session.lose(CallerLeft())
            _answered(session, channels[call])
    entries = {entry.call_id: entry for entry in board.doors.books.journal.entries()}
    for call, entry in entries.items():
        if call not in board.sessions and call not in channels:
            _close(board, await _caught_up(board, entry), unseen)
            await board.doors.ari.forget_global(company_variable(call))
        elif call not in board.sessions and not _in_our_app(channels[call], board):
            _watch(board, await _caught_up(board, entry), channels[call])
    for channel in channels.values():
        if CallId(channel.id) not in board.sessions and _in_our_app(channel, board):
            await _take_up(board, channel, entries.get(CallId(channel.id)))


async def sweep(board: Switchboard) -> None:
    """Delete legs and bridges of calls that are over; one by one, for parallel deletes crashed Asterisk 20 (issue 1201)."""
    ari = board.doors.ari
    for channel in await ari.channels():
        call = call_left_by(channel, ari.app)
        if call is not None and call not in board.sessions:
            log.warning("! orphaned leg", extra={"call": call})
            metrics.ORPHANS.labels("channel").inc()
            await ari.hang_up(channel.id)
    for bridge in await ari.bridges():
        call = call_bridged(bridge.id)
        if call is not None and call not in board.sessions:
            log.warning("! orphaned bridge", extra={"call": call})
            metrics.ORPHANS.labels("bridge").inc()
            await ari.destroy_bridge(bridge.id)


def _in_our_app(channel: Channel, board: Switchboard) -> bool:
    """A caller waiting in (or talking through) our application."""
    return board.doors.ari.holds(channel) and _arguments(channel)[0] in {INBOUND, OUTBOUND, *AGAIN}


def _arguments(channel: Channel) -> list[str]:
    """Of Stasis()."""
    return channel.dialplan.app_data.split(",")[1:] or [""]


async def _take_up(board: Switchboard, channel: Channel, entry: Entry | None) -> None:
    how = "resumed" if entry and entry.answered and not entry.with_people else "restarted"
    log.info("= call taken up", extra={"call": channel.id, "how": how})
    metrics.ADOPTED.labels(how).inc()
    call = CallId(channel.id)
    if how == "restarted":  # half-made legs are in the way of new ones
        await board.doors.ari.hang_up(media_channel_id(call))
        await board.doors.ari.destroy_bridge(bridge_id(call))
    if call not in board.sessions:
        caller = caller_of(channel, _arguments(channel))
        of_old = caller if entry is None or entry.purpose is None else _caller(entry, caller.native)
        board.begin(of_old, entry, given_back=_arguments(channel)[0] in AGAIN)
        if entry is not None and entry.dialled:  # and answered while nobody listened
            board.sessions[call].find(Reached(time.time(), caller.native))
        elif entry is not None and entry.with_people:
            board.sessions[call].find(CallerBack(FOUND))


def _caller(entry: Entry, native: str) -> Caller:
    return Caller(entry.call_id, entry.caller, entry.called, native, purpose=entry.purpose)


async def _caught_up(board: Switchboard, entry: Entry) -> Entry:
    """With whom the caller has talked meanwhile is on record, too."""
    trail = await board.doors.ari.global_variable(company_variable(entry.call_id))
    for at, company in missed(Company(entry.person), trail, entry.met_at):
        entry = board.doors.books.met(entry, company, at)
    return entry


def _watch(board: Switchboard, entry: Entry, channel: Channel) -> None:
    """Or go on looking for a person: whoever was asked may have taken the caller meanwhile. Or go on ringing."""
    if entry.dialled and channel.state != "Up":
        metrics.ADOPTED.labels("dialled").inc()
        board.begin(_caller(entry, entry.native), entry)
        return
    metrics.ADOPTED.labels("handover" if entry.handover else "with people").inc()
    board.begin(_caller(entry, entry.native), entry if entry.handover else msgspec.structs.replace(entry, with_people=True))
    session = board.sessions[entry.call_id]
    if entry.handover:
        session.lose(CallerLeft())
    _answered(session, channel)


def _answered(session: Session, channel: Channel) -> None:
    """By people, for they are not with us. Whom we called is not called again."""
    if channel.state == "Up":
        session.find(PickedUp(time.time()))


def _close(board: Switchboard, entry: Entry, unseen: str) -> None:
    unanswered: Outcome = "failed" if entry.dialled else "abandoned"
    outcome: Outcome = "transferred" if entry.with_people else "caller_hung_up" if entry.answered else unanswered
    log.info("= call ended unseen", extra={"call": entry.call_id, "outcome": outcome})
    board.doors.books.close(entry, NoteEnded(outcome, INTERWORKING, unseen))
