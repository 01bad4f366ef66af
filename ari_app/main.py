"""ari-app: answers calls. `python -m ari_app.main`

Stops on SIGTERM without hanging up: conversations go on in Asterisk and the media server, and the next start takes
them up (recover.py).
"""

import asyncio
import contextlib
import logging
import sys

from ari_app import metrics
from ari_app.announcements import Announcements
from ari_app.ari.client import Ari, AriError
from ari_app.ari.socket import EventSocket, Replaced
from ari_app.books import Books
from ari_app.briefing import Briefing
from ari_app.call.seats import Seats
from ari_app.call.state import Limits
from ari_app.door import Door
from ari_app.doors import Doors
from ari_app.journal import Journal
from ari_app.lease import Lease
from ari_app.media_servers import MediaServers
from ari_app.missed import make_up
from ari_app.recordings import Recordings
from ari_app.recover import RESTARTED, UNSEEN, compare_notes, sweep
from ari_app.sites import LOOK_UP_LIMIT_S, Sites, from_database
from ari_app.standing import StandingOrders
from ari_app.switchboard import Switchboard
from core.bus import serve
from core.db import Database
from core.orders import Order
from core.outbox import Outbox
from core.process import run, stop_signal
from core.settings import Settings
from core.telemetry import serve_status
from core.trunks import TrunksUnreadable, trunks

log = logging.getLogger(__name__)

FIRST_COMPARISON_PAUSE_S = 0.5
"""Asterisk may answer its event socket a moment before all of ARI."""
CATCH_UP_S = 1.0


class Stopped(Exception):
    """We were asked to end."""


async def work(settings: Settings, name: str = "ari-app") -> None:
    """Until SIGTERM or SIGINT. OSError: the status port is taken. KeyError: a secret is missing. TrunksUnreadable, Replaced."""
    async with contextlib.AsyncExitStack() as stack:
        ari = await stack.enter_async_context(Ari(settings))
        database = await stack.enter_async_context(Database(settings, connections=2, wait_s=LOOK_UP_LIMIT_S))
        outbox = await stack.enter_async_context(Outbox(settings, "ari-app"))
        socket, lease = EventSocket(ari), Lease(ari, name)
        status = await serve_status(settings.metrics_address(name), lambda: _missing(socket, lease))
        stack.push_async_callback(status.cleanup)
        await _live(_doors(settings, ari, database, outbox), socket, lease, settings)


async def _live(doors: Doors, socket: EventSocket, lease: Lease, settings: Settings) -> None:
    replaced: list[BaseException] = []
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_until_asked(), name="signals")
            await lease.win()
            _take_calls(tasks, doors, socket, lease, settings)
    except* Stopped:
        await lease.give_back()
        log.info("= stopped, calls go on")
    except* Replaced as group:
        replaced.extend(group.exceptions)
    if replaced:
        raise replaced[0]


def _take_calls(tasks: asyncio.TaskGroup, doors: Doors, socket: EventSocket, lease: Lease, settings: Settings) -> None:
    board = Switchboard(doors, tasks)
    tasks.create_task(doors.media.watch(), name="media servers")
    tasks.create_task(lease.keep(lambda: socket.connected), name="heart")
    tasks.create_task(socket.run(board.hear, board.unsure.set), name="event socket")
    tasks.create_task(_keep_in_step(board, settings.calls.orphan_s), name="recover")
    tasks.create_task(_take_orders(board, settings), name="orders")
    tasks.create_task(_keep_journal(doors.books.journal), name="journal")


def _doors(settings: Settings, ari: Ari, database: Database, outbox: Outbox) -> Doors:
    calls = settings.calls
    announcements = Announcements(settings.socket("tts-worker"), settings.run_dir / "announcements")
    return Doors(
        ari=ari,
        sites=Sites(from_database(database), calls.site_cache_s),
        standing=StandingOrders(ari, announcements),
        books=Books(Journal(settings.home / "calls"), outbox.publish, Recordings(settings.recordings_dir)),
        seats=Seats(),
        announcements=announcements,
        briefing=Briefing(settings.socket("tts-worker"), settings.run_dir / "briefings"),
        trunk_hosts={trunk["name"]: trunk.get("host", "") for trunk in settings.asterisk.trunks if "name" in trunk},
        media=MediaServers(settings),
        limits=Limits(
            media_open=calls.media_open_s,
            media_ringing=calls.media_ringing_s,
            media_ready=calls.media_ready_s,
            ring=calls.ring_s,
            call=settings.asterisk.call_limit_s + 5,
            phones=tuple(operator["extension"] for operator in settings.asterisk.operators),
            trunks=tuple(trunks(settings.asterisk.trunks).values()),
        ),
        max_total=calls.max_total,
        unknown_number=calls.unknown_number,
        drained=calls.drained,
    )


def _missing(socket: EventSocket, lease: Lease) -> str | None:
    return None if lease.stands_by or (lease.beats and socket.connected) else "Asterisk's event socket"


async def _until_asked() -> None:
    await stop_signal().wait()
    raise Stopped


async def _take_orders(board: Switchboard, settings: Settings) -> None:
    async with serve(settings.socket("ari-app"), Order, Door(board.obey).serve):
        await asyncio.Event().wait()


async def _keep_journal(journal: Journal) -> None:
    """A disk that was full may have room again."""
    while True:
        await asyncio.sleep(CATCH_UP_S)
        journal.catch_up()


async def _keep_in_step(board: Switchboard, orphan_s: float) -> None:
    """Compare after each connection and whenever we are unsure, sweep every `orphan_s` seconds."""
    started: str | None = None
    wait: float | None = None
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await board.unsure.wait()
        board.unsure.clear()
        try:
            info = await board.doors.ari.info()
            unseen = UNSEEN
            if info.status and info.status.startup_time != started:
                unseen = RESTARTED if started else UNSEEN
                started = info.status.startup_time
                board.doors.standing.forget()
            await compare_notes(board, unseen)
            await make_up(board)
            await sweep(board)
            wait = orphan_s
        except AriError as error:
            metrics.ARI_ERRORS.labels(type(error).__name__).inc()
            log.warning("! notes not compared", extra={"error": str(error)})
            wait = FIRST_COMPARISON_PAUSE_S


if __name__ == "__main__":
    sys.exit(run("ari-app", work, KeyError, Replaced, TrunksUnreadable))
