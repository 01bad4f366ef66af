"""Sound -> the log-mel features that NVIDIA's conformers hear, each band evened out over the window. ◆

    samples ──pre-emphasis──> frames of 25 ms every 10 ──|FFT|²──> 80 bands ──log──> mean 0, spread 1 per band

The same as the TorchScript file that comes with indic-conformer (NeMo's AudioToMelSpectrogramPreprocessor with its usual
values and `normalize: per_feature`), in numpy: tests/speech compares it with NeMo's own.
"""

import functools

import numpy as np
import numpy.typing as npt

from core.audio import RATE, Pcm

BANDS = 80
WINDOW, HOP, FFT = 400, 160, 512
EMPHASIS = 0.97
FLOOR = 2.0**-24
"""Added before the logarithm."""
LEAST_SPREAD = 1e-5

Floats = npt.NDArray[np.float32]


def log_mel(pcm: Pcm) -> Floats:
    """Of shape (BANDS, pcm.size // HOP + 1). The sound must not be empty."""
    return np.ascontiguousarray(evened(log_bands(pcm)).T, np.float32)


def log_bands(pcm: Pcm) -> Floats:
    """Of shape (frames, BANDS). The edges are mirrored, as NeMo 1.23 did, which exported the model; NeMo 3 puts silence there."""
    sound = pcm.astype(np.float32) / 32768
    sound[1:] -= EMPHASIS * sound[:-1]
    sound = np.pad(sound, FFT // 2, mode="reflect" if sound.size > FFT // 2 else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(sound, FFT)[::HOP]
    power = np.square(np.abs(np.fft.rfft(frames * _window(), axis=1))).astype(np.float32)
    return np.asarray(np.log(power @ _filters().T + np.float32(FLOOR)), np.float32)


def evened(bands: Floats) -> Floats:
    """Each band with mean 0 and spread 1 over all frames."""
    spread = np.sqrt(np.square(bands - bands.mean(0)).sum(0) / max(1, len(bands) - 1)) + LEAST_SPREAD
    return np.asarray((bands - bands.mean(0)) / spread, np.float32)


@functools.cache
def _window() -> Floats:
    """Hann's, symmetric, in the middle of the FFT."""
    edge = (FFT - WINDOW) // 2
    return np.pad(np.hanning(WINDOW), edge).astype(np.float32)


@functools.cache
def _filters() -> Floats:
    """Slaney's triangles, (BANDS, FFT // 2 + 1), of equal area: even up to 1 kHz, then logarithmic (as librosa's default)."""
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), BANDS + 2))
    bins = np.linspace(0.0, RATE / 2, FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    area = (edges[2:] - edges[:-2])[:, None] / 2
    return (np.maximum(0.0, np.minimum(rising, falling)) / area).astype(np.float32)


_LINEAR_TO, _MEL_A_HERTZ, _LOG_STEP = 1000.0, 3 / 200, np.log(6.4) / 27


def _mel(hertz: float) -> float:
    return _LINEAR_TO * _MEL_A_HERTZ + float(np.log(hertz / _LINEAR_TO) / _LOG_STEP)


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    bend = _LINEAR_TO * _MEL_A_HERTZ
    return np.where(mel < bend, mel / _MEL_A_HERTZ, _LINEAR_TO * np.exp(_LOG_STEP * (mel - bend)))
