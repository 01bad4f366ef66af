"""A recording becomes a transcript: who said what, and when. A speaker is a channel.

    channels ──voiced──> stretches of speech ──windows by length──> model ──> lines ──by time──> CallTranscript

Every stretch is an utterance (windows.py), so that no word is cut however long somebody speaks without a pause. The model is
a call's: `Batcher.hear` runs it when no call waits, `Gated` before a model of its own waits for a gate. Nothing calls this yet.
"""

import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from core.audio import RATE, Pcm
from core.languages import Language
from core.resample import Resampler
from media_server.stt.chunked.doubt import audible, believed
from media_server.stt.chunked.windows import Utterance, Window
from media_server.stt.chunked.words import Ask, FullContext, Heard, Word, confidence_of
from media_server.stt.text.inverse import inverse
from media_server.stt.text.tongue import language_of

Span = tuple[int, int]
"""First sample, and one past the last."""
Voiced = Callable[[Sequence[Pcm]], Sequence[Sequence[Span]]]
"""Where somebody speaks in each channel (media_server.voiced)."""

NEXT_LINE = RATE * 6 // 10
"""Samples of silence of a speaker's that begin a new line."""
EDGE = RATE // 5
"""Samples heard before and after a stretch of speech: VAD is late, and soft ends of words are words."""
TOGETHER = RATE // 5
"""Samples that two speakers must share for it to be called speaking at once."""
SHORTEST_WAV_HZ = 4000


class UnreadableRecording(ValueError):
    """It is no wave file of 8 or 16 bits."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one speaker said without a pause."""

    speaker: int
    """The channel, from 0."""
    start_s: float
    end_s: float
    text: str
    language: Language
    confidence: float
    words: tuple[Word, ...]
    """In samples at 16 kHz of the recording, as spoken: before numbers became digits."""
    at_once: bool = False
    """Another speaker spoke at the same time."""


@dataclass(frozen=True, slots=True)
class CallTranscript:
    lines: tuple[Line, ...]
    """By their beginnings."""
    duration_s: float
    speakers: int
    engine: str


class BatchTranscriber(Protocol):
    """For whoever offers transcription of recordings."""

    def transcribe(
        self, channels: Sequence[Pcm], *, languages: Sequence[Language], progress: Callable[[float], None] = lambda _: None
    ) -> CallTranscript:
        """`channels`: at 16 kHz. `progress` is told the part that is done, 0 to 1. Waits. RuntimeError, MemoryError."""


class Gate(Protocol):
    """When live calls leave time; from the engine that serves them."""

    def wait(self) -> None:
        """Returns when they have nothing due."""


class Gated:
    """FullContext: a model of its own on the calls' GPU, that lets them go first."""

    def __init__(self, model: FullContext, gate: Gate) -> None:
        self._model, self._gate = model, gate
        self.name, self.longest, self.batch = model.name, model.longest, model.batch

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        self._gate.wait()
        return self._model.hear(asks)


class Transcriber:
    """A BatchTranscriber over any full-context model."""

    def __init__(self, model: FullContext, voiced: Voiced) -> None:
        self._model = model
        self._voiced = voiced

    def transcribe(
        self, channels: Sequence[Pcm], *, languages: Sequence[Language], progress: Callable[[float], None] = lambda _: None
    ) -> CallTranscript:
        allowed = tuple(languages) or ("en",)
        stretches = [
            _Stretch(speaker, channels[speaker][start:end], start, self._model.longest)
            for speaker, spans in enumerate(self._voiced(channels))
            for start, end in lines_of(spans, channels[speaker].size)
        ]
        whole = sum(stretch.size for stretch in stretches)
        while waiting := [stretch for stretch in stretches if not stretch.done]:
            progress(1 - sum(stretch.left for stretch in waiting) / whole)
            self._round(waiting, allowed)
        progress(1.0)
        lines = sorted(_written(stretches, allowed), key=lambda line: (line.start_s, line.speaker))
        seconds = max((channel.size for channel in channels), default=0) / RATE
        return CallTranscript(tuple(_marked(lines)), seconds, len(channels), self._model.name)

    def _round(self, waiting: Sequence["_Stretch"], languages: tuple[Language, ...]) -> None:
        """One window of each, those of like length together."""
        windows = sorted(((stretch.window(), stretch) for stretch in waiting), key=lambda pair: pair[0].pcm.size)
        for first in range(0, len(windows), self._model.batch):
            some = windows[first : first + self._model.batch]
            asked = [(window, stretch) for window, stretch in some if audible(window.pcm)]
            heard = self._model.hear([Ask(window.pcm, languages) for window, _ in asked]) if asked else []
            words = {stretch: found for (_, stretch), found in zip(asked, heard, strict=True)}
            for window, stretch in some:
                stretch.take(window, words.get(stretch, Heard()))


class _Stretch:
    """One speaker's sound without a pause, on its way through the model."""

    def __init__(self, speaker: int, pcm: Pcm, start: int, longest: int) -> None:
        self.speaker = speaker
        self.size = pcm.size
        self.tag = ""
        self._rest, self._at, self._longest = pcm, start, longest
        self._utterance = Utterance(longest, most_words=None)
        self._feed()

    @property
    def left(self) -> int:
        """Samples that have not been heard."""
        return self._rest.size + self._utterance.unheard

    @property
    def done(self) -> bool:
        return not self.left

    @property
    def words(self) -> tuple[Word, ...]:
        return self._utterance.words

    def window(self) -> Window:
        """Only while not `done`."""
        window = self._utterance.window()
        assert window is not None
        return window

    def take(self, window: Window, heard: Heard) -> None:
        heard = believed(heard, window.pcm.size)
        self.tag = heard.tag or self.tag
        self._utterance.take(window, heard.words)
        self._feed()

    def _feed(self) -> None:
        """More than a window, as long as there is more: a window is only closed when something comes after it."""
        while self._rest.size and self._utterance.unheard <= self._longest:
            piece, self._rest = self._rest[: self._longest], self._rest[self._longest :]
            self._utterance.add(self._at, piece.tobytes())
            self._at += piece.size


def lines_of(spans: Sequence[Span], size: int) -> Iterator[Span]:
    """Spans of speech of a channel of `size` samples, with an edge around them, joined where the pause between is short."""
    start = end = -1
    for first, last in spans:
        if start >= 0 and first - end <= NEXT_LINE:
            end = last
            continue
        if start >= 0:
            yield max(0, start - EDGE), min(size, end + EDGE)
        start, end = first, last
    if start >= 0:
        yield max(0, start - EDGE), min(size, end + EDGE)


def _written(stretches: Sequence[_Stretch], allowed: tuple[Language, ...]) -> Iterator[Line]:
    """Their text. A speaker's language is the one before unless the words say otherwise."""
    last: dict[int, Language] = {}
    for stretch in stretches:
        if not (words := stretch.words):
            continue
        spoken = [word.text for word in words]
        tags = (stretch.tag,) if stretch.tag else ()
        language = language_of(" ".join(spoken), tags, allowed, last.get(stretch.speaker, allowed[0]))
        last[stretch.speaker] = language
        begin, end = words[0].start / RATE, words[-1].end / RATE
        text = inverse(spoken, language)
        yield Line(stretch.speaker, begin, end, text, language, confidence_of(words), words)


def _marked(lines: Sequence[Line]) -> Iterator[Line]:
    """Those with another speaker's words in them are marked."""
    for line in lines:
        yield replace(line, at_once=any(other.speaker != line.speaker and _shared(line, other) >= TOGETHER for other in lines))


def _shared(line: Line, other: Line) -> float:
    """Samples."""
    return (min(line.end_s, other.end_s) - max(line.start_s, other.start_s)) * RATE


def read_recording(file: Path | BinaryIO) -> list[Pcm]:
    """The channels of a wave file, at 16 kHz. UnreadableRecording."""
    try:
        with wave.open(str(file) if isinstance(file, Path) else file, "rb") as opened:
            width, rate, count = opened.getsampwidth(), opened.getframerate(), opened.getnchannels()
            data = opened.readframes(-1)
    except (wave.Error, EOFError, OSError) as error:
        raise UnreadableRecording(f"not a PCM wave file: {error or 'it ends too soon'}") from error
    if width not in (1, 2) or rate < SHORTEST_WAV_HZ:
        raise UnreadableRecording(
            f"a wave file of {8 * width} bits at {rate} Hz; 8 or 16 bits are read, from {SHORTEST_WAV_HZ} Hz"
        )
    samples = np.frombuffer(data[: len(data) // width * width], "<i2" if width == 2 else np.uint8)
    if width == 1:  # unsigned
        samples = (samples.astype(np.int16) - 128) * 256
    frames = samples[: samples.size // count * count].astype(np.int16).reshape(-1, count)
    return [_at_our_rate(np.ascontiguousarray(frames[:, channel]), rate) for channel in range(count)]


def _at_our_rate(pcm: Pcm, rate: int) -> Pcm:
    if rate == RATE:
        return pcm
    resampler = Resampler(rate, RATE)
    delay = round(resampler.delay_s * RATE)
    return np.concatenate((resampler.push(pcm), resampler.flush()))[delay : delay + pcm.size * RATE // rate]
