"""media_server.vad.smart_turn: the features are Whisper's, any length will do."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE
from media_server.vad.smart_turn import SECONDS, SmartTurn, last_seconds, log_mel


@pytest.fixture(scope="module")
def model():
    return SmartTurn()


def reference():
    """pipecat's own features, which its model was made with; opened by path, as the model is."""
    folder = Path(importlib.util.find_spec("pipecat").submodule_search_locations[0])
    path = folder / "audio/turn/smart_turn/_whisper_features.py"
    spec = importlib.util.spec_from_file_location("whisper_features", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.compute_whisper_log_mel_features


def test_the_features_are_those_the_model_was_made_with(agent):
    pcm = agent[: 3 * RATE]
    padded = np.concatenate([np.zeros(SECONDS * RATE - pcm.size), pcm / 32768]).astype(np.float32)
    assert np.abs(log_mel(last_seconds(pcm)) - reference()(padded)).max() < 1e-4


@pytest.mark.parametrize("seconds", [0, 0.001, 1, 8, 11])
def test_any_length_has_a_probability(model, agent, seconds):
    assert 0 <= model.probability(agent[: int(seconds * RATE)]) <= 1


def test_only_the_last_eight_seconds_count(model, agent):
    assert model.probability(agent) == model.probability(agent[-8 * RATE :])


def test_a_sentence_cut_off_in_the_middle_is_less_finished_than_a_whole_one(model, caller):
    whole = np.flatnonzero(np.abs(caller.astype(int)) > 300)[-1] + RATE // 5
    assert model.probability(caller[:whole]) > model.probability(caller[: whole // 2])
