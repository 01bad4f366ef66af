"""A full-context model that hangs, is still being loaded, or finds no memory: told, given up, and never waited for."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
import pytest

from core.audio import RATE
from core.bus import PeerGone
from core.checkpoints import CheckpointUnfit
from core.ids import CallId, SiteId
from core.speech import Audio, Flush, OpenHearing
from media_server.device import DeviceFull
from media_server.stt.chunked.batch import HOPELESS, Batcher
from media_server.stt.chunked.engine import Chunked, ChunkedEar
from media_server.stt.chunked.punjabi import Router
from media_server.stt.chunked.words import Ask, FullContext, Heard
from media_server.stt.worker import EngineLost
from tests.standins.edge import until

OPEN = OpenHearing(call_id=CallId("c"), site_id=SiteId("s"), languages=("pa", "hi"))
SPEECH = Audio(start=0, pcm=(b"\x00\x10\x00\xf0" * (RATE // 2)))


@dataclass
class Stuck:
    """A device that hangs: no hearing returns before it is let go."""

    go: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)
    name: str = "stuck"
    longest: int = 15 * RATE
    batch: int = 4

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        self.entered.set()
        self.go.wait(60)
        return [Heard() for _ in asks]

    def load(self) -> "Stuck":
        """A model that takes as long to load."""
        self.hear([])
        return self


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    yield (model := Stuck())
    model.go.set()


class Live:
    """An engine beside it, which notes that it was told to end."""

    name = "nemo"
    missing = None
    told = False

    @asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator[ChunkedEar]:
        raise PeerGone("it hears nobody")
        yield

    async def __aenter__(self) -> "Live":
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.told = True


def engine_of(load: Callable[[], FullContext], give_up: Callable[[], None] = lambda: None, hangs_s: float = 60.0) -> Chunked:
    return Chunked("whisper", load, most=2, give_up=give_up, guesses=False, hangs_s=hangs_s)


def ask(ear: ChunkedEar, utterance: int = 0) -> None:
    ear.send(Audio(start=utterance * 9 * RATE, pcm=SPEECH.pcm))
    ear.send(Flush(utterance=utterance, revision=0))


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside another engine"])
def test_a_model_that_is_being_loaded_is_not_waited_for(stuck: Stuck, beside: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Batcher, "ended", lambda _batcher, wait_s: waits.append(wait_s))

    async def story() -> None:
        live = Live()
        engine = engine_of(stuck.load)
        async with Router(live, engine) if beside else engine:
            await asyncio.to_thread(stuck.entered.wait)
        assert live.told == beside
        assert not stuck.go.is_set() and not waits

    asyncio.run(asyncio.wait_for(story(), 30))


def test_a_batch_that_does_not_return_is_waited_for_a_moment_only(stuck: Stuck) -> None:
    async def story() -> None:
        async with asyncio.timeout(30):
            async with engine_of(lambda: stuck) as engine:
                await engine.loaded.wait()
                async with engine.open(OPEN) as ear:
                    ask(ear)
                    await asyncio.to_thread(stuck.entered.wait)
        assert not stuck.go.is_set()

    asyncio.run(story())


def test_a_batch_that_never_returns_is_told_and_ends_the_engine(stuck: Stuck) -> None:
    async def story() -> None:
        gone = asyncio.Event()
        async with engine_of(lambda: stuck, gone.set, hangs_s=0.5) as engine:
            await engine.loaded.wait()
            assert engine.missing is None
            async with engine.open(OPEN) as ear:
                ask(ear)
                await until(lambda: "has not returned" in str(engine.missing))
                with pytest.raises(PeerGone):
                    await asyncio.wait_for(ear.receive(), 10)
            await gone.wait()
            assert "lost" in str(engine.missing)
        assert not stuck.go.is_set(), "it ended without waiting for the batch"

    with pytest.raises(EngineLost, match="a batch of the model has not returned"):
        asyncio.run(asyncio.wait_for(story(), 30))


def test_one_that_hangs_beside_another_engine_ends_both_since_they_share_the_device(stuck: Stuck) -> None:
    async def story() -> None:
        gone, live = asyncio.Event(), Live()
        engine = engine_of(lambda: stuck, hangs_s=0.5)
        async with Router(live, engine, gone.set) as router:
            await engine.loaded.wait()
            async with engine.open(OPEN) as ear:
                ask(ear)
                await until(lambda: "has not returned" in str(router.missing))
                await gone.wait()
        assert live.told

    with pytest.raises(EngineLost, match="a batch of the model has not returned"):
        asyncio.run(asyncio.wait_for(story(), 30))


def test_one_that_is_only_damaged_ends_nothing_but_itself() -> None:
    def load() -> FullContext:
        raise CheckpointUnfit("it is another model's")

    async def story() -> None:
        gone = asyncio.Event()
        engine = engine_of(load)
        async with Router(Live(), engine, gone.set) as router:
            await until(lambda: "lost" in str(engine.missing))
            assert router.missing is None
        assert not gone.is_set()

    asyncio.run(story())


@dataclass
class Failing:
    """It does what it is told, one thing each time: raises an error, or gives so many answers too many. Then it works."""

    does: list[Exception | int]
    name: str = "failing"
    longest: int = 15 * RATE
    batch: int = 4

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        now = self.does.pop(0) if self.does else 0
        if isinstance(now, Exception):
            raise now
        return [Heard()] * (len(asks) + now)


LOUD = Ask(np.frombuffer(SPEECH.pcm, np.int16), ("hi",))
SILENT = Ask(np.zeros(RATE, np.int16), ("hi",))


def given_up(model: Failing, asks: Sequence[Sequence[Ask]]) -> list[Exception]:
    """Why, after it was asked all this, one after the other; empty: it was not."""
    errors: list[Exception] = []
    batcher = Batcher(lambda: model, errors.append)
    batcher.start()
    for some in asks:
        with suppress(MemoryError, RuntimeError, ValueError):
            batcher.hear(some)
    batcher.stop()
    batcher.ended(10.0)
    return errors


@pytest.mark.parametrize("fault", [ValueError("odd"), 1], ids=["it raises", "it gives one answer too many"])
def test_windows_of_a_recording_that_are_at_a_model_when_it_dies_are_answered(fault: Exception | int) -> None:
    assert [type(error) for error in given_up(Failing([fault]), [[LOUD] * 6])] == [ValueError]


def test_windows_of_a_recording_that_are_at_a_model_that_hangs_are_answered_at_the_end(stuck: Stuck) -> None:
    async def story() -> None:
        async with engine_of(lambda: stuck) as engine:
            await engine.loaded.wait()
            loop = asyncio.get_running_loop()
            loop.set_default_executor(ThreadPoolExecutor(1))  # in which nobody else finds a thread until they are answered
            recording = asyncio.create_task(asyncio.to_thread(engine.batcher.hear, [LOUD] * 6))
            await until(stuck.entered.is_set)
        with pytest.raises(EngineLost):
            await asyncio.wait_for(recording, 10)
        stuck.go.set()
        await asyncio.to_thread(engine.batcher.ended, 10.0)  # what it says now is for nobody, and no harm

    asyncio.run(asyncio.wait_for(story(), 30))


def test_a_model_that_never_finds_memory_is_given_up_and_says_what_it_lacked() -> None:
    lack: list[Exception | int] = [MemoryError("CUDA out of memory")] * HOPELESS
    [error] = given_up(Failing(lack), [[LOUD], [SILENT], [LOUD], [SILENT], [LOUD]])
    assert isinstance(error, EngineLost) and f"failed {HOPELESS} times in a row (CUDA out of memory)" in str(error)


def test_one_that_finds_memory_for_fewer_or_now_and_then_is_kept() -> None:
    lack: list[Exception | int] = [MemoryError("CUDA out of memory")] * (HOPELESS - 1)
    assert given_up(Failing([*lack, 0, *lack]), [[LOUD]] * 5) == []
    assert given_up(Failing([*lack, 0] * 3), [[LOUD] * 4] * 3) == []


def test_one_that_finds_no_memory_for_its_first_window_says_whom_to_ask() -> None:
    async def story() -> None:
        over = asyncio.Event()
        full = Failing([MemoryError("CUDA out of memory")])
        async with Chunked("whisper", lambda: full, most=0, give_up=over.set):
            await over.wait()

    with pytest.raises(DeviceFull, match="doctor --gpu says who"):
        asyncio.run(asyncio.wait_for(story(), 10))
