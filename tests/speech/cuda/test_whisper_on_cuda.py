"""Whisper hears on a GPU what it hears on the processor, in whole and half precision. Left out where there is no GPU."""

from pathlib import Path

import pytest
import torch

from core.engines import Precision
from media_server.stt.chunked.whisper import load_whisper
from media_server.stt.chunked.words import Ask
from tests.unit.media_server.stt.chunked.tiny_whisper import SAID, tone, write_tiny

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny-whisper")
    write_tiny(made, steps=90)
    return made


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_a_gpu_hears_what_the_processor_does(folder: Path, precision: Precision) -> None:
    asks = [Ask(tone(hertz, seconds, 0.2), ("hi", "en")) for hertz in SAID for seconds in (0.4, 0.9, 1.3)]
    here = load_whisper(folder, device="cpu").hear(asks)
    there = load_whisper(folder, device="cuda", precision=precision).hear(asks)
    assert [(heard.text, heard.tag) for heard in there] == [(heard.text, heard.tag) for heard in here]
    for mine, theirs in zip(here, there, strict=True):
        assert theirs.confidence == pytest.approx(mine.confidence, abs=1e-3 if precision == "float32" else 0.1)
