"""What callers say: texts spoken by eSpeak, once, then kept as wave files; and the human prompts that come with Asterisk."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from core.audio import Pcm
from core.settings import REPOSITORY
from haazir.caller import espeak, wav

_LEVEL_DBFS = -26.0
"""Active speech level of a telephone caller (ITU-T P.56, G.107's nominal level)."""


class VoiceError(RuntimeError):
    """The text could not be spoken."""


class Voices:
    """Speaks texts. `folder` keeps what was spoken before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def say(self, text: str, voice: str = "en-us", words_per_minute: int = 150, pitch: int = 50) -> Pcm:
        """`text` as 8 kHz samples, trimmed of silence at both ends. Blocks for the first time (0.3 s). VoiceError.

        Voices: en-us, en (British), hi, pa and variants of them like `hi+f3`, `en+m2`.
        """
        key = hashlib.sha256(f"{_LEVEL_DBFS}|{voice}|{words_per_minute}|{pitch}|{text}".encode()).hexdigest()[:24]
        path = self._folder / f"{key}.wav"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            sound = level(trim(_speak(text, voice, words_per_minute, pitch)))
            draft = path.with_suffix(f".{os.getpid()}")
            wav.write(draft, sound)
            draft.replace(path)  # whole or not at all: tests run side by side
        return wav.read(path)


def trim(sound: Pcm, threshold: int = 184) -> Pcm:
    """Without what is quieter than -45 dBFS at either end."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > threshold)
    return sound[loud[0] : loud[-1] + 1] if loud.size else sound[:0]


def level(sound: Pcm, dbfs: float = _LEVEL_DBFS) -> Pcm:
    """At this level, measured over the parts that are not silence."""
    signal = sound.astype(np.float64)
    active = signal[np.abs(signal) > 184]
    if not active.size:
        return sound
    gain = 32768 * 10 ** (dbfs / 20) / np.sqrt(np.mean(active**2))
    louder: Pcm = np.clip(np.rint(signal * gain), -32768, 32767).astype(np.int16)
    return louder


def pause(seconds: float) -> Pcm:
    """Silence, to put inside a sentence."""
    return np.zeros(round(seconds * wav.RATE), dtype=np.int16)


def _speak(text: str, voice: str, words_per_minute: int, pitch: int) -> Pcm:
    command = [sys.executable, "-m", "haazir.caller.espeak", voice, str(words_per_minute), str(pitch)]
    child = subprocess.run(command, input=text.encode(), capture_output=True, cwd=REPOSITORY, timeout=60, check=False)
    if child.returncode != 0 or not child.stdout:
        last = child.stderr.decode(errors="replace").strip().splitlines()
        raise VoiceError(f"eSpeak NG could not say it as {voice!r}: {last[-1] if last else 'no sound came'}")
    return wav.resample(np.frombuffer(child.stdout, dtype="<i2"), espeak.RATE, wav.RATE)
