"""The speaking worker: serves text to sound on the bus, with the engine that the settings name.

python -m media_server.tts.main
"""

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

from core.bus import serve
from core.process import run, stop_signal
from core.settings import Settings
from core.sites import LANGUAGES
from core.speech import ToTts
from core.telemetry import serve_status
from media_server.tts.engine import Engine, EngineError
from media_server.tts.espeak import Espeak
from media_server.tts.instant import Instant
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.worker import Worker

log = logging.getLogger(__name__)


def start_engine(name: str) -> Engine:
    """The engine of that name, its voices loaded. EngineError if it cannot start."""
    engine: Engine = Instant() if name == "instant" else Espeak()
    for language in LANGUAGES:
        engine.gain("", language)
    return engine


async def work(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. OSError if an address is taken, EngineError if the engine does not start."""
    stop = stop_signal()
    missing: str | None = "the engine is starting"
    runner = await serve_status(settings.metrics_address("tts-worker"), lambda: missing)
    try:
        with ThreadPoolExecutor(1, "engine") as thread:
            engine = await asyncio.get_running_loop().run_in_executor(thread, start_engine, settings.engines.tts)
            worker = Worker(engine, FrontEnd.load().spoken, thread)
            async with serve(settings.socket("tts-worker"), ToTts, worker.serve), asyncio.TaskGroup() as tasks:
                speaking = tasks.create_task(worker.run())
                missing = None
                log.info("= ready", extra={"engine": engine.name})
                await stop.wait()
                speaking.cancel()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(run("the speaking worker", work, EngineError))
