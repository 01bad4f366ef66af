"""The engine `nemo` of the hearing worker: calls in, their words out, as many as one model hears in time.

open ──> Ear.send ──> Ticker's thread: one step for all ──> Ear.receive
  └────> Full at once, when more calls than these could not be heard in time
"""

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Self

import torch

from core import budget_file
from core.audio import RATE
from core.bus import PeerGone
from core.checkpoints import CheckpointMissing, chosen, path_of, usual
from core.settings import Settings
from core.speech import Audio, EndUtterance, Expect, Flush, FromStt, HearingFailed, OpenHearing
from media_server.device import room_for
from media_server.stt import metrics
from media_server.stt.hanging import HANGS_S, STOPS_S, Watch
from media_server.stt.nemo.boosting import names_of
from media_server.stt.nemo.loading import Model, load
from media_server.stt.nemo.pace import Pace
from media_server.stt.nemo.reading import Reader, prompt_of
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.stream import Stream
from media_server.stt.nemo.ticker import Call, Ticker, measured
from media_server.stt.nemo.trees import Nursery
from media_server.stt.site_phrases import SitePhrases
from media_server.stt.worker import EngineLost, Full, lost

log = logging.getLogger(__name__)

TINY = "tiny"
"""The checkpoint that ships with the project."""


class Nemo:
    """Use as a context: the model is loaded in it, in a thread of its own, and `missing` until then.

    `give_up` is called, in the event loop, when the engine can't go on; the end of the context raises why.
    """

    name = "nemo"

    def __init__(
        self,
        settings: Settings,
        phrases: SitePhrases,
        give_up: Callable[[], None] = lambda: None,
        ticker: Ticker | None = None,
        hangs_s: float = HANGS_S,
    ) -> None:
        self._settings = settings
        self._phrases = phrases
        self._give_up = give_up
        self._ticker = ticker or Ticker()
        self._watch = Watch("a step", lambda: self._ticker.busy_s, hangs_s)
        self._model: Model | None = None
        self._pace: Pace | None = None
        self._nursery: Nursery | None = None
        self._free: list[int] = []
        self._ears: set[NemoEar] = set()
        self._ended = False
        self._hangs: str | None = None
        self.loaded = asyncio.Event()

    async def __aenter__(self) -> Self:
        metrics.ROOM.set_function(lambda: self.room)
        self._loop = asyncio.get_running_loop()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="nemo")
        self._running = self._loop.run_in_executor(self._executor, self._run)
        self._running.add_done_callback(self._over)
        self._watching = self._loop.create_task(self._look_whether_it_hangs())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._watching.cancel()
        self._ticker.stop()
        self._executor.shutdown(wait=False)
        if self._nursery is not None:
            self._nursery.close()
        if self._model is not None and not self._ended:  # one that is being loaded can't be told to stop
            await asyncio.wait((self._running,), timeout=STOPS_S)
        if self._hangs is not None:
            raise EngineLost(self._hangs)
        if self._running.done():
            with lost(self.name):
                self._running.result()
        self._running.cancel()

    @property
    def missing(self) -> str | None:
        if self._ended:
            return "the engine has failed"
        if self._pace is None:
            return "the model is being loaded"
        if late := self._watch.late:
            return late
        if not self._ears and not self._pace.room(0):
            return "this machine is too slow to hear even one call in time with this model"
        return None

    @property
    def room(self) -> int:
        """How many more calls it could hear in time, now."""
        return 0 if self._pace is None or self._ended else min(len(self._free), self._pace.room(len(self._ears)))

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator["NemoEar"]:
        """PeerGone while there is no model, Full if one call more would make all of them late."""
        self._look_for_room()
        names = await asyncio.to_thread(_names, await self._phrases.now(opening.site_id))
        _, nursery = self._look_for_room()
        tree = await asyncio.wrap_future(nursery.of_site(names))
        model, _ = self._look_for_room()
        row = self._free.pop()
        ear = NemoEar(self._ticker, self._loop, nursery, names)
        ear.call = Call(
            row=row,
            prompt=prompt_of(opening.languages, model.prompts),
            stream=Stream(Reader(opening.languages)),
            answer=ear.answered,
            left=lambda: self._tell(self._free.append, row),
            likely=tree,
        )
        self._ears.add(ear)
        self._ticker.join(ear.call)
        try:
            yield ear
        finally:
            self._ears.discard(ear)
            self._ticker.leave(ear.call)

    def _look_for_room(self) -> tuple[Model, Nursery]:
        if self._model is None or self._pace is None or self._nursery is None or self._ended:
            raise PeerGone(self.missing or "the engine is not ready")
        if not self.room:
            raise Full(f"full: {len(self._ears)} calls are heard, more could not be heard in time")
        return self._model, self._nursery

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────────────────
    def _run(self) -> None:
        path, name = checkpoint(self._settings)
        hearing = self._settings.hearing
        model = load(path, hearing.device, hearing.precision)
        most, planned = most_streams(self._settings, model, name)
        with room_for("hearing"):
            slots = Slots(model, most)
            times = measured(model, slots)
        menu = [frames * model.frame for frames in model.chunks]
        pace = Pace(menu, times, fixed=_nearest(menu, hearing.chunk_ms), most=most)
        log.info(
            "= model loaded",
            extra={"checkpoint": path.name, "device": str(model.device), "calls": pace.room(0), "planned": planned},
        )
        self._tell(self._loaded, model, pace, most)
        self._ticker.run(model, slots, pace)

    def _loaded(self, model: Model, pace: Pace, rows: int) -> None:
        self._model, self._pace, self._nursery, self._free = model, pace, Nursery(model), list(range(rows))
        self.loaded.set()

    def _over(self, running: asyncio.Future[None]) -> None:
        """The thread has ended: because it was told to, or with an error."""
        if not running.cancelled() and (error := running.exception()) is not None and not self._ended:
            self._fail(f"{type(error).__name__}: {error}")
        self._ended = True

    async def _look_whether_it_hangs(self) -> None:
        why = await self._watch.hung()
        if not self._ended:
            self._hangs = why
            self._fail(why)

    def _fail(self, why: str) -> None:
        log.error("! hearing engine failed, the process ends", extra={"error": why})
        self._ended = True
        for ear in self._ears:
            ear.end()
        self._give_up()

    def _tell(self, what: Callable[..., None], *of: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
            self._loop.call_soon_threadsafe(what, *of)


class NemoEar:
    """Listens to one call."""

    call: Call

    def __init__(self, ticker: Ticker, loop: asyncio.AbstractEventLoop, nursery: Nursery, names: frozenset[str]) -> None:
        self._ticker = ticker
        self._loop = loop
        self._nursery = nursery
        self._names = names
        self._answers: asyncio.Queue[FromStt | None] = asyncio.Queue()
        self._over = False

    def send(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        if self._over:
            raise PeerGone("the hearing engine is gone")
        if isinstance(message, Expect):
            self._nursery.of_question(self._names, message.phrases, lambda tree: self._ticker.put(self.call, tree))
        else:
            self._ticker.put(self.call, message)

    async def receive(self) -> FromStt:
        answer = None if self._over and self._answers.empty() else await self._answers.get()
        if answer is None:
            raise PeerGone("the hearing engine is gone")
        return answer

    def answered(self, answer: FromStt) -> None:
        """In the ticker's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._answers.put_nowait, answer)
            if isinstance(answer, HearingFailed):
                self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        """There will be no more words."""
        self._over = True
        self._answers.put_nowait(None)


@functools.lru_cache(maxsize=64)
def _names(phrases: tuple[str, ...]) -> frozenset[str]:
    """What of a site's phrases is made likelier: a tenth of a second's work for a large one, so not in the event loop."""
    return frozenset(names_of(phrases))


def checkpoint(settings: Settings) -> tuple[Path, str]:
    """The file that is opened, and its name in the registry. CheckpointMissing: there is none, not even the one that ships."""
    wanted = settings.hearing.model or usual("nemo").name
    try:
        return chosen(settings, "nemo", settings.hearing.model), wanted
    except CheckpointMissing as missing:
        if settings.hearing.model:
            raise
        log.warning("! hearing with the tiny model, which understands no people", extra={"because": str(missing)})
        return path_of(settings, TINY), TINY


def _nearest(menu: Sequence[int], chunk_ms: int) -> int | None:
    """Samples of the chunk that the settings want; None if they leave it to the load."""
    if not chunk_ms:
        return None
    nearest = min(menu, key=lambda samples: abs(samples - chunk_ms * RATE // 1000))
    if nearest != chunk_ms * RATE // 1000:
        log.warning("! no such chunk, taking the nearest", extra={"asked_ms": chunk_ms, "samples": nearest})
    return nearest


def most_streams(settings: Settings, model: Model, name: str) -> tuple[int, Literal["settings", "bench", "nobody"]]:
    """Rows to make, and who said so."""
    hearing = settings.hearing
    if hearing.max_streams:
        return hearing.max_streams, "settings"
    gpu = torch.cuda.get_device_name() if model.device.type == "cuda" else ""
    caps = budget_file.caps(settings.home, "cuda" if gpu else "cpu", gpu, stt=name)
    # without a row nothing could be timed, and nobody be told that this machine is too slow
    return max(1, caps.most_streams(hearing.chunk_ms)), "bench" if caps.measured else "nobody"
