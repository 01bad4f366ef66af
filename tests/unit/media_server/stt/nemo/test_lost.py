"""A device that fails or hangs takes the engine with it, and its process; no end of either waits for it."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

pytest.importorskip("nemo", reason="the engine's packages are installed when the settings name it")

from core.bus import PeerGone
from core.engines import Hearing
from core.settings import Settings
from core.speech import Audio, Flush
from media_server.stt.nemo.engine import Nemo
from media_server.stt.worker import EngineLost
from tests.standins.edge import until
from tests.unit.media_server.stt.nemo.hall import OPEN, SOUND, Hall, hurried, phrases


def test_a_step_that_never_returns_is_told_and_ends_the_engine(file: Path, tmp_path: Path) -> None:
    released, told = threading.Event(), []

    async def story() -> None:
        gone = asyncio.Event()
        settings = Settings(home=tmp_path, hearing=Hearing(model=str(file), device="cpu", max_streams=2))
        async with Nemo(settings, phrases(), gone.set, hurried(), hangs_s=0.5) as engine:
            await engine.loaded.wait()
            with Hall(engine, tmp_path).at_each_step(lambda _: told.append(released.wait())):
                async with engine.open(OPEN) as ear:
                    ear.send(Audio(start=0, pcm=SOUND.tobytes()))
                    await until(lambda: "has not returned" in str(engine.missing))
                    with pytest.raises(PeerGone):
                        await ear.receive()
            await gone.wait()
            assert engine.missing == "the engine has failed"
        assert not told, "it ended without waiting for the step"

    try:
        with pytest.raises(EngineLost, match="a step of the model has not returned"):
            asyncio.run(story())
    finally:
        released.set()


def test_an_error_of_the_device_ends_the_engine_and_says_so(file: Path, tmp_path: Path) -> None:
    def broken(calls: int) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    async def story() -> None:
        gone = asyncio.Event()
        settings = Settings(home=tmp_path, hearing=Hearing(model=str(file), device="cpu", max_streams=2))
        async with Nemo(settings, phrases(), gone.set, hurried()) as engine:
            await engine.loaded.wait()
            stage = Hall(engine, tmp_path)
            async with engine.open(OPEN) as ear:
                with stage.at_each_step(broken):
                    ear.send(Audio(start=0, pcm=SOUND.tobytes()))
                    with pytest.raises(PeerGone):
                        await ear.receive()
                    await gone.wait()
                assert engine.missing == "the engine has failed"
                with pytest.raises(PeerGone):
                    ear.send(Flush(utterance=0, revision=0))
            with pytest.raises(PeerGone):
                await engine.open(OPEN).__aenter__()

    with pytest.raises(EngineLost, match=r"CUDA error: an illegal memory access was encountered.*doctor --gpu"):
        asyncio.run(story())


def test_a_mistake_of_ours_ends_the_engine_as_what_it_is(file: Path, tmp_path: Path) -> None:
    def broken(calls: int) -> None:
        raise RuntimeError("The size of tensor a must match")

    async def story() -> None:
        gone = asyncio.Event()
        settings = Settings(home=tmp_path, hearing=Hearing(model=str(file), device="cpu", max_streams=2))
        async with Nemo(settings, phrases(), gone.set, hurried()) as engine:
            await engine.loaded.wait()
            async with engine.open(OPEN) as ear:
                with Hall(engine, tmp_path).at_each_step(broken):
                    ear.send(Audio(start=0, pcm=SOUND.tobytes()))
                    await gone.wait()

    with pytest.raises(RuntimeError, match="The size of tensor a"):
        asyncio.run(story())


def test_an_engine_that_is_being_loaded_ends_at_once(tmp_path: Path) -> None:
    os.mkfifo(slow := tmp_path / "slow.nemo")  # nobody has begun to write it

    async def story() -> None:
        async with Nemo(Settings(home=tmp_path, hearing=Hearing(model=str(slow))), phrases()) as engine:
            assert engine.missing == "the model is being loaded"
            await asyncio.sleep(0)

    def come() -> None:
        pipe = slow.rename(tmp_path / "pipe")
        slow.write_bytes(b"")  # it is opened again and again, each time as another kind of archive
        os.close(os.open(pipe, os.O_RDWR))  # for writing alone it would wait for a reader, who may not have come yet

    late = threading.Timer(20.0, come)
    late.start()
    asyncio.run(story())
    waited = not late.is_alive()
    late.cancel()
    if not waited:
        come()
    assert not waited
