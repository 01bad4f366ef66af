"""The edge process: RTP, echo, VAD, turns and playout of all calls. No model runs in this process's GIL but Silero's.

python -m media_server.main         (started by `bin/haazir up`, or systemd)
"""

import asyncio
import contextlib
import gc
import logging
import sys

from core.bus import Address, Host, serve
from core.commands import ToMedia
from core.outbox import Outbox
from core.process import run, stop_signal
from core.settings import Settings
from core.telemetry import serve_status
from media_server.edge import Edge
from media_server.neighbour import Attendance
from media_server.phrasebook import Phrasebook
from media_server.rtp.pacer import start_pacer
from media_server.session import Shared
from media_server.tts.phrases import PhraseCache
from media_server.vad.silero import Silero

log = logging.getLogger(__name__)


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError if an address is taken.

    /healthz answers once we are up; /readyz says whether a call could be taken, which needs others too.
    """
    stop = stop_signal()
    phrasebook = Phrasebook(settings, PhraseCache(settings.home / "phrases"))
    pacer = start_pacer(settings.home / "lib")
    async with Outbox(settings, "media-server") as outbox:
        others = Attendance(settings)
        edge = Edge(Shared(settings, Silero(), pacer, phrasebook, outbox), lambda: others.missing)
        gc.collect()
        gc.freeze()  # what is loaded now stays: collections in mid-call need not look at it
        async with serve(address(settings), ToMedia, edge.control), others:
            runner = await serve_status(settings.metrics_address("media-server"), lambda: edge.missing)
            ticking = asyncio.create_task(edge.run())
            ticking.add_done_callback(lambda _: stop.set())  # without its tick every call is silent: better start anew
            log.info("= ready", extra={"pacer": type(pacer).__name__})
            await stop.wait()
            await edge.close()
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
            await runner.cleanup()
    pacer.stop()


def address(settings: Settings) -> Address:
    """Where controllers find us: a unix socket, or a port of a private network. KeyError: no secret `media_bus`."""
    if not settings.media.listen:
        return settings.socket("media-server")
    host, _, port = settings.media.listen.rpartition(":")
    return Host(host, int(port), settings.secret("media_bus").encode())


if __name__ == "__main__":
    sys.exit(run("the media server", work, KeyError))
