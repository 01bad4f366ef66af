"""The music a waiting caller hears where none is installed: two quiet bells every few seconds, so that the line isn't dead.

Made rather than shipped: no licence to mind, 160 kB on disk. Put other .wav files beside it to replace it.
"""

import wave
from pathlib import Path

import numpy as np

RATE = 8000
"""Samples a second: what G.711 carries."""
LOOP_S = 10.0
BELLS = ((0.0, 523.25), (0.6, 392.0))
"""Seconds from the start, hertz: C5, then G4."""
PEAK = 0.12
"""Of full scale, about -18 dBFS: below speech."""


def write_bells(path: Path) -> None:
    """A WAV file (8 kHz, 16 bit, mono) that loops without a click. OSError if the disk won't have it."""
    time = np.arange(int(RATE * LOOP_S)) / RATE
    sound = np.zeros_like(time)
    for start, hertz in BELLS:
        since = np.clip(time - start, 0, None)
        envelope = np.minimum(since / 0.01, 1) * np.exp(-since / 0.7)
        sound += envelope * (np.sin(2 * np.pi * hertz * since) + 0.3 * np.sin(4 * np.pi * hertz * since))
    samples = (sound / np.abs(sound).max() * PEAK * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
