"""Drawing is fair, the same again for the same seed, and heeds temperature and top-k."""

import pytest
import torch

from media_server.tts.parler.sampling import draw, gumbel

ROWS, CODES = 4000, 16


def noise(seeds: range, column: int = 3, codebooks: int = 1) -> torch.Tensor:
    places = torch.arange(codebooks * CODES).expand(len(seeds), -1)
    return gumbel(torch.tensor(seeds), torch.full((len(seeds),), column), places)


def shares(temperature: float, top_k: int) -> torch.Tensor:
    """How often each code was drawn, of ROWS seeds, from logits 0, ½, 1, …"""
    logits = (torch.arange(CODES) / 2).expand(ROWS, 1, CODES)
    drawn = draw(logits, torch.full((ROWS,), temperature), torch.arange(ROWS), torch.full((ROWS,), 3), top_k)
    return torch.bincount(drawn.flatten(), minlength=CODES) / ROWS


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_codes_are_drawn_as_often_as_they_are_likely(temperature: float) -> None:
    likely = (torch.arange(CODES) / 2 / temperature).softmax(-1)
    assert (shares(temperature, 0) - likely).abs().max() < 4 * (0.25 / ROWS) ** 0.5


def test_only_the_likeliest_are_drawn_with_top_k() -> None:
    seen = shares(2.0, 5)
    assert (seen[:-5] == 0).all()
    assert (seen[-5:] > 0).all()


def test_no_temperature_is_the_likeliest() -> None:
    assert shares(0.0, 0)[-1] == 1
    assert shares(0.0, 3)[-1] == 1


def test_a_code_that_may_not_be_is_never_drawn_and_the_others_are_drawn_as_if_it_were_not_there() -> None:
    logits = torch.randn(ROWS, 9, CODES, generator=torch.Generator().manual_seed(1))
    logits[..., 5] = -torch.inf
    temperature, seed, column = torch.full((ROWS,), 3.0), torch.arange(ROWS), torch.zeros(ROWS, dtype=torch.int64)
    drawn = draw(logits, temperature, seed, column, 0)
    assert (drawn != 5).all()
    assert torch.equal(drawn, draw(logits, temperature, seed, column, CODES - 1))


def test_noise_is_the_same_again_and_other_for_another_seed_column_codebook_and_code() -> None:
    once = noise(range(50), codebooks=9)
    assert torch.equal(once, noise(range(50), codebooks=9))
    assert torch.equal(once[7], noise(range(7, 8), codebooks=9)[0])
    together = torch.cat((once, noise(range(50), column=4, codebooks=9)))
    assert len(together.flatten().unique()) > 0.998 * together.numel()


def test_neighbouring_seeds_and_columns_are_strangers() -> None:
    series = torch.stack([noise(range(200), column=column).flatten() for column in range(4)])
    shifted = torch.stack([series[0], series[1], series[0].roll(CODES), series[0].roll(1)])
    together = torch.corrcoef(shifted)
    assert (together - torch.eye(4)).abs().max() < 5 / series.shape[1] ** 0.5


def test_codebooks_with_the_same_logits_draw_each_their_own() -> None:
    row = torch.zeros(ROWS, dtype=torch.int64)
    drawn = draw(torch.zeros(ROWS, 9, CODES), torch.ones(ROWS), torch.arange(ROWS), row, 0)
    same = (drawn[:, :-1] == drawn[:, 1:]).float().mean()
    assert same == pytest.approx(1 / CODES, abs=0.01)


def test_noise_is_never_infinite() -> None:
    """The largest and the smallest number that there is before the two logarithms, and a seed of every size."""
    many = gumbel(
        torch.tensor([0, -1, 2**63 - 1, -(2**63)]), torch.tensor([0, 1, 2**40, 5]), torch.arange(9 * 1088).expand(4, -1)
    )
    assert many.isfinite().all()
    assert many.mean() == pytest.approx(0.5772, abs=0.03)  # Euler's constant is what it should be
