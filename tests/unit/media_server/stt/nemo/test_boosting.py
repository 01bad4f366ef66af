"""A site's names are likelier in its own calls, and change nothing in the calls beside them. Random weights, the real decoder."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

pytest.importorskip("nemo", reason="the engine's packages are installed when the settings name it")

import torch

from media_server.stt.nemo.boosting import Boost, grow, names_of
from media_server.stt.nemo.loading import Model, ready
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Row, Sound, Stepper
from tests.standins import random_nemo

STRONG = 8.0
"""Random weights know no words: what would be far too much for a trained model."""
CALLS, CHUNKS = 3, 12
Tokens = list[list[int]]


class Calls:
    """CALLS of them, heard side by side by one model; call n has row n + 1."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.slots = Slots(model, CALLS + 1)
        self.stepper = Stepper(model, self.slots)

    def hear(self, sound: Sound, boosts: Sequence[int], *, chunk: int = 2, forget: bool = False) -> Tokens:
        """Tokens of each call. `forget`: where they are in their trees, after each chunk."""
        for row in range(CALLS):
            self.slots.begin(row + 1)
        samples = chunk * self.model.frame
        rows = [Row(number + 1, 0, boost) for number, boost in enumerate(boosts)]
        found: Tokens = [[] for _ in rows]
        for start in range(0, sound.shape[1], samples):
            for tokens, emitted in zip(found, self.stepper.step(rows, sound[:, start : start + samples]), strict=True):
                tokens += [one.token for one in emitted]
            if forget:
                with torch.inference_mode():
                    self.slots.state.boosted.zero_()
        return found


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    torch.set_num_threads(1)
    return ready(random_nemo.build(tmp_path_factory.mktemp("tokens")), torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def calls(model: Model) -> Calls:
    return Calls(model)


@pytest.fixture(scope="module")
def sound(model: Model) -> Sound:
    noise = np.random.default_rng(3)
    loudness = np.repeat(noise.random((CALLS, CHUNKS * 2)), model.frame, axis=1)
    return (noise.standard_normal(loudness.shape) * loudness / 10).astype(np.float32)


@pytest.fixture(scope="module")
def plain(calls: Calls, sound: Sound) -> Tokens:
    return calls.hear(sound, [-1] * CALLS)


@pytest.fixture
def boost(model: Model) -> Iterator[Boost]:
    made = Boost(model, grow(model, ["payment"], weight=STRONG))
    yield made
    made.close()


def times(model: Model, tokens: Sequence[int], name: str) -> int:
    return "".join(model.pieces[token] for token in tokens).count("▁" + name)


def test_a_boosted_call_hears_the_name_and_its_neighbours_hear_what_they_did(
    model: Model, calls: Calls, sound: Sound, plain: Tokens, boost: Boost
) -> None:
    found = calls.hear(sound, [-1, boost.number, -1])
    assert times(model, plain[1], "payment") == 0
    assert times(model, found[1], "payment") >= 1
    assert found[0] == plain[0]
    assert found[2] == plain[2]


def test_each_call_has_its_own_sites_names(model: Model, calls: Calls, sound: Sound, boost: Boost) -> None:
    other = Boost(model, grow(model, ["kal subah"], weight=STRONG))
    found = calls.hear(sound, [boost.number, other.number, boost.number])
    assert found == [
        calls.hear(sound, [number] * CALLS)[call] for call, number in enumerate((boost.number, other.number, boost.number))
    ]
    assert times(model, found[1], "kal") >= 1
    assert times(model, found[1], "payment") == 0
    other.close()


def test_nothing_is_heard_where_nothing_was_said(model: Model, calls: Calls, sound: Sound, boost: Boost) -> None:
    """Where the model says blank it stays blank, however much is added to the tokens."""
    blank = model.net.joint.joint_net[-1].bias[-1:]
    blank += 2 * STRONG
    assert calls.hear(sound, [boost.number] * CALLS) == [[]] * CALLS
    blank -= 2 * STRONG


def test_a_name_goes_on_in_the_next_chunk(model: Model, calls: Calls, sound: Sound) -> None:
    """The tree's place is part of a call's memory: without it a name of many tokens would end with its chunk."""
    boost = Boost(model, grow(model, ["order number double"], weight=STRONG))
    kept = calls.hear(sound, [boost.number] * CALLS, chunk=1)
    assert sum(times(model, tokens, "order▁number▁double") for tokens in kept) > 0
    assert calls.hear(sound, [boost.number] * CALLS, chunk=1, forget=True) != kept
    boost.close()


def test_a_closed_tree_leaves_the_decoder_as_it_was(model: Model, calls: Calls, sound: Sound, plain: Tokens) -> None:
    first, second = Boost(model, grow(model, ["payment"], weight=STRONG)), Boost(model, grow(model, ["theek hai"], weight=STRONG))
    before = calls.hear(sound, [second.number] * CALLS)
    first.close()
    assert calls.hear(sound, [second.number] * CALLS) == before  # the other tree has moved, and is still the same
    second.close()
    assert calls.hear(sound, [-1] * CALLS) == plain
    again = Boost(model, grow(model, ["payment"], weight=STRONG))
    assert again.number in (0, 1)  # numbers are used again
    again.close()


@pytest.mark.parametrize("names", [[], ["", "   "], ["注文"]])
def test_names_that_the_model_cannot_spell_boost_nothing(model: Model, names: list[str]) -> None:
    boost = Boost(model, grow(model, names))
    assert boost.number == -1
    boost.close()


def test_the_names_of_a_site_are_its_rare_words() -> None:
    phrases = [
        "refund kab milega",
        "refund kahan hai",
        "aerofit treadmill kab aayega",
        "mera order {digits} kahan hai",
        "do baje",
    ]
    names = names_of(phrases)
    assert names == ["aerofit treadmill", "refund"]


def test_what_goes_on_too_long_to_be_a_name_is_taken_word_by_word() -> None:
    assert names_of(["delhi jaipur lucknow agra kahan hai"]) == ["agra", "delhi", "jaipur", "lucknow"]
