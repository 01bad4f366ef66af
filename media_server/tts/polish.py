"""From an engine's sound to a telephone's: no silence around it, one loudness, the call's rate.

    engine ──push──> trim the start ─> gain, limiter ─> resample ─> hold silence back ──> chunks
                                                 finish() ──> the end

One Polish per clause. Nothing here waits: the first samples that are not silent come out with the push that brought them.
"""

import numpy as np

from core.resample import Pcm, Resampler

SILENCE = 90
"""Samples below this are silence: −51 dBFS, where a µ-law telephone line hisses anyway."""
CEILING = 29000.0
"""Full scale of the limiter: −1 dBFS."""
KNEE = 20000.0
"""Above this the limiter bends the curve: −4 dBFS, which only single peaks of a normalised voice reach."""
LOUDNESS_DBFS = -19.0
"""Of speech: what Asterisk's own recorded prompts have, median −18.2 dBFS of 400 measured."""
QUIET_DBFS = -50.0
"""No speech is below it."""
LEARNING = 0.05
"""Weight of a new piece of sound in what is known of a voice's loudness."""


class Polish:
    """`gain` is linear. Sound is mono int16."""

    def __init__(self, rate_in: int, rate_out: int, gain: float) -> None:
        self._resampler = Resampler(rate_in, rate_out)
        self._gain = gain
        self.begun = False
        """There was sound that is not silence."""
        self._held = np.zeros(0, np.int16)
        """Silence that is let go only if sound follows it."""

    def push(self, pcm: Pcm) -> Pcm:
        """What of it may be played now; possibly nothing."""
        if not self.begun:
            loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= SILENCE)
            if not len(loud):
                return pcm[:0]
            self.begun = True
            pcm = pcm[loud[0] :]
        return self._release(self._resampler.push(limited(pcm, self._gain)))

    def finish(self) -> Pcm:
        """The end of the sound. Nothing at all if there was none."""
        return self._release(self._resampler.flush()) if self.begun else np.zeros(0, np.int16)

    def _release(self, pcm: Pcm) -> Pcm:
        sound = np.concatenate([self._held, pcm])
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) >= SILENCE)
        end = int(loud[-1]) + 1 if len(loud) else 0
        self._held = sound[end:]
        return sound[:end]


class Levels:
    """How loud voices are of themselves, learned from what they say, and what brings each to a telephone's loudness."""

    def __init__(self) -> None:
        self._dbfs: dict[str, float] = {}

    def heard(self, voice: str, pcm: Pcm, rate: int) -> None:
        """Some sound of a voice; silence says nothing."""
        if (level := loudness(pcm, rate)) > QUIET_DBFS:
            before = self._dbfs.get(voice, level)
            self._dbfs[voice] = before + LEARNING * (level - before)

    def gain(self, voice: str) -> float:
        """A factor, of at most 12 dB either way."""
        wanted = LOUDNESS_DBFS - self._dbfs.get(voice, LOUDNESS_DBFS)
        return float(10 ** (min(max(wanted, -12.0), 12.0) / 20))


def limited(pcm: Pcm, gain: float) -> Pcm:
    """Louder by `gain`; what would go past KNEE is bent towards CEILING and never reaches it."""
    sound = pcm.astype(np.float32) * np.float32(gain)
    over = np.abs(sound) > KNEE
    if over.any():
        excess = (np.abs(sound[over]) - KNEE) / (CEILING - KNEE)
        sound[over] = np.sign(sound[over]) * (KNEE + (CEILING - KNEE) * np.tanh(excess))
    polished: Pcm = np.rint(sound).astype(np.int16)
    return polished


def loudness(pcm: Pcm, rate: int) -> float:
    """RMS of the frames in which somebody speaks, in dBFS; -inf for silence. After ITU-T P.56, with 20 ms frames."""
    frame = rate // 50
    power = np.mean(pcm[: len(pcm) // frame * frame].reshape(-1, frame).astype(np.float64) ** 2, axis=1)
    if not len(power) or not power.max():
        return float("-inf")
    return float(10 * np.log10(np.mean(power[power > power.max() / 1000]) / 32768**2))
