"""The hearing worker: serves callers' sound to words on the bus, with the engine that the settings name.

python -m media_server.stt.main
"""

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable

from core.bus import serve
from core.checkpoints import CheckpointMissing, CheckpointUnfit
from core.db import Database
from core.process import run_alone, stop_signal
from core.settings import Settings
from core.speech import ToStt
from core.telemetry import serve_status
from media_server.device import DeviceFull, DeviceMissing
from media_server.stt.farm import Farm
from media_server.stt.instant import Instant
from media_server.stt.site_phrases import SitePhrases, read_phrases
from media_server.stt.worker import Engine, EngineLost, Worker, lost

log = logging.getLogger(__name__)

MOST_PROCESSES = 4
"""Each caller who speaks takes a seventh of a processor; each process, 300 MB."""


@contextlib.asynccontextmanager
async def open_engine(settings: Settings, give_up: Callable[[], None] = lambda: None) -> AsyncIterator[Engine]:
    """The engine of the settings; ready to be asked, not necessarily to answer yet.

    One that can't go on calls `give_up`; the end of the context then raises why. Neural ones are imported only if chosen, and are
    lost if their packages are not installed.
    """
    if settings.engines.stt == "instant":
        yield Instant()
        return
    settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with Database(settings, connections=2, wait_s=0.5) as db:
        phrases = SitePhrases(lambda site: read_phrases(db, site), db.site_ids, fresh_s=settings.calls.site_cache_s)
        with lost(settings.engines.stt):
            opened = _with_phrases(settings, phrases, give_up)
        async with opened as engine:
            yield engine


def _with_phrases(
    settings: Settings, phrases: SitePhrases, give_up: Callable[[], None]
) -> contextlib.AbstractAsyncContextManager[Engine]:
    match settings.engines.stt:
        case "nemo":
            from media_server.stt.chunked.opening import with_punjabi
            from media_server.stt.nemo.engine import Nemo

            return with_punjabi(Nemo(settings, phrases, give_up), settings, give_up)
        case "whisper" | "indic-conformer":
            from media_server.stt.chunked.opening import open_chunked

            return open_chunked(settings, give_up)
        case _:
            return Farm(settings.run_dir, min(os.cpu_count() or 1, MOST_PROCESSES), phrases)


async def work(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. OSError if an address is taken; CheckpointMissing, CheckpointUnfit, DeviceMissing and
    DeviceFull of the engine's model, EngineLost if it can't go on in this process."""
    stop = stop_signal()
    async with open_engine(settings, stop.set) as engine:
        runner = await serve_status(settings.metrics_address("stt-worker"), lambda: engine.missing)
        try:
            async with serve(settings.socket("stt-worker"), ToStt, Worker(engine).serve):
                log.info("= serving", extra={"engine": engine.name})
                await stop.wait()
        finally:
            await runner.cleanup()


if __name__ == "__main__":
    run_alone("the hearing worker", work, CheckpointMissing, CheckpointUnfit, DeviceMissing, DeviceFull, EngineLost)
