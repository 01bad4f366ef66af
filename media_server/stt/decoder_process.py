"""A process that decodes: PocketSphinx holds Python's lock while it works, so calls are spread over a few of these.

    python -m media_server.stt.decoder_process SOCKET       one connection per call: Learn, then what Hearing takes

Started by media_server.stt.farm, and ends when its standard input does: with its parent, however that ends.
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import uvloop

from core.bus import Link, PeerGone, serve
from core.commands import HearingFailed, HearingOpened
from core.telemetry import set_up_logging
from media_server.stt.hearing import Hearing, Learn, ToDecoder
from media_server.stt.recogniser import Model, Recogniser

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

    async def listen(self, link: Link[ToDecoder]) -> None:
        learn = await link.receive()
        if not isinstance(learn, Learn):
            raise PeerGone("spoke before it said what to expect")
        recogniser = self._model.recogniser(learn.phrases)
        if recogniser not in self._stocking:
            self._stocking[recogniser] = asyncio.create_task(self._stock(recogniser))
        hearing = Hearing(recogniser, learn.languages)
        link.send(HearingOpened(engine="pocketsphinx"))
        try:
            async for message in link:
                if not isinstance(message, Learn):
                    await self._take(hearing, message, link)
        finally:
            hearing.close()

    async def _stock(self, recogniser: Recogniser) -> None:
        for _ in recogniser.stock(STOCK):
            await asyncio.sleep(BETWEEN_MAKING)

    async def _take(self, hearing: Hearing, message: ToDecoder, link: Link[ToDecoder]) -> None:
        assert not isinstance(message, Learn)
        try:
            for answer in hearing.take(message):
                if answer is not None:
                    link.send(answer)
                await asyncio.sleep(0)
        except RuntimeError as error:  # PocketSphinx's own: this utterance is lost, its decoder too
            log.warning("! decoder failed", extra={"error": str(error)})
            hearing.drop()
            link.send(HearingFailed(detail=f"decoder failed: {error}"))


async def run(path: Path) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; our parent tells us when
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1) else stop.set())
    async with serve(path, ToDecoder, Desk(Model()).listen):
        await stop.wait()


if __name__ == "__main__":
    set_up_logging("INFO")
    uvloop.run(run(Path(sys.argv[1])))
