"""Our numpy mel features against NeMo's own front end, which the TorchScript file of indic-conformer was traced from."""

import numpy as np
import pytest
import torch

from core.audio import Pcm
from media_server.stt.chunked.mel import BANDS, evened, log_bands
from media_server.stt.nemo.loading import quietly

EDGE = 3
"""Frames at each end that differ: NeMo 3 pads with silence, NeMo 1.23 (and we) mirrored the sound."""


def sound(samples: int) -> Pcm:
    chance = np.random.default_rng(samples)
    return (chance.normal(0, 500, samples) + 4000 * np.sin(np.arange(samples) / 9)).astype(np.int16)


@pytest.mark.parametrize("samples", [8000, 20_001, 240_000])
def test_bands_are_nemos(samples: int) -> None:
    with quietly():
        from nemo.collections.asr.modules import AudioToMelSpectrogramPreprocessor

        front = AudioToMelSpectrogramPreprocessor(
            sample_rate=16000, window_size=0.025, window_stride=0.01, window="hann", normalize="NA", features=BANDS,
            n_fft=512, frame_splicing=1, dither=0.0, pad_to=0, log=True,
        ).eval()  # fmt: skip
        wide = torch.from_numpy(sound(samples).astype(np.float32) / 32768)[None]
        theirs, count = front(input_signal=wide, length=torch.tensor([samples]))
    inside = slice(EDGE, int(count[0]) - EDGE)
    assert np.abs(log_bands(sound(samples))[inside] - theirs[0].T.numpy()[inside]).max() < 2e-3


def test_bands_are_evened_as_nemo_does() -> None:
    with quietly():
        from nemo.collections.asr.parts.preprocessing.features import normalize_batch
    bands = log_bands(sound(20_001))
    theirs, _, _ = normalize_batch(torch.from_numpy(bands.T[None].copy()), torch.tensor([len(bands)]), "per_feature")
    assert np.abs(evened(bands).T - theirs[0].numpy()).max() < 1e-4
