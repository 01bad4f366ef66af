"""Our decoder, codec and voices compute what the makers' own code computes, from the same files."""

from typing import Any

import msgspec
import pytest
import torch

from media_server.tts.parler import weights
from media_server.tts.parler.dac import Dac
from media_server.tts.parler.decoder import Cache, Decoder
from media_server.tts.parler.slots import Slots
from media_server.tts.parler.voices import Voices
from tests.unit.media_server.tts.parler.conftest import CPU

Expected = dict[str, torch.Tensor]
LOGITS, SOUND = 1e-4, 1e-5
"""The largest differences that the project allows itself."""


@pytest.mark.parametrize("number", [0, 1])
def test_texts_and_descriptions_are_cut_into_the_same_tokens(voices: Voices, said: dict[str, Any], number: int) -> None:
    prompt, description = said["ids"][number]
    assert voices.prompt(said["prompts"][number]) == prompt
    assert voices.description(said["descriptions"][number]) == description


@pytest.mark.parametrize("number", [0, 1])
def test_a_description_is_understood_alike(voices: Voices, said: dict[str, Any], expected: Expected, number: int) -> None:
    torch.testing.assert_close(voices.states(said["ids"][number][1]), expected[f"{number}.states"], atol=1e-5, rtol=0)


@torch.inference_mode()
def test_prefill_and_steps_give_the_logits_of_one_forward_over_everything(
    decoder: Decoder, voices: Voices, said: dict[str, Any], expected: Expected
) -> None:
    prompt, _ = said["ids"][0]
    cache = Cache.empty(decoder, 1, 320, 64)
    keys = voices.keys(said["descriptions"][0])
    cache.cross[:, :, 0, :, : keys.shape[-2]], cache.described[0] = keys, keys.shape[-2]
    decoder.prefill(decoder.prompts[prompt][None], torch.tensor([0]), cache)
    columns, wanted = expected["0.columns"].long(), expected["0.logits"]
    assert len(wanted) > 60
    for column, logits in enumerate(wanted):
        position = torch.tensor([len(prompt) + column])
        ours = decoder.step(columns[None, :, column], position, cache, rows=1, context=320)[0]
        assert (ours - logits).abs().max() <= LOGITS
        assert torch.equal(ours.argmax(-1), logits.argmax(-1))


@pytest.mark.parametrize("number", [0, 1])
def test_greedily_it_says_the_same_codes_to_the_same_end(
    checkpoint: weights.Checkpoint, voices: Voices, said: dict[str, Any], expected: Expected, number: int
) -> None:
    decoder = weights.decoder(checkpoint, CPU, torch.float32)
    sampling = msgspec.structs.replace(decoder.configuration.sampling, temperature=0.0)
    decoder.configuration = msgspec.structs.replace(decoder.configuration, sampling=sampling)
    slots = Slots(decoder, 2, 320)
    slots.join(1, voices.keys(said["descriptions"][number]), said["ids"][number][0], seed=0)
    while not slots.over(1):
        slots.step([1])
    whole = slots.whole(1)
    columns = expected[f"{number}.columns"].long()
    frames = torch.stack([row[k + 1 : k + 1 + whole] for k, row in enumerate(columns)])
    assert torch.equal(slots.codes(1, 0, whole), frames)
    assert columns[0, whole + 1] == decoder.configuration.end
    assert whole == 65 or number == 1


def test_the_codec_makes_the_same_sound(dac: Dac, expected: Expected) -> None:
    columns, wanted = expected["0.columns"].long(), expected["0.sound"]
    frames = len(wanted) // dac.shape.hop
    codes = torch.stack([row[k + 1 : k + 1 + frames] for k, row in enumerate(columns)])
    assert frames == 65
    assert wanted.std() > 0.05
    assert (dac.decode(codes[None])[0] - wanted).abs().max() <= SOUND
