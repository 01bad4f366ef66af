"""Sentences said by eSpeak over a telephone: 8 kHz, µ-law, with silence around them as the media server sends it."""

import functools

import numpy as np

from core.resample import Pcm, Resampler
from core.sites import Language
from media_server.tts.espeak import Espeak

RATE = 16000


@functools.cache
def voice() -> Espeak:
    return Espeak()


@functools.cache
def said(text: str, language: Language = "en") -> Pcm:
    """int16 at 16 kHz, 300 ms of silence before it and 160 ms after it."""
    pieces: list[Pcm] = []

    def keep(piece: Pcm) -> bool:
        pieces.append(piece.copy())
        return True

    voice().speak(text, language, "", keep)
    narrow = Resampler(voice().rate, 8000).push(np.concatenate(pieces))
    loud = narrow * (9000 / np.abs(narrow).max())
    line = Resampler(8000, RATE).push(_mu_law(loud).astype(np.int16))
    heard = np.nonzero(np.abs(line.astype(int)) > 200)[0]
    line = line[max(0, heard[0] - 160) : heard[-1] + 160]
    return np.concatenate([silence(0.3), line, silence(0.16)])


def silence(seconds: float) -> Pcm:
    """A line's own: not quite nothing."""
    return np.random.default_rng(1).normal(0, 4, int(seconds * RATE)).astype(np.int16)


def _mu_law(pcm: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    scaled = np.clip(pcm / 32768, -1, 1)
    steps = np.round(np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log(256) * 127) / 127
    whole: np.ndarray[tuple[int], np.dtype[np.float64]] = np.sign(steps) * (256 ** np.abs(steps) - 1) / 255 * 32768
    return whole
