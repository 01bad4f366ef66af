"""The engine of full-context models on a call's connection: joins and leaves, batches, full, memory, a model that dies."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.audio import RATE
from core.bus import Link, PeerGone, connect, serve
from core.checkpoints import CheckpointUnfit
from core.ids import CallId, SiteId
from core.speech import Audio, Final, Flush, FromStt, HearingFailed, HearingOpened, OpenHearing, ToStt
from media_server.stt.chunked.batch import HOPELESS
from media_server.stt.chunked.engine import Chunked, ChunkedEar
from media_server.stt.chunked.words import Ask, Heard
from media_server.stt.worker import Full, Worker
from tests.unit.media_server.stt.chunked.scripted import Scripted, sound_of

OPEN = OpenHearing(call_id=CallId("c"), site_id=SiteId("demo"), languages=("en",))
SCRIPT = [(0, RATE // 2), (RATE // 4, RATE // 3), (0, RATE // 2)]


@dataclass
class Gated(Scripted):
    """It hears when it is let; before that it fails as often as it is told."""

    go: threading.Event = field(default_factory=threading.Event)
    fails: list[Exception] = field(default_factory=list)
    finals: list[bool] = field(default_factory=list)
    entered: threading.Event = field(default_factory=threading.Event)

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        self.entered.set()
        assert self.go.wait(10)
        if self.fails:
            raise self.fails.pop(0)
        self.finals += [ask.final for ask in asks]
        return super().hear(asks)


@contextlib.asynccontextmanager
async def engine_of(model: Scripted, *, most: int = 8, guesses: bool = True) -> AsyncIterator[Chunked]:
    async with Chunked("whisper", lambda: model, most=most, guesses=guesses) as engine:
        await asyncio.wait_for(engine.loaded.wait(), 10)
        yield engine


async def final_of(ear: ChunkedEar, start: int = 0, revision: int = 0) -> Final:
    ear.send(Audio(start=start, pcm=sound_of(SCRIPT).tobytes()))
    ear.send(Flush(utterance=0, revision=revision))
    return await next_final(ear)


async def next_final(ear: ChunkedEar) -> Final:
    async with asyncio.timeout(10):
        while not isinstance(answer := await ear.receive(), Final):
            pass
        return answer


@contextlib.asynccontextmanager
async def call(engine: Chunked, folder: Path) -> AsyncIterator[Link[FromStt]]:
    async with serve(folder / "stt.sock", ToStt, Worker(engine).serve), await connect(folder / "stt.sock", FromStt) as link:
        yield link


def test_a_call_is_heard_over_the_bus(tmp_path: Path) -> None:
    async def story() -> None:
        async with engine_of(Scripted(SCRIPT)) as engine, call(engine, tmp_path) as link:
            link.send(OPEN)
            assert await link.receive() == HearingOpened(engine="whisper")
            link.send(Audio(start=0, pcm=sound_of(SCRIPT).tobytes()))
            link.send(Flush(utterance=0, revision=0))
            async with asyncio.timeout(10):
                while not isinstance(answer := await link.receive(), Final):
                    pass
            assert answer.text == "w0 w1 w2"

    asyncio.run(story())


def test_calls_that_wait_are_heard_together_and_each_gets_its_own() -> None:
    async def story() -> None:
        model = Gated(SCRIPT)
        async with engine_of(model) as engine, contextlib.AsyncExitStack() as stack:
            ears = [await stack.enter_async_context(engine.open(OPEN)) for _ in range(5)]
            for number, ear in enumerate(ears):
                ear.send(Audio(start=0, pcm=sound_of(SCRIPT)[: (number % 3 + 1) * 14000].tobytes()))
                ear.send(Flush(utterance=0, revision=number))
            model.go.set()
            finals = [await next_final(ear) for ear in ears]
        assert [final.revision for final in finals] == list(range(5))
        assert [final.text for final in finals] == [finals[0].text, finals[1].text, "w0 w1 w2", finals[0].text, finals[1].text]
        assert sum(model.batches) == 5 and len(model.batches) <= 2

    asyncio.run(story())


def test_calls_come_and_go_while_others_are_heard() -> None:
    async def story() -> None:
        async with engine_of(Scripted(SCRIPT), most=3) as engine, engine.open(OPEN) as staying:
            for turn in range(4):
                async with engine.open(OPEN) as passing:
                    passing.send(Audio(start=0, pcm=sound_of(SCRIPT).tobytes()))
                    passing.send(Flush(utterance=0, revision=0))
                    final = await final_of(staying, start=turn * 10 * RATE, revision=turn)
                    assert final.revision == turn and final.text.startswith("w0 w1 w2")

    asyncio.run(story())


def test_past_the_cap_it_says_full_and_takes_the_next_when_one_has_left() -> None:
    async def story() -> None:
        async with engine_of(Scripted(SCRIPT), most=1) as engine:
            async with engine.open(OPEN):
                with pytest.raises(Full, match="full"):
                    async with engine.open(OPEN):
                        pass
            async with engine.open(OPEN) as ear:
                assert (await final_of(ear)).text == "w0 w1 w2"

    asyncio.run(story())


def test_a_call_that_comes_while_the_model_is_loaded_is_told_so() -> None:
    async def story() -> None:
        go = threading.Event()

        def load() -> Scripted:
            assert go.wait(10)
            return Scripted(SCRIPT)

        async with Chunked("whisper", load, most=1) as engine:
            assert engine.missing == "the model is being loaded"
            with pytest.raises(PeerGone, match="being loaded"):
                async with engine.open(OPEN):
                    pass
            go.set()
            await asyncio.wait_for(engine.loaded.wait(), 10)

    asyncio.run(story())


def test_a_checkpoint_that_is_unfit_ends_the_engine_with_its_reason() -> None:
    async def story() -> None:
        over = asyncio.Event()

        def load() -> Scripted:
            raise CheckpointUnfit("it is another model's")

        async with Chunked("whisper", load, most=1, give_up=over.set) as engine:
            await asyncio.wait_for(over.wait(), 10)
            assert engine.missing == "the model is lost: it is another model's"

    with pytest.raises(CheckpointUnfit, match="another model"):
        asyncio.run(story())


def test_what_is_too_much_for_the_memory_is_heard_in_halves() -> None:
    async def story() -> None:
        model = Gated(SCRIPT, fails=[MemoryError("CUDA out of memory"), MemoryError("CUDA out of memory")])
        async with engine_of(model) as engine, contextlib.AsyncExitStack() as stack:
            ears = [await stack.enter_async_context(engine.open(OPEN)) for _ in range(4)]
            first = await stack.enter_async_context(engine.open(OPEN))
            first.send(Audio(start=0, pcm=sound_of(SCRIPT).tobytes()))
            for ear in ears:
                ear.send(Audio(start=0, pcm=sound_of(SCRIPT).tobytes()))
                ear.send(Flush(utterance=0, revision=0))
            model.go.set()
            answers = [await asyncio.wait_for(ear.receive(), 10) for ear in ears]
        assert sum(isinstance(answer, Final) for answer in answers) >= 3

    asyncio.run(story())


def test_one_failure_costs_its_utterance_and_many_end_the_engine() -> None:
    async def story() -> None:
        over = asyncio.Event()
        model = Gated(SCRIPT, fails=[RuntimeError("CUDA error")] * HOPELESS)
        model.go.set()
        async with Chunked("whisper", lambda: model, most=2, give_up=over.set, guesses=False) as engine:
            await asyncio.wait_for(engine.loaded.wait(), 10)
            async with engine.open(OPEN) as ear:
                for turn in range(HOPELESS):
                    ear.send(Audio(start=turn * 9 * RATE, pcm=sound_of(SCRIPT).tobytes()))
                    ear.send(Flush(utterance=turn, revision=0))
                    answer = await asyncio.wait_for(ear.receive(), 10)
                    assert isinstance(answer, HearingFailed) and "CUDA error" in answer.detail
                await asyncio.wait_for(over.wait(), 10)
                with pytest.raises(PeerGone):
                    await ear.receive()
                with pytest.raises(PeerGone):
                    ear.send(Flush(utterance=9, revision=0))
            with pytest.raises(PeerGone, match="lost"):
                async with engine.open(OPEN):
                    pass

    with pytest.raises(RuntimeError, match=f"failed {HOPELESS} times"):
        asyncio.run(story())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_ends_the_engine_and_leaves_no_call_waiting() -> None:
    async def story() -> None:
        over = asyncio.Event()
        model = Gated(SCRIPT, fails=[TypeError("a mistake")])
        model.go.set()
        async with Chunked("whisper", lambda: model, most=1, give_up=over.set) as engine:
            await asyncio.wait_for(engine.loaded.wait(), 10)
            async with engine.open(OPEN) as ear:
                ear.send(Audio(start=0, pcm=sound_of(SCRIPT).tobytes()))
                ear.send(Flush(utterance=0, revision=0))
                with pytest.raises(PeerGone):
                    await asyncio.wait_for(ear.receive(), 10)
                await asyncio.wait_for(over.wait(), 10)

    with pytest.raises(RuntimeError, match="mistake"):
        asyncio.run(story())


def test_silence_does_not_reach_the_model() -> None:
    async def story() -> None:
        model = Scripted(SCRIPT)
        async with engine_of(model) as engine, engine.open(OPEN) as ear:
            ear.send(Audio(start=0, pcm=bytes(2 * RATE)))
            ear.send(Flush(utterance=0, revision=0))
            assert (await next_final(ear)).text == ""
        assert model.batches == []

    asyncio.run(story())


def test_a_recording_is_heard_when_no_call_waits() -> None:
    async def story() -> None:
        model = Gated(SCRIPT, batch=4)
        async with engine_of(model, guesses=False) as engine, engine.open(OPEN) as ear:
            asks = [Ask(sound_of(SCRIPT), ("en",), final=False) for _ in range(6)]
            recording = asyncio.create_task(asyncio.to_thread(engine.batcher.hear, asks))
            assert await asyncio.to_thread(model.entered.wait, 10)
            ear.send(Audio(start=0, pcm=sound_of(SCRIPT).tobytes()))
            ear.send(Flush(utterance=0, revision=0))
            model.go.set()
            assert (await next_final(ear)).text == "w0 w1 w2"
            assert model.finals.index(True) <= 1  # after the window that was at the model already, not after all six
            assert [heard.text for heard in await recording] == ["w0 w1 w2"] * 6

    asyncio.run(story())


def test_a_recording_is_not_left_waiting_when_the_engine_ends() -> None:
    async def story() -> None:
        engine = Chunked("whisper", lambda: Scripted(SCRIPT), most=1)
        async with engine:
            await asyncio.wait_for(engine.loaded.wait(), 10)
        with pytest.raises(RuntimeError):
            await asyncio.to_thread(engine.batcher.hear, [Ask(sound_of(SCRIPT), ("en",))])

    asyncio.run(story())
