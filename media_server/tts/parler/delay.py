"""Nine codebooks one column late of each other: which codes a column may hold, which frame they belong to, and when it is whole.

    column     1    2    3  …   9   10        codebook k of frame f is made with column f + k + 1, columns counted from 1
    codebook 0 f0   f1   f2     f8  f9        (column 0 is all `begin`), so frame f is whole with column f + codebooks
    codebook 1 B    f0   f1     f7  f8
    …
    codebook 8 B    B    B      f0  f1        B: not yet begun

The end: `end` may come in codebook k once codebook k − 1 has it, and fills that codebook from there. The frames of a clause are
those before `end` in codebook 0; the other codebooks need codebooks − 2 columns more to complete the last of them.
"""

import torch
from torch import Tensor

from media_server.tts.parler.configuration import Configuration

NEVER = 1 << 40
"""The number of frames of a clause whose end has not come."""


def allowed(of: Configuration, ended: Tensor, columns: Tensor) -> Tensor:
    """Which codes the next column may hold: bool [rows, codebooks, vocabulary].

    ended [rows, codebooks] bool: whether a codebook has had its `end`; columns [rows] int64: how many have been made.
    Codes beyond `end` mean nothing: a checkpoint has them to fill its tables up.
    """
    code = torch.arange(of.vocabulary, device=ended.device)
    before = torch.cat((torch.ones_like(ended[:, :1]), ended[:, :-1]), dim=1)
    may_end = before & (columns >= of.sampling.least_columns)[:, None]
    return (code < of.codebook_size) | ((code == of.end) & may_end[..., None])


def column(of: Configuration, drawn: Tensor, ended: Tensor, columns: Tensor) -> Tensor:
    """The next column [rows, codebooks] of what was drawn: `begin` in codebooks yet to begin, `end` in those that ended."""
    codebook = torch.arange(of.codebooks, device=drawn.device)
    codes = torch.where(ended, of.end, drawn)
    return torch.where(codebook > columns[:, None], of.begin, codes)


def frame_of(of: Configuration, columns: Tensor) -> Tensor:
    """The frame [rows, codebooks] to which each code of the next column belongs; negative: to none."""
    return columns[:, None] - torch.arange(of.codebooks, device=columns.device)


def whole(of: Configuration, columns: int, frames: int = NEVER) -> int:
    """Frames that are whole after so many columns, of a clause that has so many."""
    return min(max(columns - of.codebooks + 1, 0), frames)


def over(of: Configuration, columns: int, frames: int) -> bool:
    """Whether a clause of so many frames is whole."""
    return whole(of, columns) >= frames
