"""Columns, frames and ends: nine codebooks, each one column late of the one before."""

import torch

from media_server.tts.parler import delay
from media_server.tts.parler.configuration import Configuration, Sampling

OF = Configuration(codebooks=4, vocabulary=12, codebook_size=8, end=8, begin=9, sampling=Sampling(least_columns=2))
NONE = torch.zeros(1, 4, dtype=torch.bool)


def test_a_codebook_begins_one_column_after_the_one_before() -> None:
    drawn = torch.tensor([[1, 2, 3, 4]])
    columns = [delay.column(OF, drawn, NONE, torch.tensor([made])).tolist() for made in range(4)]
    assert columns == [[[1, 9, 9, 9]], [[1, 2, 9, 9]], [[1, 2, 3, 9]], [[1, 2, 3, 4]]]


def test_a_codebook_that_has_ended_says_nothing_more() -> None:
    ended = torch.tensor([[True, True, False, False]])
    assert delay.column(OF, torch.tensor([[1, 2, 3, 4]]), ended, torch.tensor([9])).tolist() == [[8, 8, 3, 4]]


def test_each_code_finds_its_frame() -> None:
    assert delay.frame_of(OF, torch.tensor([0, 5])).tolist() == [[0, -1, -2, -3], [5, 4, 3, 2]]


def may_end(ended: list[bool], columns: int) -> list[bool]:
    allowed = delay.allowed(OF, torch.tensor([ended]), torch.tensor([columns]))[0]
    assert allowed[:, :8].all()
    assert not allowed[:, 9:].any()
    return allowed[:, 8].tolist()


def test_an_end_goes_from_codebook_to_codebook_and_not_before_its_time() -> None:
    nobody = [False] * 4
    assert may_end(nobody, 1) == nobody
    assert may_end(nobody, 2) == [True, False, False, False]
    assert may_end([True, False, False, False], 5) == [True, True, False, False]
    assert may_end([True, True, True, False], 7) == [True, True, True, True]


def test_a_frame_is_whole_when_the_last_codebook_has_it() -> None:
    assert [delay.whole(OF, columns) for columns in range(7)] == [0, 0, 0, 0, 1, 2, 3]
    assert delay.whole(OF, 50, frames=5) == 5


def test_a_clause_is_over_with_its_last_frame() -> None:
    """It ends in column 6: five frames, the last of them whole with column 8, two columns after."""
    assert [delay.over(OF, columns, 5) for columns in (6, 7, 8)] == [False, False, True]
    assert not delay.over(OF, 1000, delay.NEVER)
    assert delay.over(OF, 3, 0)
