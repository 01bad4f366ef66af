"""What a step costs, by count and by the model itself."""

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from media_server.tts.parler import cost
from media_server.tts.parler.configuration import Configuration
from media_server.tts.parler.decoder import Cache, Decoder

INDIC = Configuration()


def test_indic_parler_reads_362_million_weights_and_96_kib_a_token() -> None:
    """docs/speaking.md's figures, which came from the checkpoint's own sizes."""
    assert round(cost.weights(INDIC) / 1e6, 1) == 362.5
    assert cost.token_bytes(INDIC) == 96 * 1024
    assert round(cost.step_bytes(INDIC, 1, 0, 0) / 1e6) == 725


def test_the_weights_counted_are_those_of_the_decoder(decoder: Decoder) -> None:
    of = decoder.configuration
    held = sum(parameter.numel() for parameter in decoder.parameters()) + decoder.positions.numel()
    assert cost.weight_bytes(of, 4) == 4 * held


def test_the_memory_counted_is_that_of_the_cache(decoder: Decoder) -> None:
    cache = Cache.empty(decoder, 3, 320, 16)
    assert cost.cache_bytes(decoder.configuration, 3, 320, 16, 4) == cache.own.nbytes + cache.cross.nbytes


def test_the_operations_counted_are_those_of_a_step(decoder: Decoder) -> None:
    """Within 2 %: torch does not count norms, of which ours count the weights."""
    cache = Cache.empty(decoder, 3, 320, 16)
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        decoder.step(torch.zeros(3, 9, dtype=torch.int64), torch.zeros(3, dtype=torch.int64), cache, 3, 256)
    counted = counter.get_total_flops()
    ours = cost.step_flop(decoder.configuration, 3, 256, 16)
    assert counted > 0
    assert abs(ours - counted) / counted < 0.02


def test_a_step_moves_more_with_more_rows_and_buckets_cost_something() -> None:
    one, many = (cost.step_bytes(INDIC, rows, 512, 64) for rows in (1, 15))
    assert many - one > 14 * 576 * cost.token_bytes(INDIC)
    in_use = 2 * cost.weights(INDIC) + 15 * (300 + 50 + 1) * cost.token_bytes(INDIC)
    assert in_use < many
