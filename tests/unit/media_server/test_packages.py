"""Engines whose packages are not installed: told in a line, with the remedy, by both workers."""

import asyncio
import sys
from pathlib import Path

import pytest

from core.engines import Engines, Hearing
from core.settings import Settings
from media_server.stt.chunked.engine import Chunked
from media_server.stt.main import open_engine
from media_server.stt.worker import EngineLost
from media_server.tts.engine import EngineError
from media_server.tts.main import load

REMEDY = r"can't be imported \(import of torch halted.*\): bin/haazir up installs what it lacks"


@pytest.fixture(autouse=True)
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python finds it before the packages of speech.lock are installed."""
    for name in ("stt.nemo.engine", "stt.chunked.whisper", "tts.parler.engine", "tts.kokoro.engine"):
        monkeypatch.delitem(sys.modules, f"media_server.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.parametrize("name", ["parler", "kokoro"])
def test_a_voice_without_its_packages_cannot_start_and_says_what_installs_them(tmp_path: Path, name: str) -> None:
    with pytest.raises(EngineError, match=f"{name} {REMEDY}"):
        load(name, Settings(home=tmp_path))


def test_a_recogniser_without_its_packages_says_what_installs_them(tmp_path: Path) -> None:
    async def opened(settings: Settings) -> None:
        over = asyncio.Event()
        async with open_engine(settings, over.set) as engine:
            assert isinstance(engine, Chunked), "the other is imported before it is opened"
            async with asyncio.timeout(20):
                await over.wait()

    (tmp_path / "model").mkdir()
    for name in ("nemo", "whisper"):
        settings = Settings(home=tmp_path, engines=Engines(stt=name), hearing=Hearing(model=str(tmp_path / "model")))
        with pytest.raises(EngineLost, match=f"{name} {REMEDY}"):
            asyncio.run(opened(settings))
