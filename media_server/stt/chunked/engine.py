"""The hearing engine over a full-context model: calls in, their words out, no more of them than it can hear in time.

open ──> Ear.send ──> Batcher's thread ──> Ear.receive
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Self

import numpy as np

from core.audio import RATE
from core.bus import PeerGone
from core.speech import Audio, EndUtterance, Expect, Flush, FromStt, OpenHearing
from media_server.device import room_for
from media_server.stt.chunked.batch import Batcher, Call
from media_server.stt.chunked.hearing import Hearing
from media_server.stt.chunked.words import Ask, FullContext
from media_server.stt.hanging import HANGS_S, STOPS_S, Watch
from media_server.stt.worker import EngineLost, Full, lost

log = logging.getLogger(__name__)

ANSWER_S, TURN_S = 3, 6.0
"""Seconds that a caller speaks at a time, and from one such answer to the next."""
SHARE = 0.5
"""Of a model's time that Finals may take, one a turn of each call, each by itself: batches and quiet callers are the reserve."""
MOST = 64
"""Calls of a worker, however quick it is."""


class Chunked:
    """An engine of the hearing worker. Use as a context, in which the model is loaded and dropped.

    `most`: calls at once; 0: as many as it turns out to hear in time. `give_up` is called, in the event loop, when it can't go
    on; the end of the context raises why. `hung` is set if that is a device that hangs, which only another process gets over.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], FullContext],
        *,
        most: int,
        give_up: Callable[[], None] = lambda: None,
        guesses: bool = True,
        hangs_s: float = HANGS_S,
    ) -> None:
        self.name = name
        self._most = most
        self._give_up = give_up
        self._guesses = guesses
        self._error: Exception | None = None
        self._ears: set[ChunkedEar] = set()
        self._load = load
        self._model: FullContext | None = None
        self.loaded = asyncio.Event()
        self.hung = asyncio.Event()
        self.batcher = Batcher(self._loaded, self._given_up)
        self._watch = Watch("a batch", lambda: self.batcher.busy_s, hangs_s)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self.batcher.start()
        self._watching = self._loop.create_task(self._look_whether_it_hangs())
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()
        if self._error is not None:
            with lost(self.name):
                raise self._error

    async def stop(self) -> None:
        """The end, whatever went before. A batch is waited for, a moment; a model that is being loaded or hangs is not."""
        self._watching.cancel()
        self.batcher.stop()
        if self.loaded.is_set() and not self.hung.is_set():
            await asyncio.to_thread(self.batcher.ended, STOPS_S)

    @property
    def missing(self) -> str | None:
        """None: calls can be heard."""
        if self._error is not None:
            return f"the model is lost: {self._error}"
        return self.late if self.loaded.is_set() else "the model is being loaded"

    @property
    def late(self) -> str | None:
        """In words, that the model may hang."""
        return self._watch.late

    @property
    def room(self) -> int:
        """How many more calls it could hear in time, now."""
        return 0 if self._model is None or self._error is not None else max(0, self._most - len(self._ears))

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator["ChunkedEar"]:
        """PeerGone if there is no model (yet), Full if it hears as many as it can."""
        if self._model is None or self._error is not None:
            raise PeerGone(self.missing or "the model is lost")
        if not self.room:
            raise Full(f"full: {self._most} calls are heard")
        hearing = Hearing(self._model.longest, opening.languages, guesses=self._guesses)
        ear = ChunkedEar(self.batcher, hearing, self._loop)
        self._ears.add(ear)
        self.batcher.join(ear.call)
        try:
            yield ear
        finally:
            self._ears.discard(ear)
            self.batcher.leave(ear.call)

    def _loaded(self) -> FullContext:
        """In the batcher's thread."""
        with room_for("hearing"):
            model = self._load()
            most = self._most or room(model)

        def told() -> None:
            self._model, self._most = model, most
            log.info("= model loaded", extra={"engine": self.name, "calls": most})
            self.loaded.set()

        self._tell(told)
        return model

    def _given_up(self, error: Exception) -> None:
        """In the batcher's thread."""
        self._tell(lambda: self._lose(error))

    async def _look_whether_it_hangs(self) -> None:
        why = await self._watch.hung()
        self.hung.set()
        self._lose(EngineLost(why))

    def _lose(self, error: Exception) -> None:
        if self._error is not None:
            return
        log.error("! model given up", extra={"error": str(error)})
        self._error = error
        for ear in self._ears:
            ear.end()
        self._give_up()

    def _tell(self, told: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
            self._loop.call_soon_threadsafe(told)


def room(model: FullContext) -> int:
    """How many calls a model hears in time: the first window is slow, the second is measured."""
    times = np.arange(ANSWER_S * RATE) / RATE
    ask = Ask((3000 * np.sin(2 * np.pi * 200 * times)).astype(np.int16), ("hi",))
    model.hear([ask])
    began = time.monotonic()
    model.hear([ask])
    return max(1, min(MOST, int(SHARE * TURN_S / max(time.monotonic() - began, 1e-3))))


class ChunkedEar:
    """Listens to one call."""

    def __init__(self, batcher: Batcher, hearing: Hearing, loop: asyncio.AbstractEventLoop) -> None:
        self._batcher = batcher
        self._loop = loop
        self._answers: asyncio.Queue[FromStt | None] = asyncio.Queue()
        self._over = False
        self.call = Call(hearing, self._answered)

    def send(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        if self._over:
            raise PeerGone("the model is lost")
        self._batcher.put(self.call, message)

    async def receive(self) -> FromStt:
        answer = None if self._over and self._answers.empty() else await self._answers.get()
        if answer is None:
            raise PeerGone("the model is lost")
        return answer

    def end(self) -> None:
        """There will be no more words."""
        self._over = True
        self._answers.put_nowait(None)

    def _answered(self, answer: FromStt) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._answers.put_nowait, answer)
