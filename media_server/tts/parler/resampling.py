"""From the codec's rate to a call's, on the device, window by window and without a state: windows overlap, so nothing is missing.

    441 samples at 44.1 kHz ──> 80 at 8 kHz: one stride of a convolution with 80 filters

An output sample is where it belongs in time, with as much of the sound to its left as to its right: no delay.
"""

from collections.abc import Sequence
from math import ceil, gcd

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

HALF_WIDTH = 23
"""Periods of the lower rate on each side of a filter's middle, and with STOPBAND_DB its steepness: as core.resample has it."""
STOPBAND_DB = 72.0


class Resampling:
    """From one rate to another. ValueError for a rate that is not positive."""

    def __init__(self, rate_in: int, rate_out: int, device: torch.device) -> None:
        if rate_in <= 0 or rate_out <= 0:
            raise ValueError(f"no sound has a rate of {min(rate_in, rate_out)} samples a second")
        common = gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        self._beside = ceil(HALF_WIDTH * rate_in / min(rate_in, rate_out))
        self._same = rate_in == rate_out
        filters = _filters(rate_in, rate_out, self._up, self._down, self._beside)
        self._filters = torch.from_numpy(filters)[:, None].to(device)

    def windows(self, samples: Tensor, places: Sequence[tuple[int, int, int]]) -> list[Tensor]:
        """What is wanted of each row of samples [windows, samples] float32, at the new rate.

        places: of each row, at which sample of its clause it begins, and from which to which it is wanted; equally long for all.
        What is wanted must have been decoded 441 + HALF_WIDTH periods early, or be where the clause begins.
        """
        if self._same:
            return [row[first - at : last - at] for row, (at, first, last) in zip(samples, places, strict=True)]
        wanted = [(ceil(first * self._up / self._down), ceil(last * self._up / self._down)) for _, first, last in places]
        strides = max(ceil(last / self._up) - first // self._up for first, last in wanted)
        padded = functional.pad(samples, (self._beside, (strides + 1) * self._down + self._beside))
        length = self._filters.shape[-1] + (strides - 1) * self._down
        begins = [first // self._up * self._down - at for (at, _, _), (first, _) in zip(places, wanted, strict=True)]
        rows = torch.stack([row[begin : begin + length] for row, begin in zip(padded, begins, strict=True)])
        out = functional.conv1d(rows[:, None], self._filters, stride=self._down).transpose(1, 2).flatten(1)
        return [row[first % self._up : first % self._up + last - first] for row, (first, last) in zip(out, wanted, strict=True)]


def _filters(rate_in: int, rate_out: int, up: int, down: int, beside: int) -> "np.typing.NDArray[np.float32]":
    """[up, down + 2 · beside]: the filter of each output of a stride, over the samples from `beside` before the stride on."""
    lower = min(rate_in, rate_out)
    half = HALF_WIDTH * rate_in / lower  # in samples
    time = np.arange(down + 2 * beside) - beside - (np.arange(up) * down / up)[:, None]
    # Kaiser's rules (Oppenheim & Schafer 7.5.3), in parts of rate_in.
    transition = (STOPBAND_DB - 7.95) / (14.36 * 2 * HALF_WIDTH) * lower / rate_in
    cutoff = lower / rate_in - transition
    window = np.i0(0.1102 * (STOPBAND_DB - 8.7) * np.sqrt(np.clip(1 - (time / half) ** 2, 0, None))) * (np.abs(time) <= half)
    rows = np.sinc(cutoff * time) * window
    return np.ascontiguousarray(rows / rows.sum(axis=1, keepdims=True), np.float32)
