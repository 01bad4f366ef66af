"""Drawing codes on the device: Gumbel-max over noise that is a function of (seed, column, codebook, code) and of nothing else.

There is no generator and no state, so a clause draws the same whatever its neighbours do, however often its slot was skipped, and
inside a CUDA graph; on every device alike, as the noise is integer arithmetic up to its last two logarithms.
"""

import torch
from torch import Tensor

_MIX = (0xBF58476D1CE4E5B9 - (1 << 64), 0x94D049BB133111EB - (1 << 64))
_STEP = 0x9E3779B97F4A7C15 - (1 << 64)
"""splitmix64 (Steele, Lea & Flood 2014), its constants as the signed numbers that torch has."""
_BITS = 23
"""Of randomness in a uniform number: with 24, one in 2^24 would round to 1, and its noise to infinity."""


def draw(logits: Tensor, temperature: Tensor, seed: Tensor, column: Tensor, top_k: int) -> Tensor:
    """Codes [rows, codebooks] int64 from logits [rows, codebooks, vocabulary] float32, −inf where a code may not be.

    temperature [rows] float32: 0 takes the likeliest. seed, column [rows] int64. top_k: 0 draws from all. Noise is made only for
    those that may be drawn: at 256 rows, for all it would move more memory than the rest of the choice.
    """
    _, codebooks, vocabulary = logits.shape
    likely, codes = logits.topk(top_k if 0 < top_k < vocabulary else vocabulary, dim=-1, sorted=False)
    place = codes + vocabulary * torch.arange(codebooks, device=logits.device)[:, None]
    best = (likely + temperature[:, None, None] * gumbel(seed, column, place)).argmax(dim=-1, keepdim=True)
    return codes.gather(-1, best).squeeze(-1)


def gumbel(seed: Tensor, column: Tensor, place: Tensor) -> Tensor:
    """Noise float32 for places [rows, …], each a code of a codebook, in these columns [rows] of clauses with these seeds [rows];
    all int64."""
    stream = _scatter(_scatter(seed * _STEP) + column * _STEP)
    bits = _scatter(stream.view(-1, *[1] * (place.dim() - 1)) + place * _STEP) & ((1 << _BITS) - 1)
    uniform = (bits.float() + 0.5) * 2.0**-_BITS
    return -(-uniform.log()).log()


def _scatter(bits: Tensor) -> Tensor:
    """splitmix64's finisher: every bit of an int64 depends on all of them after it. Wraps, as it must."""
    bits = (bits ^ _shifted(bits, 30)) * _MIX[0]
    bits = (bits ^ _shifted(bits, 27)) * _MIX[1]
    return bits ^ _shifted(bits, 31)


def _shifted(bits: Tensor, by: int) -> Tensor:
    """To the right, zeros coming in: torch would bring in the sign."""
    return (bits >> by) & ((1 << (64 - by)) - 1)
