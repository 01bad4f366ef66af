"""A process that decodes: PocketSphinx holds Python's lock while it works, so calls are spread over a few of these.

    python -m media_server.stt.decoder_process SOCKET       one connection per call: Learn, then what Hearing takes

    connections ──> Seats ──the one that is waited for, else in turn──> a slice of decoding ──> its words

Started by media_server.stt.farm, and ends when its standard input does: with its parent, however that ends.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop

from core.bus import Link, PeerGone, serve
from core.speech import HearingOpened
from core.telemetry import set_up_logging
from media_server.stt.hearing import Hearing, Learn, ToDecoder
from media_server.stt.recogniser import Model, Recogniser
from media_server.stt.seats import Seat, Seats

log = logging.getLogger(__name__)

BETWEEN_MAKING = 0.3
"""Seconds from one decoder made for the stock to the next: making one takes 0.1 s, and calls that open or speak go first."""
STOCK = 8
"""Decoders of a site that are ready before anybody speaks: as many callers can speak at once without waiting for one."""


class Desk:
    """Serves connections of one process; they take turns after each slice of sound."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._stocking: dict[Recogniser, asyncio.Task[None]] = {}
        self._seats = Seats()
        self._news = asyncio.Event()

    async def listen(self, link: Link[ToDecoder]) -> None:
        """One connection, to its end."""
        learn = await link.receive()
        if not isinstance(learn, Learn):
            raise PeerGone("spoke before it said what to expect")
        recogniser = self._model.recogniser(learn.phrases)
        if recogniser not in self._stocking:
            self._stocking[recogniser] = asyncio.create_task(self._stock(recogniser))
        link.send(HearingOpened(engine="pocketsphinx"))
        with self._seats.taken(Seat(Hearing(recogniser, learn.languages), link.send)) as seat:
            async for message in link:
                if not isinstance(message, Learn):
                    seat.put(message)
                    self._news.set()

    async def decode(self) -> None:
        """For ever: a slice of sound at a time."""
        while True:
            if (seat := self._seats.next()) is None:
                self._news.clear()
                await self._news.wait()
                continue
            with contextlib.suppress(PeerGone):  # `listen` sees it too, and gives up the seat
                seat.work()
            await asyncio.sleep(0)

    async def _stock(self, recogniser: Recogniser) -> None:
        for _ in recogniser.stock(STOCK):
            await asyncio.sleep(BETWEEN_MAKING)


@contextlib.asynccontextmanager
async def open_desk(path: Path) -> AsyncIterator[None]:
    desk = Desk(Model())
    async with serve(path, ToDecoder, desk.listen):
        decoding = asyncio.create_task(desk.decode())
        try:
            yield
        finally:
            decoding.cancel()


async def run(path: Path) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; our parent tells us when
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1) else stop.set())
    async with open_desk(path):
        await stop.wait()


if __name__ == "__main__":
    set_up_logging("INFO")
    uvloop.run(run(Path(sys.argv[1])))
