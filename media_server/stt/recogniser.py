"""PocketSphinx bound to a site's phrases: three searches over the same sound, and how much to believe the winner.

    sound ─┬─> phrases   what the site's callers say            ─┐
           ├─> number    digits read out, nothing else           ├─> judge() ─> Heard(text, language, confidence)
           └─> phones    any sounds of speech in any order      ─┘

A grammar always finds something. The free search of phones says how well *any* words would have fitted; how far the best
phrase lies behind it, per frame, is the evidence (media_server/stt/judge.py). Nothing here waits; one thread only.
"""

import math
import tempfile
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder, Segment, get_model_path

from media_server.stt import grammar, phrases
from media_server.stt.grammar import MARK, Grammar
from media_server.stt.judge import BestPath, Evidence, Heard, judge
from media_server.stt.pronounce import pronunciations, read_dictionary

RATE = 16000
TELEPHONE_CMN = "47,4,-10,10,-4,-10,2,-14,-2,-4,-7,0,-6"
"""Mean cepstrum of telephone speech with HISS, measured: where a call's own mean starts. The model's own (40,3,-1) is that of
a microphone, and turns half of all phrases into others."""
HISS = 20.0
"""Amplitude of the noise added above 4 kHz. A telephone carries nothing there, and the model has never heard nothing: this
alone turned a third of the misheard digits right (docs/hearing.md)."""

_LOG_BASE = math.log(1.0001)
_SEARCH: Mapping[str, object] = {
    "bestpath": False,
    "wip": 0.05,
    "beam": 1e-64,
    "wbeam": 1e-40,
    "pbeam": 1e-64,
    "compallsen": True,
}
_PHONES: Mapping[str, object] = {
    "lw": 2.0,
    "beam": 1e-20,
    "pbeam": 1e-20,
    "allphone_ci": True,
    "compallsen": True,
    "ds": 2,
    "topn": 2,
}
_SPEECHLESS = frozenset({"SIL", "+SPN+", "+NSN+"})


@dataclass(slots=True)
class _Searches:
    phrases: Decoder
    number: Decoder
    phones: Decoder

    def each(self) -> tuple[Decoder, Decoder, Decoder]:
        return self.phrases, self.number, self.phones


def _hiss(seconds: int) -> NDArray[np.float32]:
    """The same for every pass, so that hearing something twice gives the same words."""
    noise = np.diff(np.random.default_rng(0).standard_normal(seconds * RATE + 1))
    return (noise * HISS).astype(np.float32)


_HISS = _hiss(seconds=2)


class Decoding:
    """One pass over one utterance. Feed it as sound comes; `finish` ends it."""

    def __init__(self, searches: _Searches, cmn: str) -> None:
        self._searches = searches
        self._samples = 0
        self._partial = ""
        self._ended = False
        for decoder in searches.each():
            decoder.set_cmn(cmn)
            decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        """16-bit mono at 16 kHz. RuntimeError if PocketSphinx fails."""
        sound = np.frombuffer(pcm, "<i2")
        hiss = np.take(_HISS, np.arange(self._samples, self._samples + sound.size), mode="wrap")
        self._samples += sound.size
        filled = np.clip(sound + hiss, -32768, 32767).astype("<i2").tobytes()
        for decoder in self._searches.each():
            decoder.process_raw(filled)

    def partial(self) -> str:
        """The likeliest words so far."""
        if words := _words(_segments(self._searches.phrases)):
            self._partial = grammar.plain_text(words)
        return self._partial

    def finish(self) -> tuple[Heard, str]:
        """What was said, and the mean cepstrum to start the next utterance of this call with."""
        guess = self.partial()
        self.end()
        free = self._searches.phones
        sounds = [segment for segment in free.seg() or () if segment.word not in _SPEECHLESS]
        evidence = Evidence(
            frames=max(1, free.n_frames()),
            speech_frames=sum(map(_length, sounds)),
            phones=len(sounds),
            free_score=_score(free) or 0.0,
            phrase=_path(self._searches.phrases),
            number=_path(self._searches.number),
            guess=guess,
        )
        return judge(evidence), free.get_cmn(update=True)

    def end(self) -> _Searches:
        """No more sound. The decoders, free for another utterance."""
        if not self._ended:
            self._ended = True
            for decoder in self._searches.each():
                decoder.end_utt()
        return self._searches


class Recogniser:
    """Decoders of one grammar, made when needed and used again."""

    def __init__(self, model: "Model", words: Grammar) -> None:
        self._model = model
        self._grammar = words
        self._idle: deque[_Searches] = deque()

    def prepare(self) -> None:
        """Make sure that the next utterance need not wait for a decoder to be made: 90 ms."""
        if not self._idle:
            self._idle.append(self._model.searches(self._grammar))

    def begin(self, cmn: str) -> Decoding:
        searches = self._idle.pop() if self._idle else self._model.searches(self._grammar)
        return Decoding(searches, cmn)

    def give_back(self, decoding: Decoding) -> None:
        """Finished or abandoned, but not after it failed: such decoders are not used again."""
        self._idle.append(decoding.end())


class Model:
    """The acoustic model and the pronouncing dictionary; `recogniser` binds them to phrases."""

    def __init__(self) -> None:
        self._english = read_dictionary(Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines())
        self._hindi = read_dictionary(Path(__file__).with_name("hindi.dict").read_text().splitlines())
        self._number = grammar.bare_number()
        self._recognisers: dict[tuple[str, ...], Recogniser] = {}

    def recogniser(self, site_phrases: tuple[str, ...]) -> Recogniser:
        """Hears `site_phrases` and what callers say everywhere. Made once for the same phrases."""
        if site_phrases not in self._recognisers:
            everything = dict.fromkeys((*site_phrases, *phrases.CONVERSATION))
            words = grammar.build(everything, openers=phrases.OPENERS, closers=phrases.CLOSERS)
            self._recognisers[site_phrases] = Recogniser(self, words)
        return self._recognisers[site_phrases]

    def searches(self, words: Grammar) -> _Searches:
        phones = Decoder(lm=None, allphone=get_model_path("en-us/en-us-phone.lm.bin"), dict=None, loglevel="FATAL", **_PHONES)
        return _Searches(self._search(words), self._search(self._number), phones)

    def _search(self, words: Grammar) -> Decoder:
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as file:
            file.writelines(f"{line}\n" for line in self._dictionary(words.words))
            file.flush()
            decoder = Decoder(lm=None, dict=file.name, loglevel="FATAL", **_SEARCH)
        arcs = [(arc.source, arc.target, arc.probability, *([arc.word] if arc.word else [])) for arc in words.arcs]
        decoder.add_fsg("phrases", decoder.create_fsg("phrases", words.start, words.end, arcs))
        decoder.activate_search("phrases")
        return decoder

    def _dictionary(self, words: Iterable[str]) -> Iterable[str]:
        for word in sorted(words):
            for number, sound in enumerate(pronunciations(word.removeprefix(MARK), self._english, self._hindi), start=1):
                yield f"{word}({number}) {sound}" if number > 1 else f"{word} {sound}"


def _segments(decoder: Decoder) -> list[Segment]:
    """Words of the best path so far, without silences and fillers."""
    return [segment for segment in decoder.seg() or () if segment.word and segment.word[0] not in "<[(+"]


def _words(segments: Iterable[Segment]) -> tuple[str, ...]:
    """`where(2)` is another sound of `where`."""
    return tuple(segment.word.partition("(")[0] for segment in segments)


def _length(segment: Segment) -> int:
    return int(segment.end_frame - segment.start_frame + 1)


def _path(decoder: Decoder) -> BestPath | None:
    score = _score(decoder)
    segments = _segments(decoder)
    return None if score is None else BestPath(_words(segments), score, sum(map(_length, segments)))


def _score(decoder: Decoder) -> float | None:
    """Of the best path that reaches the end of the grammar, in units of PocketSphinx's own log base; None: there is none."""
    best = decoder.hyp()
    return math.log(best.score) / _LOG_BASE if best is not None and best.score > 0 else None
