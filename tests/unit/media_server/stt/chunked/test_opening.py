"""The settings' engine, opened as the worker opens it: real files, real thread, words of a call."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from core.audio import RATE, Pcm
from core.checkpoints import CheckpointMissing, CheckpointUnfit
from core.engines import Engines, Hearing, SttEngine
from core.ids import CallId, SiteId
from core.languages import Language
from core.settings import Settings
from core.speech import Audio, EndUtterance, Final, Flush, OpenHearing
from media_server.stt.chunked.engine import Chunked, ChunkedEar
from media_server.stt.chunked.opening import open_chunked, open_punjabi, with_punjabi
from media_server.stt.chunked.punjabi import Router
from media_server.stt.instant import Instant


def settings(home: Path, engine: SttEngine, model: Path, **more: str) -> Settings:
    hearing = Hearing(model=str(model), device="cpu", punjabi_model=more.get("punjabi_model", ""))
    return Settings(home=home, engines=Engines(stt=engine), hearing=hearing)


async def heard(ear: ChunkedEar, pcm: Pcm, utterance: int) -> Final:
    ear.send(Audio(start=utterance * 20 * RATE, pcm=pcm.tobytes()))
    ear.send(Flush(utterance=utterance, revision=0))
    async with asyncio.timeout(60):
        while not isinstance(answer := await ear.receive(), Final):
            pass
    ear.send(EndUtterance(utterance=utterance))
    return answer


def room() -> float | None:
    return REGISTRY.get_sample_value("haazir_stt_room_streams")


async def texts(engine: Chunked, languages: tuple[Language, ...], *sounds: Pcm) -> list[tuple[str, str]]:
    async with engine:
        await asyncio.wait_for(engine.loaded.wait(), 120)
        async with engine.open(OpenHearing(call_id=CallId("c"), site_id=SiteId("s"), languages=languages)) as ear:
            finals = [await heard(ear, pcm, number) for number, pcm in enumerate(sounds)]
    return [(final.text, final.language) for final in finals]


def test_whisper_hears_a_call(tiny_whisper: Path, tmp_path: Path) -> None:
    from tests.unit.media_server.stt.chunked.tiny_whisper import tone

    engine = open_chunked(settings(tmp_path, "whisper", tiny_whisper))
    sounds = tone(1200, 0.6), tone(300, 0.4), tone(300, 0.0, 1.0), tone(700, 0.8, 0.2)
    found = asyncio.run(texts(engine, ("hi", "en"), *sounds))
    assert found == [("where is it", "en"), ("haan ji", "en"), ("", "en"), ("नहीं", "en")]  # "haan ji" is said in any language
    assert engine.name == "whisper"


def test_indic_conformer_hears_a_call_and_punjabi_beside_another_engine(tiny_conformer: Path, tmp_path: Path) -> None:
    from tests.unit.media_server.stt.chunked.tiny_conformer import said

    engine = open_chunked(settings(tmp_path, "indic-conformer", tiny_conformer))
    assert asyncio.run(texts(engine, ("hi", "pa"), said(("hi", 1), ("hi", 4)), said(("hi", 2), ("hi", 3)))) == [
        ("हाँ जी", "hi"),
        ("नहीं", "hi"),
    ]
    beside = open_punjabi(settings(tmp_path, "nemo", Path("tiny"), punjabi_model=str(tiny_conformer)))
    assert asyncio.run(texts(beside, ("pa", "hi"), said(("pa", 2), ("pa", 3), ("pa", 1))))[0][1] == "pa"


def test_the_room_that_is_told_is_that_of_the_engine_that_takes_calls(tiny_conformer: Path, tmp_path: Path) -> None:
    async def story() -> None:
        asked = Hearing(model=str(tiny_conformer), device="cpu", max_streams=2)
        async with open_chunked(Settings(home=tmp_path, engines=Engines(stt="indic-conformer"), hearing=asked)) as engine:
            assert room() == 0, "while the model is being loaded"
            await asyncio.wait_for(engine.loaded.wait(), 120)
            open_punjabi(settings(tmp_path, "nemo", Path("tiny"), punjabi_model=str(tiny_conformer)))
            assert room() == 2
            async with engine.open(OpenHearing(call_id=CallId("c"), site_id=SiteId("s"), languages=("pa",))):
                assert room() == 1
            assert room() == 2

    asyncio.run(story())


def test_punjabi_whose_checkpoint_is_not_here_leaves_the_other_engine_alone(
    tiny_conformer: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live = contextlib.nullcontext(Instant())
    for model in ("indic-conformer", "whisper-hinglish", str(tmp_path / "nowhere")):
        caplog.clear()
        assert with_punjabi(live, settings(tmp_path, "nemo", Path("tiny"), punjabi_model=model)) is live
        assert [record.getMessage() for record in caplog.records] == ["! no Punjabi"]
    beside = with_punjabi(live, settings(tmp_path, "nemo", Path("tiny"), punjabi_model=str(tiny_conformer)))
    assert isinstance(beside, Router)
    assert with_punjabi(live, settings(tmp_path, "nemo", Path("tiny"))) is live


def test_a_checkpoint_that_is_not_here_or_another_engines_is_told_at_once_and_an_unfit_one_on_loading(
    tiny_conformer: Path, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointMissing, match="fetch whisper-hinglish"):
        open_chunked(Settings(home=tmp_path, engines=Engines(stt="whisper")))
    with pytest.raises(CheckpointMissing, match="for the engine"):
        open_chunked(settings(tmp_path, "whisper", Path("indic-conformer")))

    async def story() -> None:
        over = asyncio.Event()
        async with open_chunked(settings(tmp_path, "whisper", tiny_conformer), over.set):
            await asyncio.wait_for(over.wait(), 60)

    with pytest.raises(CheckpointUnfit, match="not of Whisper"):
        asyncio.run(story())
