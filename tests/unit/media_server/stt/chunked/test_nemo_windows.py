"""The streaming model over a recording's windows: together as alone, and as it hears a call. Random weights, the real model."""

import numpy as np
import pytest

pytest.importorskip("nemo", reason="the engine's packages are installed when the settings name it")

import torch

from core.audio import RATE
from media_server.stt.chunked.nemo_windows import NemoWindows
from media_server.stt.chunked.words import Ask, Heard
from media_server.stt.nemo.loading import Model, ready
from tests.standins import random_nemo


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    torch.set_num_threads(1)
    return ready(random_nemo.build(tmp_path_factory.mktemp("tokens")), torch.device("cpu"), torch.float32)


def sound(seconds: float, seed: int) -> Ask:
    pcm = np.random.default_rng(seed).normal(0, 3000, int(seconds * RATE)).astype(np.int16)
    return Ask(pcm, ("hi-Latn", "en"))


def words(heard: Heard) -> list[tuple[str, int, int]]:
    return [(word.text, word.start, word.end) for word in heard.words]


def test_windows_of_any_lengths_together_are_heard_as_alone(model: Model) -> None:
    windows = NemoWindows(model, batch=3)
    asks = [sound(0.4, 1), sound(2.3, 2), sound(1.1, 3)]
    together = windows.hear(asks)
    assert any(heard.words for heard in together)
    for heard, ask in zip(together, asks, strict=True):
        [alone] = windows.hear([ask])
        assert words(heard) == words(alone) and heard.tag == alone.tag
        assert heard.confidence == pytest.approx(alone.confidence, abs=1e-3)
        assert all(0 <= word.start < word.end <= ask.pcm.size for word in heard.words)
