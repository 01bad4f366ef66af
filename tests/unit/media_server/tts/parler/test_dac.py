"""Sound in pieces is the sound of the whole, at every rate, whoever is decoded beside it."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.resample import Pcm
from media_server.tts.parler.dac import LEFT, MOST_WINDOWS, RIGHT, RIGHT_FIRST, Dac, Decoding, Piece, span

FRAMES = 90


@pytest.fixture(scope="module")
def codes(dac: Dac) -> torch.Tensor:
    draw = torch.Generator().manual_seed(4)
    return torch.randint(dac.shape.codebook_size, (2, dac.shape.codebooks, FRAMES), generator=draw)


def piece(codes: torch.Tensor, keep_from: int, keep_to: int, rate: int, whole: int = FRAMES) -> Piece:
    start, stop = span(keep_from, keep_to, whole)
    return Piece(codes[:, start:stop], start, keep_from, keep_to, rate)


def in_pieces(dac: Dac, codes: torch.Tensor, rate: int, cuts: list[int]) -> Pcm:
    return np.concatenate([dac.sound([piece(codes, a, b, rate)])[0] for a, b in pairwise(cuts)])


def at_once(dac: Dac, codes: torch.Tensor, rate: int) -> Pcm:
    return dac.sound([piece(codes, 0, FRAMES, rate)])[0]


def test_ten_frames_to_each_side_are_all_that_a_sample_hears(dac: Dac, codes: torch.Tensor) -> None:
    full, hop = dac.decode(codes[:1])[0], dac.shape.hop
    window = dac.decode(codes[:1, :, 30:70])[0]
    kept = slice(LEFT * hop, -10 * hop)
    assert full.std() > 0.05
    assert (window[kept] - full[30 * hop : 70 * hop][kept]).abs().max() <= 1e-6
    assert (window - full[30 * hop : 70 * hop]).abs().max() > 1e-3  # its edges are not: the test can fail


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_pieces_follow_each_other_without_a_seam(dac: Dac, codes: torch.Tensor, rate: int) -> None:
    """Exactly as many samples; with four and eight frames to the right, and these wild weights, 35 dB like the whole."""
    whole, pieces = at_once(dac, codes[0], rate), in_pieces(dac, codes[0], rate, [0, 8, 32, 56, 80, FRAMES])
    assert len(pieces) == len(whole) == -(-FRAMES * dac.shape.hop * rate // 44100)
    noise = (pieces.astype(float) - whole).std()
    assert 20 * np.log10(whole.std() / noise) > 35


def test_with_enough_to_the_right_pieces_are_the_whole(dac: Dac, codes: torch.Tensor) -> None:
    """Within the last bit of an int16: windows of other lengths may add up in another order."""
    cuts = [0, 10, 33, 57, FRAMES]
    pieces = [
        dac.sound([Piece(codes[0, :, max(0, a - LEFT) : b + 11], max(0, a - LEFT), a, b, 8000)])[0] for a, b in pairwise(cuts)
    ]
    assert np.abs(np.concatenate(pieces).astype(int) - at_once(dac, codes[0], 8000)).max() <= 1


def test_clauses_decoded_together_sound_as_each_alone(dac: Dac, codes: torch.Tensor) -> None:
    """First pieces and later ones, two clauses, two rates, in one go and one copy."""
    wanted = [
        piece(codes[0], 0, 8, 8000, whole=12), piece(codes[1], 8, 32, 16000), piece(codes[1], 0, 8, 8000, whole=12),
        piece(codes[0], 32, 56, 16000), piece(codes[0], 32, 56, 8000), piece(codes[1], 80, 90, 44100),
    ]  # fmt: skip
    together = dac.sound(wanted)
    assert [len(pcm) for pcm in together] == [744, 4458, 744, 4458, 2229, 5120]
    for pcm, one in zip(together, wanted, strict=True):
        assert pcm.dtype == np.int16
        assert np.abs(pcm.astype(int) - dac.sound([one])[0]).max() <= 1


def test_more_than_fit_into_one_batch_come_in_their_order(dac: Dac, codes: torch.Tensor) -> None:
    wanted = [piece(codes[number % 2], 20 + number, 28 + number, 8000) for number in range(MOST_WINDOWS + 3)]
    together = dac.sound(wanted)
    assert len(together) == len(wanted)
    for pcm, one in zip(together[-5:], wanted[-5:], strict=True):
        assert np.abs(pcm.astype(int) - dac.sound([one])[0]).max() <= 1


def test_what_is_waited_for_on_the_right(dac: Dac) -> None:
    assert span(0, 8, 12) == (0, 8 + RIGHT_FIRST)
    assert span(8, 32, 40) == (0, 32 + RIGHT)
    assert span(32, 56, 64) == (32 - LEFT, 56 + RIGHT)
    assert span(56, 60, 60) == (56 - LEFT, 60)


def test_an_end_among_the_codes_beside_a_piece_is_no_harm(dac: Dac, codes: torch.Tensor) -> None:
    ended = codes[0].clone()
    ended[:, 40:] = dac.shape.codebook_size
    assert len(dac.sound([piece(ended, 8, 32, 8000)])[0]) == 2229


def test_nothing_wanted_is_nothing(dac: Dac) -> None:
    decoding = Decoding(dac, [])
    assert decoding.ready
    assert decoding.take() == []


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_tone_comes_through_and_what_the_rate_cannot_hold_does_not(dac: Dac, rate: int) -> None:
    time = torch.arange(44100, dtype=torch.float64) / 44100
    for hertz, passes in ((300, True), (3000, True), (rate / 2 + 900, False), (15_000, False)):
        tone = torch.sin(2 * torch.pi * hertz * time)
        (heard,) = dac.resampling(rate).windows(tone.float()[None], [(0, 2048, 40_960)])
        level = 20 * float(torch.log10(heard.std() * 2**0.5))
        assert level == pytest.approx(0, abs=0.1) if passes else level < -65
        if passes:
            first = -(-2048 * rate // 44100)
            ideal = torch.sin(2 * torch.pi * hertz * (first + torch.arange(len(heard), dtype=torch.float64)) / rate)
            assert (heard - ideal).abs().max() < 3e-4  # where it belongs in time, to a fraction of a sample


def test_a_rate_that_is_none_is_refused(dac: Dac) -> None:
    with pytest.raises(ValueError, match="no sound has a rate of 0"):
        dac.resampling(0)
