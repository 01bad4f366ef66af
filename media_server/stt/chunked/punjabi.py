"""Punjabi beside an engine that does not speak it: two ears for a call of a site with Punjabi, one of them only at pauses.

    Audio, Flush ─┬─> live engine ──Partial──────────────────────────> the call
                  │              └──Final──┐
                  └─> indic-conformer ─────┴─ whichever language it was ─> the call

An utterance is Punjabi if the conformer, which knows Hindi too, says so and the live engine is not surer of English.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Self

from core.bus import PeerGone
from core.languages import Language
from core.speech import Audio, EndUtterance, Expect, Final, Flush, FromStt, HearingFailed, OpenHearing
from media_server.stt.chunked.engine import Chunked
from media_server.stt.worker import Ear, Engine, EngineLost

log = logging.getLogger(__name__)

PUNJABI = "indic-conformer"
WAIT_S = 0.8
"""Longest wait of a Final for the conformer's; then the live engine's words go out. The caller waits for an answer."""
BOTH: tuple[Language, ...] = ("pa", "hi")
"""What the conformer chooses from, whatever else the site speaks."""


class Router:
    """The engine of a worker. Both engines are contexts that this one enters.

    A conformer that fails costs its own words. One that hangs has the device that the live engine is on: `give_up` is called, and
    the end of the context raises why.
    """

    def __init__(
        self,
        live: contextlib.AbstractAsyncContextManager[Engine],
        punjabi: Chunked,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = PUNJABI
        self._opening_live = live
        self._punjabi = punjabi
        self._give_up = give_up
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._live = await self._stack.enter_async_context(self._opening_live)
        self.name = f"{self._live.name}, {PUNJABI}"
        await self._punjabi.__aenter__()
        self._stack.push_async_callback(self._punjabi.stop)  # its error ends no process: it has been logged
        self._watching = asyncio.create_task(self._look_whether_it_hangs())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._watching.cancel()
        await self._stack.aclose()
        if self._punjabi.hung.is_set():
            raise EngineLost(f"{PUNJABI}: {self._punjabi.missing}")

    @property
    def missing(self) -> str | None:
        """Of the live engine: without the other one calls are heard as well as it can. Unless that hangs."""
        return self._live.missing or self._punjabi.late

    async def _look_whether_it_hangs(self) -> None:
        await self._punjabi.hung.wait()
        self._give_up()

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator[Ear]:
        """PeerGone, Full: the live engine's."""
        async with contextlib.AsyncExitStack() as stack:
            live: Ear = await stack.enter_async_context(self._live.open(opening))
            if "pa" not in opening.languages:
                yield live
                return
            two = OpenHearing(call_id=opening.call_id, site_id=opening.site_id, languages=BOTH)
            try:
                punjabi = await stack.enter_async_context(self._punjabi.open(two))
            except PeerGone as error:
                log.warning("! no Punjabi for this call", extra={"call": opening.call_id, "error": str(error)})
                yield live
                return
            yield await stack.enter_async_context(TwoEars(live, punjabi))


class TwoEars:
    """Listen to one call. Use as a context."""

    def __init__(self, live: Ear, punjabi: Ear) -> None:
        self._live, self._punjabi = live, punjabi
        self._answers: asyncio.Queue[FromStt | None] = asyncio.Queue()
        self._others: dict[tuple[int, int], asyncio.Future[Final | None]] = {}
        """The conformer's words for each Flush, those that have come and those that are waited for."""
        self._deaf = False
        """The conformer is gone."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._start(self._hear_live())
        self._start(self._hear_punjabi())
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        """PeerGone if the live engine is gone."""
        if isinstance(message, Flush):
            self._other(message.utterance, message.revision)
        elif isinstance(message, EndUtterance):
            self._answer_waiting()
            self._others.clear()
        if not self._deaf:
            try:
                self._punjabi.send(message)
            except PeerGone:
                self._lose_punjabi()
        self._live.send(message)

    async def receive(self) -> FromStt:
        if (answer := await self._answers.get()) is None:
            self._answers.put_nowait(None)
            raise PeerGone("the live engine is gone")
        return answer

    async def _hear_live(self) -> None:
        try:
            while True:
                answer = await self._live.receive()
                if isinstance(answer, Final) and not self._deaf:
                    self._start(self._settle(answer))
                else:
                    self._answers.put_nowait(answer)
        except PeerGone:
            self._answers.put_nowait(None)

    async def _hear_punjabi(self) -> None:
        try:
            while True:
                answer = await self._punjabi.receive()
                if isinstance(answer, Final):
                    other = self._other(answer.utterance, answer.revision)
                    if not other.done():
                        other.set_result(answer)
                elif isinstance(answer, HearingFailed):
                    self._answer_waiting()
        except PeerGone:
            self._lose_punjabi()

    async def _settle(self, live: Final) -> None:
        """Which of two Finals goes out."""
        key = live.utterance, live.revision
        other: Final | None = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                other = await self._other(*key)
        self._others.pop(key, None)
        self._answers.put_nowait(other if other is not None and is_punjabi(live, other) else live)

    def _other(self, utterance: int, revision: int) -> asyncio.Future[Final | None]:
        return self._others.setdefault((utterance, revision), asyncio.get_running_loop().create_future())

    def _lose_punjabi(self) -> None:
        self._deaf = True
        self._answer_waiting()

    def _answer_waiting(self) -> None:
        """Who waits for the conformer needs not any more."""
        for other in self._others.values():
            if not other.done():
                other.set_result(None)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def is_punjabi(live: Final, other: Final) -> bool:
    """Whether the conformer's words are to be taken."""
    if other.language != "pa" or not other.text:
        return False
    return not (live.language == "en" and live.text and live.confidence >= other.confidence)
