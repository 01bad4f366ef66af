"""Has the caller finished? smart-turn v3.2 on the sound of the last 8 seconds: one feature among others (docs/decisions/0009).

    pcm ──> log-mel spectrum as Whisper's, (80, 800) ──> ONNX ──> probability that the turn is over

Some 45 ms of CPU: for a worker thread, which it leaves free of the GIL most of that time. Published for Hindi it gains 60 ms over
plain silence, and only at thresholds far below a half (facts: eot-bench), so nothing hangs on it alone.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from core.audio import RATE, Pcm
from media_server.vad.silero import open_model

SECONDS = 8
_SAMPLES = SECONDS * RATE
_FFT = 400
_HOP = 160
_BANDS = 80

Floats = npt.NDArray[np.float32]


class SmartTurn:
    """One per process; `probability` may be called from any thread. ModelMissing if pipecat's wheel is not installed whole."""

    def __init__(self) -> None:
        self._session = open_model("audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx")

    def probability(self, pcm: Pcm) -> float:
        """That the speaker of the last SECONDS of `pcm` (16 kHz, ending where they paused) has finished, 0 to 1."""
        features = log_mel(last_seconds(pcm))[np.newaxis]
        return float(self._session.run(None, {"input_features": features})[0][0, 0])


def last_seconds(pcm: Pcm) -> Floats:
    """The end of it as the model was taught to hear it: SECONDS long, silence in front, no offset, unit variance."""
    sound = np.zeros(_SAMPLES, np.float32)
    heard = pcm[-_SAMPLES:]
    if heard.size:
        sound[-heard.size :] = heard / np.float32(32_768)
    return np.asarray((sound - sound.mean()) / np.sqrt(sound.var() + np.float32(1e-7)), np.float32)


def log_mel(sound: Floats) -> Floats:
    """Whisper's features: 80 mel bands every 10 ms, shape (80, samples / 160), the loudest 80 dB mapped to about -1 … 1."""
    padded = np.pad(sound, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[:-1:_HOP][: sound.size // _HOP]
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
    spectrum = np.fft.rfft(frames * window)
    power = spectrum.real**2 + spectrum.imag**2
    bands = np.log10(np.maximum(power @ _mel_filters(), 1e-10)).T
    features: Floats = ((np.maximum(bands, bands.max() - 8) + 4) / 4).astype(np.float32)
    return features


@cache
def _mel_filters() -> Floats:
    """Triangles over the FFT's bins, equally wide in mel (Slaney's: linear below 1 kHz) and of equal area: (201, 80)."""
    linear, step, corner = 3 / 200, np.log(6.4) / 27, 1000.0
    top = 15 + np.log(RATE / 2 / corner) / step
    mels = np.linspace(0, top, _BANDS + 2)
    edges = np.where(mels < 15, mels / linear, corner * np.exp(step * (mels - 15)))
    bins = np.linspace(0, RATE / 2, _FFT // 2 + 1)[:, np.newaxis]
    rising = (bins - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins) / np.diff(edges)[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(triangles * (2 / (edges[2:] - edges[:-2])), np.float32)
