"""The speaking worker: serves text to sound on the bus, with the engine that the settings name.

python -m media_server.tts.main
"""

import asyncio
import contextlib
import logging
import signal
import sys
from concurrent.futures import Executor, ThreadPoolExecutor

import uvloop

from core.bus import serve
from core.commands import ToTts
from core.settings import Settings, SettingsError, load
from core.sites import LANGUAGES
from core.telemetry import serve_status, set_up_logging
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


async def work(settings: Settings, thread: Executor) -> None:
    """Serve until SIGTERM or SIGINT. OSError if an address is taken, EngineError if the engine does not start."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    missing: str | None = "the engine is starting"
    runner = await serve_status(settings.metrics_address("tts-worker"), lambda: missing)
    try:
        engine = await loop.run_in_executor(thread, start_engine, settings.engines.tts)
        front_end = FrontEnd.load()
        worker = Worker(engine, front_end.spoken, thread)
        async with serve(settings.socket("tts-worker"), ToTts, worker.serve), asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(worker.run())
            missing = None
            log.info("= ready", extra={"engine": engine.name})
            await stop.wait()
            speaking.cancel()
    finally:
        await runner.cleanup()


def main() -> int:
    try:
        settings = load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logging(settings.log_level)
    try:
        with ThreadPoolExecutor(1, "engine") as thread, contextlib.suppress(KeyboardInterrupt):
            uvloop.run(work(settings, thread))
    except (OSError, EngineError) as error:
        log.error("! cannot start: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
