"""An utterance's sound in windows that a full-context model can hear, and its words from what the model says of them. ◆

    Audio ──> ├── settled ──┼─────────── open window ───────────┤ ──> Window ──(model)──> words
               words stand   agreed words stand too · newest words

The open window is heard again and again as it grows. Words that two hearings in a row agree on, away from the window's
end, stand from then on. A window that has become too long is closed: in a pause, or else between two of its words.
"""

import bisect
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audio import RATE, Pcm
from media_server.stt.chunked.words import Word, folded, moved

MOST_SOUND = 120 * RATE
"""Samples that wait to be heard, at most; what comes after is not listened to. Only a worker that hangs gets there."""
MOST_WORDS = 600
"""Words of an utterance that has no end, so of music or a television: the ones before them are forgotten."""
LULL = RATE * 2 // 5
"""Samples that a jump in the caller's sound becomes, at most: a pause, but not worth hearing."""
UNSURE = RATE * 7 // 10
"""Samples at the end of a window whose words may look different with more to come: the caller is in the midst of one."""

_FRAME = RATE // 50
_SPAN = 8
"""Frames of a pause: 160 ms. The silence within a word ("atth-tharah") is shorter."""
_QUIET = 0.1
"""Of the loud frames' amplitude: below it nobody speaks, 20 dB down."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is to be heard next."""

    start: int
    """First sample, of the utterance."""
    pcm: Pcm
    closes: bool = False
    """More has come than fits: its words are its last…"""
    paused: bool = False
    """…and all of them stand, since it ends in a pause."""

    @property
    def end(self) -> int:
        return self.start + self.pcm.size


class Utterance:
    """One utterance, for a model that hears `longest` samples at a time. `most_words`: None keeps all, for recordings."""

    def __init__(self, longest: int, *, most_words: int | None = MOST_WORDS) -> None:
        self._longest = longest
        self._sound = bytearray()
        """From `_start` on: the open window."""
        self._start = 0
        self._heard = 0
        """Samples of the open window that `_newest` is from."""
        self._settled: deque[Word] = deque(maxlen=most_words)
        self._newest: tuple[Word, ...] = ()
        self._agreed = 0
        """Of the newest words: so many stand."""
        self._pieces: list[tuple[int, int]] = []
        """Where sound jumped: a sample of the utterance, and what it was on the call's clock."""
        self._next_sample = 0
        """On the call's clock."""

    def add(self, start: int, pcm: bytes) -> None:
        """The caller's next sound, 16-bit at 16 kHz; `start` on the call's clock. What has come already is not taken twice."""
        known = max(0, self._next_sample - start) if self._pieces else 0
        new = pcm[known * 2 : len(pcm) // 2 * 2]
        if not new or self._samples + len(new) // 2 > MOST_SOUND:
            return
        at = start + known
        if not self._pieces or at > self._next_sample:
            if self._pieces:
                self._sound += bytes(2 * min(at - self._next_sample, LULL))
            self._pieces.append((self.end, at))
        self._sound += new
        self._next_sample = at + len(new) // 2

    @property
    def unheard(self) -> int:
        """Samples that have come since the last hearing."""
        return self._samples - self._heard

    @property
    def end(self) -> int:
        """One past the last sample that has come…"""
        return self._start + self._samples

    @property
    def heard_to(self) -> int:
        """…and that has been heard."""
        return self._start + self._heard

    @property
    def waiting(self) -> int:
        """Samples that the next window will have; 0: all has been heard."""
        return min(self._samples, self._longest) if self.unheard else 0

    def window(self) -> Window | None:
        """What to hear next; None: all has been heard."""
        if not self.unheard:
            return None
        pcm = np.frombuffer(bytes(self._sound[: 2 * self._longest]), np.int16)
        if self._samples <= self._longest:
            return Window(self._start, pcm)
        standing = self._newest[self._agreed - 1].end - self._start if self._agreed else 0
        cut = pause_in(pcm, standing)
        return Window(self._start, pcm[:cut] if cut is not None else pcm, closes=True, paused=cut is not None)

    def take(self, window: Window, words: Sequence[Word]) -> None:
        """What the model said of `window`, the last one that was asked for; positions from its first sample."""
        found = self._with_agreed(moved(words, window.start))
        if not window.closes:
            self._agreed = max(self._agreed, _agreement(self._newest, found, window.end - UNSURE))
            self._newest, self._heard = found, window.pcm.size
            return
        count, cut = (len(found), window.end) if window.paused else _between_words(found, window, self._agreed)
        self._settled += found[:count]
        self._newest, self._agreed, self._heard = (), 0, 0
        del self._sound[: 2 * (cut - self._start)]
        self._start = cut

    def again(self) -> None:
        """The open window is to be heard once more, though nothing has come since."""
        self._heard = 0

    @property
    def words(self) -> tuple[Word, ...]:
        """All so far, in samples of the call's clock."""
        return tuple(
            Word(word.text, self._on_call(word.start), self._on_call(word.end), word.confidence)
            for word in (*self._settled, *self._newest)
        )

    @property
    def stable(self) -> int:
        """So many of them will stay as they are."""
        return len(self._settled) + self._agreed

    @property
    def _samples(self) -> int:
        return len(self._sound) // 2

    def _with_agreed(self, found: tuple[Word, ...]) -> tuple[Word, ...]:
        """The new words behind those that stand already."""
        standing = self._newest[: self._agreed]
        if not standing:
            return found
        if [folded(word.text) for word in found[: len(standing)]] == [folded(word.text) for word in standing]:
            return standing + found[len(standing) :]
        return standing + tuple(word for word in found if word.start + word.end > 2 * standing[-1].end)

    def _on_call(self, sample: int) -> int:
        if not self._pieces:
            return sample
        at, clock = self._pieces[max(0, bisect.bisect_right(self._pieces, sample, key=lambda piece: piece[0]) - 1)]
        return clock + sample - at


def pause_in(pcm: Pcm, after: int = 0) -> int | None:
    """Where to cut a window: in the middle of its quietest stretch, not too near its beginning and not before sample `after`.

    None: nobody pauses.
    """
    frames = pcm[: pcm.size // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float32)
    level = frames.std(axis=1)  # not the amplitude: a line's zero may be off
    first = max(level.size * 2 // 5, -(-after // _FRAME))
    if level.size < 4 * _SPAN or level.size - first < _SPAN:
        return None
    spans = np.convolve(np.square(level), np.full(_SPAN, 1 / _SPAN, np.float32), "valid")
    quietest = spans.size - 1 - int(np.argmin(spans[first:][::-1]))  # the last of equals: the longer the window, the better
    if spans[quietest] > np.square(_QUIET * np.percentile(level, 90)):
        return None
    return (quietest + _SPAN // 2) * _FRAME


def _agreement(before: Sequence[Word], now: Sequence[Word], until: int) -> int:
    """How many of the first words are the same in both and end by `until`."""
    count = 0
    for old, new in zip(before, now, strict=False):
        if folded(old.text) != folded(new.text) or new.end > until:
            break
        count += 1
    return count


def _between_words(words: tuple[Word, ...], window: Window, agreed: int) -> tuple[int, int]:
    """Of a window that ends in the midst of speech: how many of its words stand, and where the next window begins."""
    count = max(agreed, sum(1 for word in words if word.end <= window.end - UNSURE))
    if count == len(words):
        return count, max(window.end - UNSURE, words[-1].end if words else 0)
    cut = (words[count - 1].end + words[count].start) // 2 if count else words[0].start
    if cut < window.start + window.pcm.size // 3:  # one "word" fills the window: nothing there to cut by
        return len(words), window.end
    return count, cut
