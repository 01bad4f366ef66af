"""The edge process: RTP, echo, VAD, turns and playout of all calls. No model runs in this process's GIL but Silero's.

python -m media_server.main         (started by `bin/haazir up`, or systemd)
"""

import asyncio
import contextlib
import gc
import logging
import signal
import sys

import uvloop

from core import settings as core_settings
from core.bus import serve
from core.commands import ToMedia
from core.outbox import Outbox
from core.settings import Settings
from core.telemetry import serve_status, set_up_logging
from media_server.edge import Edge
from media_server.phrasebook import Phrasebook
from media_server.rtp.pacer import start_pacer
from media_server.session import Shared
from media_server.tts.phrases import PhraseCache
from media_server.vad.silero import Silero

log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    runner = await serve_status(settings.metrics_address("media-server"), lambda: None)
    phrasebook = Phrasebook(settings, PhraseCache(settings.home / "phrases"))
    pacer = start_pacer(settings.home / "lib")
    async with Outbox(settings, "media-server") as outbox:
        edge = Edge(Shared(settings, Silero(), pacer, phrasebook, outbox))
        gc.collect()
        gc.freeze()  # what is loaded now stays: collections in mid-call need not look at it
        async with serve(settings.socket("media-server"), ToMedia, edge.control):
            ticking = asyncio.create_task(edge.run())
            ticking.add_done_callback(lambda _: stop.set())  # without its tick every call is silent: better start anew
            log.info("= ready", extra={"pacer": type(pacer).__name__})
            await stop.wait()
            await edge.close()
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
    pacer.stop()
    await runner.cleanup()


def main() -> None:
    try:
        settings = core_settings.load()
        set_up_logging(settings.log_level)
        uvloop.run(run(settings))
    except (core_settings.SettingsError, OSError) as error:
        sys.exit(f"media-server can't start: {error}")


if __name__ == "__main__":
    main()
