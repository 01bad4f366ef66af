"""One call's business with the hearing worker: its messages to an ear, the ear's words back, and what is counted of it.

media server ──OpenHearing──> Engine.open ──> Ear
             ──Audio, Flush, EndUtterance──────> send
             <──Partial, Final, HearingFailed── receive
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Protocol

from core.bus import Link, PeerGone
from core.speech import Audio, EndUtterance, Expect, Final, Flush, FromStt, HearingFailed, HearingOpened, OpenHearing, ToStt
from media_server.device import DeviceMissing
from media_server.stt import metrics

log = logging.getLogger(__name__)

BYTES_A_SECOND = 32000
MOST_FLUSHES = 16
"""Unanswered ones whose time is remembered; an engine so far behind is not measured any more, only counted."""


class Ear(Protocol):
    """Listens to one call."""

    def send(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        """Never waits. PeerGone if nobody listens any more."""

    async def receive(self) -> FromStt:
        """The next word of it. PeerGone if there will be none."""


class Full(PeerGone):
    """The engine hears as many calls as it can in time. The words begin with "full"."""


class EngineLost(RuntimeError):
    """The engine can't go on in this process."""


@contextlib.contextmanager
def lost(engine: str) -> Iterator[None]:
    """EngineLost in place of an error of the GPU, which stays until the process ends, and of packages that are not there. What
    says already what to do, and mistakes of ours, come out as they are."""
    try:
        yield
    except ImportError as error:
        raise EngineLost(f"{engine} can't be imported ({error}): bin/haazir up installs what it lacks") from error
    except RuntimeError as error:
        if isinstance(error, DeviceMissing | EngineLost) or not any(named in str(error) for named in ("CUDA", "cuDNN")):
            raise
        first = str(error).strip().split("\n", 1)[0][:300]
        raise EngineLost(f"the GPU failed ({first}): see bin/haazir doctor --gpu") from error


class Engine(Protocol):
    """A recogniser."""

    name: str

    @property
    def missing(self) -> str | None:
        """What it still lacks before it can hear a call of any site at once, in words. None: nothing."""

    def open(self, opening: OpenHearing) -> contextlib.AbstractAsyncContextManager[Ear]:
        """PeerGone if it can't take a call now; Full if that is because of the others."""


class Conversation:
    """The two directions of one call."""

    def __init__(self, link: Link[ToStt], ear: Ear) -> None:
        self._link = link
        self._ear = ear
        self._asked: dict[tuple[int, int], float] = {}

    async def run(self) -> None:
        """Until either side is gone."""
        tasks = [asyncio.create_task(self._inward()), asyncio.create_task(self._outward())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, PeerGone):
                raise outcome

    async def _inward(self) -> None:
        async for message in self._link:
            match message:
                case Audio():
                    metrics.AUDIO.inc(len(message.pcm) / BYTES_A_SECOND)
                case Flush() if len(self._asked) < MOST_FLUSHES:
                    self._asked[message.utterance, message.revision] = asyncio.get_running_loop().time()
                case EndUtterance():
                    self._asked.clear()
                case OpenHearing():
                    continue  # it is open
            self._tell_ear(message)

    def _tell_ear(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        with contextlib.suppress(PeerGone):  # _outward sees the same and says so
            self._ear.send(message)

    async def _outward(self) -> None:
        while True:
            try:
                answer = await self._ear.receive()
            except PeerGone:
                answer = HearingFailed(detail="the recogniser died")
                self._count(answer)
                self._link.send(answer)
                return
            self._count(answer)
            self._link.send(answer)

    def _count(self, answer: FromStt) -> None:
        match answer:
            case Final():
                if asked := self._asked.pop((answer.utterance, answer.revision), None):
                    metrics.FLUSH_TO_FINAL.observe(asyncio.get_running_loop().time() - asked)
                if answer.text:
                    metrics.CONFIDENCE.observe(answer.confidence)
                else:
                    metrics.EMPTY.inc()
            case HearingFailed():
                metrics.FAILURES.labels("utterance").inc()


class Worker:
    """Serves connections with one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def serve(self, link: Link[ToStt]) -> None:
        opening = await link.receive()
        if not isinstance(opening, OpenHearing):
            link.send(HearingFailed(detail="the first message must be OpenHearing"))
            return
        with metrics.STREAMS.track_inprogress():
            try:
                async with self._engine.open(opening) as ear:
                    link.send(HearingOpened(engine=self._engine.name))
                    await Conversation(link, ear).run()
            except PeerGone as error:
                full = isinstance(error, Full)
                metrics.FAILURES.labels("full" if full else "open").inc()
                link.send(HearingFailed(detail=str(error), full=full))
