"""An engine that does not come back, is not there yet, or never will be: who is told what, and when."""

import threading
from pathlib import Path

import numpy as np
import pytest

from core.sites import Language
from media_server.tts.engine import EngineError, EngineLost, SlotEngine
from tests.unit.media_server.tts.choir import Choir, Second, by_reserve, speaking
from tests.unit.media_server.tts.test_dispatch import play


def test_a_step_that_never_comes_back_is_told_and_ends_the_worker_and_others_speak_until_then(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], reserve=Second(), late_s=0.02, lost_s=2.0) as worker:
            desk, call, other = worker.desks[0], await worker.call(), await worker.call("espeak:f3", engine="espeak")
            await call.says("all is well")
            assert desk.missing is None
            choir.hold()
            assert by_reserve(await call.says("the device hangs", reply=2)) > 0.9
            assert by_reserve(await other.says("who has another engine")) > 0.9
            with pytest.raises(EngineLost, match="choir has not come back from a step"):
                await worker.running
            choir.steps.release(1 << 20)

    play(story)


def test_a_stuck_step_is_told_until_it_comes_back(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], lost_s=3.0) as worker:
            desk, call = worker.desks[0], await worker.call()
            choir.hold()
            call.ask("it takes its time")
            while desk.missing is None or "loaded" in desk.missing:
                await worker.settle()
            assert desk.missing.startswith("choir has not come back from a step")
            choir.steps.release(1 << 20)
            assert isinstance(await call.sentence(), np.ndarray)
            while desk.missing is not None:
                await worker.settle()
            assert not worker.running.done()

    play(story)


def test_a_line_to_be_kept_is_written_for_the_engine_that_is_being_loaded(tmp_path: Path) -> None:
    loaded = threading.Event()

    def load(engine: SlotEngine) -> SlotEngine:
        loaded.wait(10)
        engine.english = "devanagari"
        return engine

    def by_script(text: str, language: Language, *, english: str, lexicon: object) -> str:
        return f"{text} in {english}"

    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], reserve=Second(), load=load, spoken=by_script) as worker:
            patient = await worker.call(live=False)
            patient.ask("welcome")
            await worker.settle()
            loaded.set()
            await patient.sentence()
        assert choir.begun == ["welcome in devanagari"]

    play(story)


def test_who_wants_lines_of_an_engine_that_cannot_start_is_told_at_once(tmp_path: Path) -> None:
    def load(engine: SlotEngine) -> SlotEngine:
        if engine.name == "beside":
            raise EngineError("no such checkpoint")
        return engine

    async def story() -> None:
        async with speaking(tmp_path, [Choir(), Choir("beside")], reserve=Second(), load=load) as worker:
            early = await worker.call("beside:Divya", live=False, engine="beside")
            early.ask("welcome")
            assert await early.sentence() == "beside is not loaded"
            await worker.call("beside:Divya", live=False, engine="espeak")

    play(story)
