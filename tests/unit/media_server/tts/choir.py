"""An engine with slots for tests, steered by them, and a worker with it and a reserve on a socket."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from core.bus import Link, connect, serve
from core.ids import CallId
from core.resample import Pcm
from core.sites import Language
from core.speech import CancelReply, FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed, SpeakingOpened, ToTts
from media_server.tts.desk import AFRESH_S, LOST_S, Desk
from media_server.tts.engine import Ended, EngineLost, Job, SlotEngine
from media_server.tts.instant import Instant
from media_server.tts.kept import Kept
from media_server.tts.single import Single
from media_server.tts.worker import Spoken, Worker

PIECE_S = 0.1
LOUD, RESERVE_LOUD = 6000, 3000
"""What their sound consists of, so that one can tell who spoke."""


class Choir:
    """Each step gives every job 0.1 s of sound, as many times as its text has words; some words are orders."""

    revision = "1"
    english: Literal["latin", "devanagari"] = "latin"

    def __init__(self, name: str = "choir", slots: int = 4, expected_s: float = 0.0) -> None:
        self.name, self.slots, self.expected_s = name, slots, expected_s
        self.left: dict[Job, int] = {}
        self.begun: list[str] = []
        self.voices: list[tuple[str, int]] = []
        self.in_hand: list[list[float]] = []
        self.asked = asyncio.Event()
        """Something was begun."""
        self.steps = threading.Semaphore(1 << 20)
        """How many it may make."""

    def hold(self) -> None:
        """No more steps, until some are released."""
        self.steps = threading.Semaphore(0)

    def rate(self, wanted: int) -> int:
        return wanted

    def gender(self, voice: str) -> Literal["female", "male"]:
        return "male" if voice == "Rohit" else "female"

    @property
    def free(self) -> int:
        return self.slots - len(self.left)

    def first_sound_s(self, ahead: int) -> float:
        return self.expected_s

    def begin(self, job: Job) -> None:
        assert self.free > 0
        self.left[job] = len(job.text.split())
        self.begun.append(job.text)
        self.voices.append((job.voice, job.seed))
        self.asked.set()

    def cancel(self, job: Job) -> None:
        self.left.pop(job, None)

    def step(self, in_hand: Mapping[Job, float]) -> list[Ended]:
        self.steps.acquire(timeout=5)
        self.in_hand.append(list(in_hand.values()))
        ended = []
        for job in list(self.left):
            if "lost" in job.text:
                raise EngineLost("the device is gone")
            if "broken" in job.text:
                ended.append(Ended(job, "out of memory"))
            elif "breaks" in job.text and self.left[job] < 3:
                ended.append(Ended(job, "out of memory in the middle"))
            else:
                loud = 0 if "silent" in job.text else LOUD
                job.hear(np.full(round(PIECE_S * job.rate), loud, np.int16))
                self.left[job] -= 1
                if not self.left[job]:
                    ended.append(Ended(job, doubtful="doubtful" in job.text))
        for one in ended:
            del self.left[one.job]
        return ended


class Second(Instant):
    """The reserve: notes what it is asked, in another loudness."""

    name = "espeak"

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        self.said.append((text, voice))
        hear(np.full(self.rate, RESERVE_LOUD, np.int16))


class Call:
    """One call's end of its connection."""

    def __init__(self, link: Link[FromTts]) -> None:
        self.link = link

    def ask(self, text: str, reply: int = 1, index: int = 0) -> None:
        self.link.send(Speak(reply=reply, index=index, text=text, language="en"))

    def cancel(self, reply: int) -> None:
        self.link.send(CancelReply(reply=reply))

    async def sentence(self) -> Pcm | str:
        """The sound of the next sentence, or why there is none."""
        heard = b""
        while True:
            match await self.link.receive():
                case Sound(pcm=pcm, last=last):
                    heard += pcm
                    if last:
                        return np.frombuffer(heard, "<i2")
                case SpeakingFailed(detail=detail):
                    return detail
                case SpeakingOpened():
                    raise AssertionError("opened twice")

    async def says(self, text: str, reply: int = 1, index: int = 0) -> Pcm:
        """Ask and hear."""
        self.ask(text, reply, index)
        heard = await self.sentence()
        assert not isinstance(heard, str), heard
        return heard


class Speaking:
    """A worker and what calls need to reach it."""

    def __init__(self, socket: Path, worker: Worker, running: "asyncio.Task[None]", desks: Sequence[Desk]) -> None:
        self.socket, self.running, self.desks, self.usual = socket, running, desks, desks[0].engine.name
        self._worker = worker
        self._calls = AsyncExitStack()

    async def call(self, voice: str = "", name: str = "call", *, live: bool = True, engine: str = "choir") -> Call:
        link = await self._calls.enter_async_context(await connect(self.socket, FromTts))
        link.send(OpenSpeaking(call_id=CallId(name), voice=voice, rate=8000, live=live))
        opened = await link.receive()
        assert isinstance(opened, SpeakingOpened) and opened.engine == engine
        return Call(link)

    async def settle(self) -> None:
        """What was sent before has been read when this returns."""
        for _ in range(2):
            await self.call(engine=self.usual)

    def take_your_time(self) -> None:
        """From now on no engine is late, however slow this machine is."""
        self._worker._dispatch._late_s = 60.0

    async def close(self) -> None:
        await self._calls.aclose()


def spoken(text: str, language: Language, *, english: str, lexicon: object) -> str:
    return text


def at_hand(engine: SlotEngine) -> SlotEngine:
    return engine


class Loading:
    """A `load` of `speaking` that takes until it is told to be done; a minute at most, whatever a test finds."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self.done = self._done.set

    def __call__(self, engine: SlotEngine) -> SlotEngine:
        self._done.wait(60)
        return engine


@asynccontextmanager
async def speaking(
    folder: Path,
    engines: Sequence[SlotEngine],
    *,
    reserve: Second | None = None,
    kept: Kept | None = None,
    late_s: float = 0.3,
    spoken: Spoken = spoken,
    afresh_s: float = AFRESH_S,
    lost_s: float = LOST_S,
    load: Callable[[SlotEngine], SlotEngine] | None = None,
) -> AsyncIterator[Speaking]:
    """`load` takes its time, or fails; without it all engines are there when this is entered."""
    with ThreadPoolExecutor(1) as thread, ThreadPoolExecutor(1) as other:
        desks = [
            Desk(
                engine.name, thread, partial(load or at_hand, engine), revision=engine.revision, afresh_s=afresh_s, lost_s=lost_s
            )
            for engine in engines
        ]
        stand_in = Desk("espeak", other, lambda: Single(reserve)) if reserve is not None else None
        if stand_in is not None:
            desks.append(stand_in)
        worker = Worker(desks, spoken, reserve=stand_in, kept=kept, late_s=late_s)
        async with serve(folder / "tts.sock", ToTts, worker.serve):
            running = asyncio.create_task(worker.run())
            calls = Speaking(folder / "tts.sock", worker, running, desks)
            if load is None:
                await asyncio.gather(*(desk.tried.wait() for desk in desks))
            try:
                yield calls
            finally:
                await calls.close()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


def by_choir(sound: Pcm) -> float:
    """Seconds of it that the choir said."""
    return float(np.count_nonzero(sound > (LOUD + RESERVE_LOUD) // 2)) / 8000


def by_reserve(sound: Pcm) -> float:
    """Seconds of it that the reserve said."""
    return float(np.count_nonzero((sound > RESERVE_LOUD // 2) & (sound < (LOUD + RESERVE_LOUD) // 2))) / 8000
