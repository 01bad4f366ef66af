"""Rows of a step are strangers to each other, whatever stands in them, and a bucket's size is nobody's business."""

import pytest
import torch

from media_server.tts.parler.decoder import Cache, Decoder

SHAPES = [(1, 256), (2, 256), (4, 256), (4, 320)]
ROUNDING = 2e-5
"""Of logits around 1.5, between steps of different shapes: other shapes add up in another order."""


def filled(decoder: Decoder) -> Cache:
    """Four slots full of something, each described in 5 to 8 tokens."""
    draw = torch.Generator().manual_seed(1)
    cache = Cache.empty(decoder, 4, 320, 16)
    cache.own.normal_(generator=draw)
    cache.cross.normal_(generator=draw)
    cache.described.copy_(torch.arange(5, 9))
    return cache


def step(decoder: Decoder, cache: Cache, rows: int, context: int = 320) -> torch.Tensor:
    codes = torch.arange(36).view(4, 9) % decoder.configuration.vocabulary
    with torch.inference_mode():
        return decoder.step(codes[:rows], torch.tensor([200, 3, 77, 140])[:rows], cache, rows, context)


def test_a_row_is_the_same_bit_for_bit_whatever_the_other_rows_hold(decoder: Decoder) -> None:
    cache, before = filled(decoder), step(decoder, filled(decoder), 4)
    cache.own[:, :, 1:] = 7
    cache.cross[:, :, 1:] = -3
    assert torch.equal(step(decoder, cache, 4)[0], before[0])


@pytest.mark.parametrize(("rows", "context"), SHAPES)
def test_a_step_of_any_shape_gives_the_same_logits(decoder: Decoder, rows: int, context: int) -> None:
    widest = step(decoder, filled(decoder), 4)[:rows]
    torch.testing.assert_close(step(decoder, filled(decoder), rows, context), widest, atol=ROUNDING, rtol=0)


def test_what_lies_beyond_a_rows_position_or_description_is_not_looked_at(decoder: Decoder) -> None:
    cache, before = filled(decoder), step(decoder, filled(decoder), 4)
    for row, position in enumerate((200, 3, 77, 140)):
        cache.own[:, :, row, :, position + 1 :] = 1e4
        cache.cross[:, :, row, :, 5 + row :] = 1e4
    assert torch.equal(step(decoder, cache, 4), before)


def test_a_prompt_that_is_filled_up_is_the_same_prompt(decoder: Decoder) -> None:
    prompt = torch.randn(1, 20, decoder.configuration.hidden, generator=torch.Generator().manual_seed(3))
    exact, longer = filled(decoder), filled(decoder)
    with torch.inference_mode():
        decoder.prefill(prompt, torch.tensor([2]), exact)
        decoder.prefill(torch.nn.functional.pad(prompt, (0, 0, 0, 12)), torch.tensor([2]), longer)
    torch.testing.assert_close(longer.own[:, :, 2, :, :20], exact.own[:, :, 2, :, :20], atol=ROUNDING, rtol=0)
    untouched = [0, 1, 3]
    assert torch.equal(longer.own[:, :, untouched], exact.own[:, :, untouched])
    assert torch.equal(exact.own[:, :, untouched], filled(decoder).own[:, :, untouched])
