"""Which full-context model the settings name, and the engine over it. Torch and onnxruntime are imported when it is loaded."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from core.checkpoints import CheckpointMissing, chosen
from core.settings import Settings
from media_server.stt import metrics
from media_server.stt.chunked.engine import Chunked
from media_server.stt.chunked.punjabi import Router
from media_server.stt.chunked.words import FullContext
from media_server.stt.worker import Engine

log = logging.getLogger(__name__)

ROMANISED = ("whisper-hinglish", "hindi2hinglish")
"""In the name or path of a Whisper that writes Hindi in Latin letters: it was taught to do so as "English" (its card)."""
PUNJABI = "indic-conformer"


def open_chunked(settings: Settings, give_up: Callable[[], None] = lambda: None) -> Chunked:
    """The engine whisper or indic-conformer of the settings. CheckpointMissing; what is wrong with one comes out on loading."""
    hearing = settings.hearing
    engine = settings.engines.stt
    path = chosen(settings, engine, hearing.model)
    opened = Chunked(engine, loader(engine, path, settings), most=hearing.max_streams, give_up=give_up)
    metrics.ROOM.set_function(lambda: opened.room)
    return opened


def open_punjabi(settings: Settings) -> Chunked:
    """The engine that hears Punjabi beside another: only at pauses, so that it takes little of the GPU. CheckpointMissing."""
    path = chosen(settings, PUNJABI, settings.hearing.punjabi_model)
    return Chunked(PUNJABI, loader(PUNJABI, path, settings), most=settings.hearing.max_streams, guesses=False)


def with_punjabi(
    live: AbstractAsyncContextManager[Engine], settings: Settings, give_up: Callable[[], None] = lambda: None
) -> AbstractAsyncContextManager[Engine]:
    """The engine with the one that hears Punjabi beside it; without, if the settings want none or its checkpoint is not here."""
    if not settings.hearing.punjabi_model:
        return live
    try:
        return Router(live, open_punjabi(settings), give_up)
    except CheckpointMissing as missing:
        log.warning("! no Punjabi", extra={"because": str(missing)})
        return live


def loader(engine: str, path: Path, settings: Settings) -> Callable[[], FullContext]:
    """For the thread that will own the model: CheckpointUnfit, RuntimeError, MemoryError, ImportError."""
    hearing = settings.hearing
    spoken = "en" if any(name in f"{hearing.model} {path}".lower() for name in ROMANISED) else ""

    def load() -> FullContext:
        if engine == "whisper":
            from media_server.stt.chunked.whisper import load_whisper

            return load_whisper(path, hearing.device, hearing.precision, spoken=spoken)
        from media_server.stt.chunked.indic_conformer import load_indic_conformer

        return load_indic_conformer(path, hearing.device)

    return load
