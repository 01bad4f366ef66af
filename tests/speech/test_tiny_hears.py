"""The recogniser that ships, through the real step loop: it still hears what its card says. Synthesised callers; no people."""

from itertools import islice

import pytest

from media_server.stt.nemo.loading import Model, load
from training.tiny_stt.corpus import callers_utterances, trial_utterances
from training.tiny_stt.evaluate import stream
from training.tiny_stt.export import SHIPPED
from training.tiny_stt.scoring import word_error_rate
from training.tiny_stt.synthesise import Utterance, silences


@pytest.fixture(scope="module")
def model() -> Model:
    return load(SHIPPED, "cpu", "float32")


def errors(model: Model, utterances: list[Utterance], prompt: str = "") -> float:
    """In chunks of 160 ms."""
    heard = stream(model, utterances, 2, prompt)
    return word_error_rate((utterance.words, text) for utterance, text in zip(utterances, heard, strict=True))


@pytest.mark.parametrize("prompt", ["", "auto"])
def test_what_the_tests_callers_say_is_heard_word_for_word(model: Model, prompt: str) -> None:
    assert errors(model, list(callers_utterances()), prompt) <= 0.01


def test_voices_it_never_heard_are_understood(model: Model) -> None:
    assert errors(model, list(islice(trial_utterances(new_sentences=False, new_voices=True), 0, None, 3))) <= 0.08


def test_sentences_it_never_heard_are_mostly_understood(model: Model) -> None:
    assert errors(model, list(trial_utterances(new_sentences=True, new_voices=True))) <= 0.18


def test_where_nobody_speaks_nothing_is_heard(model: Model) -> None:
    assert not any(stream(model, list(silences(77)), 2, "auto"))
