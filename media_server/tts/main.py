"""The speaking worker: serves text to sound on the bus, with the engines that the settings name.

python -m media_server.tts.main

A neural engine is loaded behind eSpeak, which speaks for it meanwhile; until then we are not ready, but calls are served.
"""

import asyncio
import importlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from core.bus import serve
from core.checkpoints import CheckpointMissing, chosen, revision_of, voice_model
from core.db import Database
from core.engines import NEURAL, TtsEngine
from core.process import run_alone, stop_signal
from core.settings import Settings
from core.sites import LANGUAGES
from core.speech import ToTts
from core.telemetry import serve_status
from media_server.tts.desk import Desk
from media_server.tts.engine import Engine, EngineError, EngineLost, SlotEngine
from media_server.tts.kept import Kept
from media_server.tts.phrases import PhraseCache
from media_server.tts.single import Single
from media_server.tts.site_lexicon import SiteLexicons, read_lexicon
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.indian_english import cmu_sounds
from media_server.tts.voices import at_hand
from media_server.tts.worker import Worker


def load(name: str, settings: Settings) -> SlotEngine:
    """The engine of that name, its voices loaded. EngineError if it cannot start. What neural ones need is imported only here."""
    if name in NEURAL:
        try:
            loaded: SlotEngine = importlib.import_module(f"media_server.tts.{name}.engine").load(settings)
        except ImportError as error:
            raise EngineError(f"{name} can't be imported ({error}): bin/haazir up installs what it lacks") from error
        if loaded.english == "devanagari":
            cmu_sounds()  # here, in the engine's thread: a tenth of a second that no call's first clause is to wait for
        return loaded
    engine = simple(name)
    for language in LANGUAGES:
        engine.gain("", language)
    return Single(engine)


def simple(name: str) -> Engine:
    """An engine without weights. eSpeak is not imported either unless it is wanted: it is GPL-3."""
    if name == "instant":
        from media_server.tts.instant import Instant

        return Instant()
    from media_server.tts.espeak import Espeak

    return Espeak()


def desk(name: TtsEngine, settings: Settings) -> Desk:
    return Desk(name, ThreadPoolExecutor(1, name), partial(load, name, settings), revision=revision_to_be(name, settings))


def revision_to_be(name: TtsEngine, settings: Settings) -> str:
    """Which model that engine will have: sound kept of it is played while it is loaded. Empty: none, or it is not here."""
    try:
        return revision_of(chosen(settings, name, voice_model(settings, name))) if name in NEURAL else ""
    except (CheckpointMissing, OSError):  # its own thread will say what is the matter
        return ""


async def work(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. OSError if an address is taken, EngineError if an engine does not start, EngineLost if one
    can't go on in this process."""
    stop = stop_signal()
    desks = [desk(name, settings) for name in at_hand(settings.engines)]
    runner = await serve_status(settings.metrics_address("tts-worker"), lambda: _missing(desks))
    try:
        async with Database(settings, connections=2, wait_s=0.5) as database:
            worker = _worker(desks, settings, database)
            speaking, stopping = asyncio.create_task(worker.run()), asyncio.create_task(stop.wait())
            async with serve(settings.socket("tts-worker"), ToTts, worker.serve):
                await asyncio.wait((speaking, stopping), return_when=asyncio.FIRST_COMPLETED)
        if speaking.done():
            speaking.result()
        speaking.cancel()
    finally:
        await runner.cleanup()


def _worker(desks: Sequence[Desk], settings: Settings, database: Database) -> Worker:
    lexicons = SiteLexicons(lambda site: read_lexicon(database, site), fresh_s=settings.calls.site_cache_s)
    return Worker(
        desks,
        FrontEnd.load().spoken,
        reserve=next((desk for desk in desks if desk.engine.name == "espeak"), None),
        kept=Kept(PhraseCache(settings.home / "clauses"), ThreadPoolExecutor(1, "clauses")),
        lexicons=lexicons.now,
        late_s=settings.speaking.late_ms / 1000,
    )


def _missing(desks: Sequence[Desk]) -> str | None:
    return ", ".join(missing for desk in desks if (missing := desk.missing) is not None) or None


if __name__ == "__main__":
    run_alone("the speaking worker", work, EngineError, EngineLost)
