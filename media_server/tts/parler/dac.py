"""Codes to sound: the decoding half of the descript audio codec, in windows, several clauses' at a time, at the calls' rates.

    frames ready            0 ······ 8 ···· 12
    first piece             [=======]         8 frames, and the RIGHT_FIRST after them
    the next         [-----·········[================]--------]
                       LEFT frames     kept (24)       RIGHT frames after

The codec hears 9.3 frames to each side of a sample (measured), so what is kept after LEFT = 10 frames and before 10 more is what
a decoding of the whole clause gives; with fewer to the right the last milliseconds of a piece differ a little, and come sooner.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.resample import Pcm
from media_server.tts.parler.resampling import Resampling

LEFT = 10
RIGHT = 8
RIGHT_FIRST = 4
"""Frames of a clause's first piece that are waited for and not kept: 46 ms of patience, 60 dB."""
MOST_WINDOWS = 16
"""Decoded at a time: the widest layer of so many windows of 42 frames takes 130 MB."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a codec, as its weights tell them."""

    codebooks: int = 9
    codebook_size: int = 1024
    latent: int = 1024
    channels: int = 1536
    strides: tuple[int, ...] = (8, 8, 4, 2)

    @property
    def hop(self) -> int:
        """Samples a frame."""
        return math.prod(self.strides)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some frames of a clause that are to be heard, with what stands beside them."""

    codes: Tensor
    """[codebooks, frames] int64 on the device: the frames to be kept, and those that the window has to each side of them."""
    start: int
    """Which frame of the clause the first of `codes` is."""
    keep_from: int
    keep_to: int
    """Frames of the clause."""
    rate: int
    """Samples a second."""


def span(keep_from: int, keep_to: int, whole: int) -> tuple[int, int]:
    """The frames to decode for those to be kept, when so many of the clause are whole. There is none beyond a clause's ends."""
    right = RIGHT_FIRST if keep_from == 0 else RIGHT
    return max(0, keep_from - LEFT), min(keep_to + right, whole)


class Snake(nn.Module):
    """x + sin²(αx)/α, channel by channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.sin(self.alpha * x).square() / (self.alpha + 1e-9)


class Unit(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        wide = nn.Conv1d(channels, channels, 7, dilation=dilation, padding=3 * dilation)
        self.block = nn.Sequential(Snake(channels), wide, Snake(channels), nn.Conv1d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x)


class Upsampling(nn.Module):
    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        up = nn.ConvTranspose1d(channels, channels // 2, 2 * stride, stride, padding=math.ceil(stride / 2))
        self.block = nn.Sequential(Snake(channels), up, *(Unit(channels // 2, dilation) for dilation in (1, 3, 9)))

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)


class Dac(nn.Module):
    """Modules are numbered as in descript's own, so that a checkpoint's names fit once its weight norm is folded in."""

    def __init__(self, shape: Shape, sample_rate: int = 44_100) -> None:
        super().__init__()
        self.shape, self.sample_rate = shape, sample_rate
        widths = [shape.channels >> level for level in range(len(shape.strides) + 1)]
        self.model = nn.Sequential(
            nn.Conv1d(shape.latent, widths[0], 7, padding=3),
            *(Upsampling(width, stride) for width, stride in zip(widths, shape.strides, strict=False)),
            Snake(widths[-1]),
            nn.Conv1d(widths[-1], 1, 7, padding=3),
            nn.Tanh(),
        )
        table = torch.randn(shape.codebooks, shape.codebook_size, shape.latent)
        self.table = nn.Parameter(table, requires_grad=False)
        """What each code stands for, its projection applied."""
        self.register_buffer("codebook", torch.arange(shape.codebooks)[:, None], persistent=False)
        self._resampling: dict[int, Resampling] = {}

    @torch.inference_mode()
    def decode(self, codes: Tensor) -> Tensor:
        """Samples [windows, frames · hop] in −1 … 1 at `sample_rate` of codes [windows, codebooks, frames]."""
        codes = codes.clamp(max=self.shape.codebook_size - 1)  # an end that the host has not heard of yet
        return self.model(self.table[self.codebook, codes].sum(1).transpose(1, 2)).squeeze(1)

    @torch.inference_mode()
    def sound(self, pieces: Sequence[Piece]) -> list[Pcm]:
        """The kept frames of each piece as int16 at its rate. Blocks; pieces of a clause fit each other without a seam."""
        return Decoding(self, pieces).take()

    def resampling(self, rate: int) -> Resampling:
        if rate not in self._resampling:
            self._resampling[rate] = Resampling(self.sample_rate, rate, self.table.device)
        return self._resampling[rate]


class Decoding:
    """Pieces on their way: begun at once, on a GPU in a stream of its own beside the decoder's steps, and copied to the host
    in one go. `ready` says whether `take` would wait."""

    def __init__(self, dac: Dac, pieces: Sequence[Piece], stream: "torch.cuda.Stream | None" = None) -> None:
        self._done = torch.cuda.Event() if dac.table.is_cuda else None
        with torch.inference_mode():
            # A copy of the codes: whoever is in those slots next writes over them.
            windows = [(numbers, torch.stack([pieces[number].codes for number in numbers])) for numbers in _alike(pieces)]
            if stream is None:
                self._begin(dac, pieces, windows)
                return
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                for _, codes in windows:
                    codes.record_stream(stream)
                self._begin(dac, pieces, windows)

    def _begin(self, dac: Dac, pieces: Sequence[Piece], windows: Sequence[tuple[list[int], Tensor]]) -> None:
        sounds: dict[int, Tensor] = {}
        for numbers, codes in windows:
            sounds.update(zip(numbers, _kept(dac, codes, [pieces[number] for number in numbers]), strict=True))
        ordered = [sounds[number] for number in range(len(pieces))]
        self._ends = np.cumsum([len(sound) for sound in ordered])
        self._device = torch.cat(ordered) if ordered else torch.zeros(0, dtype=torch.int16)
        self._host = torch.empty_like(self._device, device="cpu", pin_memory=self._device.is_cuda)
        self._host.copy_(self._device, non_blocking=True)
        if self._done is not None:
            self._done.record()

    @property
    def ready(self) -> bool:
        return self._done is None or self._done.query()

    def take(self) -> list[Pcm]:
        """The sound of the pieces, in their order."""
        if self._done is not None:
            self._done.synchronize()
        return np.split(self._host.numpy(), self._ends)[:-1]


def _alike(pieces: Sequence[Piece]) -> list[list[int]]:
    """The pieces by number, in batches of one shape and rate."""
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        groups[piece.codes.shape[-1], piece.keep_to - piece.keep_from, piece.rate].append(number)
    return [group[at : at + MOST_WINDOWS] for group in groups.values() for at in range(0, len(group), MOST_WINDOWS)]


def _kept(dac: Dac, codes: Tensor, pieces: Sequence[Piece]) -> list[Tensor]:
    """What is to be heard of windows of one shape, as int16 at their one rate."""
    samples, hop = dac.decode(codes), dac.shape.hop
    pieces_at = [(piece.start * hop, piece.keep_from * hop, piece.keep_to * hop) for piece in pieces]
    kept = dac.resampling(pieces[0].rate).windows(samples.float(), pieces_at)
    return [(sound * 32767).round().clamp(-32768, 32767).to(torch.int16) for sound in kept]
