"""One call's sound that waits for a step, on the call's clock, and the words of its utterance so far. ◆

    Audio ──> sound that waits ──chunk──> step ──> tokens ──> Partial
    Flush ──> what waits + silence ────> look ──> tokens ──> Final      it leaves no trace: more Audio goes on from before it
    EndUtterance ──> nothing waits, nothing was said; the next Audio begins with empty caches

A caller's sound comes only while somebody speaks. What lies between is heard as silence, of LONGEST_GAP at most: the recogniser
needs to know that there was a pause, not to sit through it.
"""

import bisect
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from core.audio import RATE
from core.sites import Language
from core.speech import Audio, EndUtterance, Final, Flush, Partial, Word
from media_server.stt.nemo.words import Spelling, Token, confidence

LONGEST_GAP = RATE * 56 // 100
"""Samples. Four steps' worth: what it costs to catch up is what the caller waits."""
MOST_WAITING = 30 * RATE
"""Samples that wait for an engine that is far behind; what comes after is not listened to."""
DELAY = 240
"""Samples by which the encoder lags: a mel frame is centred so far from the last sample that it needs."""
AFTER_WORDS = RATE * 8 // 100
"""Samples of silence, at least, that a look puts after the last sound: a word is certain when something else follows it."""

Read = Callable[[Sequence[Word], tuple[str, ...]], tuple[str, Language]]
"""Words and language tags -> what they mean, and in which language they are."""


class Stream:
    """Plain object: told what came, asked for sound, told what was heard in it."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._utterance = 0
        self._came = 0
        """Sample after the last one that came, on the call's clock."""
        self._waiting: npt.NDArray[np.int16]
        self._heard: int
        """Samples of the utterance that steps have taken."""
        self._pieces: list[tuple[int, int]]
        """Where sound jumped: a sample of the utterance as it is heard, and what it is on the call's clock."""
        self._spelling: Spelling
        self._flushes: list[Flush]
        self._partial: Partial
        self._forget()

    # ── what came ────────────────────────────────────────────────────────────────────────────────────────────────────
    def take(self, message: Audio | Flush | EndUtterance) -> None:
        match message:
            case Audio():
                self._keep(message)
            case Flush():
                self._utterance = message.utterance
                self._flushes.append(message)
            case EndUtterance():
                self._utterance = message.utterance + 1
                self._forget()

    def lead(self, samples: int) -> None:
        """Put silence before the first sound of an utterance, so that its chunks end when those of others do."""
        self._waiting = np.concatenate([np.zeros(samples, np.int16), self._waiting])
        self._pieces = [(0, self._pieces[0][1] - samples), *((place + samples, at) for place, at in self._pieces[1:])]

    @property
    def fresh(self) -> bool:
        """No step has been made for this utterance."""
        return self._heard == 0

    @property
    def waiting(self) -> int:
        """Samples that no step has taken."""
        return self._waiting.size

    @property
    def flushed(self) -> bool:
        """Somebody waits for a Final."""
        return bool(self._flushes)

    # ── what is heard ────────────────────────────────────────────────────────────────────────────────────────────────
    def chunk(self, samples: int) -> npt.NDArray[np.float32]:
        """The first so many samples that wait, then silence. They still wait afterwards."""
        sound = np.zeros(samples, np.float32)
        first = self._waiting[:samples]
        sound[: first.size] = first
        sound /= 32768
        return sound

    def stepped(self, samples: int, tokens: Sequence[tuple[str, int, float]]) -> Partial | None:
        """A step has taken so many samples. `tokens`: piece, first sample of its frame in the chunk, probability."""
        self._spelling.add(self._placed(tokens))
        self._waiting = self._waiting[samples:]
        self._heard += samples
        text, stable = self._spelling.told()
        partial = Partial(utterance=self._utterance, text=text, stable=stable)
        if partial == self._partial or not partial.text:
            return None
        self._partial = partial
        return partial

    def looked(self, tokens: Sequence[tuple[str, int, float]]) -> list[Final]:
        """A look has been taken: the answers to all that asked."""
        words, tags = self._spelling.with_more(self._placed(tokens))
        text, language = self._read(words, tags)
        sure = confidence(words)
        flushes, self._flushes = self._flushes, []
        return [
            Final(
                utterance=flush.utterance, revision=flush.revision, text=text, language=language, confidence=sure,
                words=tuple(words),
            )
            for flush in flushes
        ]  # fmt: skip

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def _forget(self) -> None:
        self._waiting = np.zeros(0, np.int16)
        self._heard = 0
        self._pieces = []
        self._spelling = Spelling()
        self._flushes = []
        self._partial = Partial(utterance=self._utterance, text="")

    def _keep(self, audio: Audio) -> None:
        """What of it is new: the sound before a second onset may have come already."""
        known = max(0, self._came - audio.start) if self._came else 0
        new = np.frombuffer(audio.pcm[: len(audio.pcm) // 2 * 2], np.int16)[known:]
        if not new.size or self._waiting.size + new.size > MOST_WAITING:
            return
        at = audio.start + known
        if not self._pieces or at > self._came:
            gap = min(at - self._came, LONGEST_GAP) if self._pieces else 0
            self._waiting = np.concatenate([self._waiting, np.zeros(gap, np.int16)])
            self._pieces.append((self._heard + self._waiting.size, at))
        self._waiting = np.concatenate([self._waiting, new])
        self._came = at + new.size

    def _placed(self, tokens: Sequence[tuple[str, int, float]]) -> list[Token]:
        return [Token(piece, self._on_clock(self._heard + sample - DELAY), sure) for piece, sample, sure in tokens]

    def _on_clock(self, sample: int) -> int:
        """A sample of the utterance as it is heard, on the call's clock."""
        place, at = (
            self._pieces[max(0, bisect.bisect_right(self._pieces, (sample, 2**62)) - 1)] if self._pieces else (0, self._came)
        )
        return max(0, at + sample - place)
