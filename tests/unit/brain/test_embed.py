"""The offline model: the weights that upstream publishes, and the figures it is known for."""

import hashlib

import numpy as np
import pytest

from brain.knowledge.embed import MiniLM, model_folder


def test_the_weights_are_upstreams_own() -> None:
    digest = hashlib.sha256((model_folder() / "model.safetensors").read_bytes()).hexdigest()
    assert digest == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_the_model_cards_own_example(model: MiniLM) -> None:
    happy, *others = model.embed(
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    )
    assert [round(float(happy @ other), 3) for other in others] == [0.695, 0.943, 0.257]


def test_a_sentence_is_the_same_alone_and_among_longer_ones(model: MiniLM) -> None:
    together = model.embed(["refund", "how long does it take until my money comes back to my account"])
    assert np.allclose(together[0], model.embed(["refund"])[0], atol=1e-5)


@pytest.mark.parametrize("text", ["", "x" * 5000, "हिंदी", "\x00\ufffd", "word " * 400])
def test_any_text_has_a_vector_of_length_one(model: MiniLM, text: str) -> None:
    assert np.linalg.norm(model.embed([text])[0]) == pytest.approx(1, abs=1e-4)


def test_no_text_has_none(model: MiniLM) -> None:
    assert model.embed([]).shape == (0, 384)
