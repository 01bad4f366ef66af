"""PocketSphinx bound to a site's phrases: searches over the same sound, and how much to believe the winner.

    sound ─┬─> phrases   what the site's callers say            ─┐
           ├─> reply     to the question that is open, if any    │
           ├─> number    digits and nothing else, in doubt       ├─> judge() ─> Heard(text, language, confidence)
           └─> phones    any sounds of speech in any order      ─┘

A grammar always finds something. The free search of phones says how well *any* words would have fitted; how far the best
phrase lies behind it, per frame, is the evidence (media_server/stt/judge.py). Nothing here waits; one thread only.
"""

import functools
import math
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder, Segment, get_model_path

from media_server.stt import grammar, phrases
from media_server.stt.grammar import MARK, Grammar
from media_server.stt.judge import BestPath, Evidence, Heard, judge
from media_server.stt.pronounce import pronunciations, read_dictionary
from media_server.stt.replies import Replies

RATE = 16000
TELEPHONE_CMN = "47,4,-10,10,-4,-10,2,-14,-2,-4,-7,0,-6"
"""Mean cepstrum of telephone speech with HISS, measured: where a call's own mean starts. It matters: with one that was only
guessed 14 of 60 human phrases were right, with the measured one 59."""
HISS = 20.0
"""Amplitude of the noise added above 4 kHz, where a telephone carries nothing and the model has never heard nothing. Tried at
3 to 100: fewer wrong English digits (36 to 21 %) and human ones (12 to 8 %), Hindi ones hardly. 20 itself was interpolated."""

DOUBT = 3.0
"""Score a frame, above that of free phones, under which the best phrase so far is not taken for granted and a number is
searched for as well, a quarter of the work. All 36 numbers tried came under it; of phrases 2 of 12 human ones, most
synthetic English and all synthetic Hindi ones: it saves little where the voice fits the model badly."""
DOUBT_AFTER = RATE
"""Samples from which on that is asked: the first 300 ms are silence, and three digits take longer than the rest."""
FEWEST_PHONES = 5
"""Of a site's phrase of one word. A shorter one fits any brief sound: "haan" was heard as "offer" in every sixth try."""
CATCH_UP = RATE // 2 * 2
"""Bytes that a late search of a number takes at a time."""

_LOG_BASE = math.log(1.0001)
_SCORING: Mapping[str, object] = {"topn": 2, "compallsen": True}  # all sounds, so that scores of searches can be compared
_SEARCH: Mapping[str, object] = {**_SCORING, "bestpath": False, "wip": 0.05, "beam": 1e-64, "wbeam": 1e-40, "pbeam": 1e-64}
_PHONES: Mapping[str, object] = {**_SCORING, "allphone_ci": True, "lw": 2.0, "beam": 1e-20, "pbeam": 1e-20, "ds": 2}
_SPEECHLESS = frozenset({"SIL", "+SPN+", "+NSN+"})


_NUMBER = grammar.bare_number()


@dataclass(slots=True)
class _Searches:
    phrases: Decoder
    phones: Decoder


def _hiss(seconds: int) -> NDArray[np.float32]:
    """The same for every pass, so that hearing something twice gives the same words."""
    noise = np.diff(np.random.default_rng(0).standard_normal(seconds * RATE + 1))
    return (noise * HISS).astype(np.float32)


_HISS = _hiss(seconds=2)


class Decoding:
    """One pass over one utterance. Feed it as sound comes; `finish` ends it."""

    def __init__(
        self, searches: _Searches, numbers: "Numbers", cmn: str, replies: Replies, question: tuple[str, ...] = ()
    ) -> None:
        """`question`: phrases of replies to what was asked last; empty: nothing was."""
        self._searches = searches
        self._numbers = numbers
        self._number: Decoder | None = None
        self._replies = replies
        self._reply = replies.take(question, cmn) if question else None
        self._cmn = cmn
        self._sound = bytearray()
        self._numbered = 0
        """Bytes of it that the search of a number has had."""
        self._partial = ""
        self._ended = False
        for decoder in (searches.phrases, searches.phones):
            decoder.set_cmn(cmn)
            decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        """16-bit mono at 16 kHz. RuntimeError if PocketSphinx fails."""
        filled = self._with_hiss(pcm)
        self._sound += filled
        self._searches.phrases.process_raw(filled)
        self._searches.phones.process_raw(filled)
        if self._reply is not None:
            self._reply.decoder.process_raw(filled)
        if self._number is None and self._reply is None and len(self._sound) >= DOUBT_AFTER * 2 and self._in_doubt():
            self._number = self._numbers.take(self._cmn)
        self._feed_number(CATCH_UP)

    def partial(self) -> str:
        """The likeliest words so far."""
        if words := _words(_segments(self._searches.phrases)):
            self._partial = grammar.plain_text(words)
        return self._partial

    def finish(self) -> tuple[Heard, str]:
        """What was said, and the mean cepstrum to start the next utterance of this call with."""
        guess = self.partial()
        self._feed_number(len(self._sound))
        free = self._searches.phones
        number, reply = self._number, self._reply
        self.end()
        sounds = [segment for segment in free.seg() or () if segment.word not in _SPEECHLESS]
        evidence = Evidence(
            frames=max(1, free.n_frames()),
            speech_frames=sum(map(_length, sounds)),
            phones=len(sounds),
            free_score=_score(free) or 0.0,
            phrase=_path(self._searches.phrases),
            number=_path(number) if number is not None else None,
            guess=guess,
            reply=_path(reply.decoder) if reply is not None else None,
        )
        return judge(evidence), free.get_cmn(update=True)

    def end(self) -> _Searches:
        """No more sound. The decoders, free for another utterance."""
        if not self._ended:
            self._ended = True
            self._searches.phrases.end_utt()
            self._searches.phones.end_utt()
            if self._number is not None:
                self._number.end_utt()
                self._numbers.give_back(self._number)
                self._number = None
            if self._reply is not None:
                self._reply.decoder.end_utt()
                self._replies.give_back(self._reply)
                self._reply = None
        return self._searches

    def _with_hiss(self, pcm: bytes) -> bytes:
        sound = np.frombuffer(pcm, "<i2")
        begin = len(self._sound) // 2
        hiss = np.take(_HISS, np.arange(begin, begin + sound.size), mode="wrap")
        return np.clip(sound + hiss, -32768, 32767).astype("<i2").tobytes()

    def _in_doubt(self) -> bool:
        phrase, free = _score(self._searches.phrases), _score(self._searches.phones)
        return phrase is None or free is None or (phrase - free) / self._searches.phones.n_frames() < DOUBT

    def _feed_number(self, most: int) -> None:
        if self._number is not None and self._numbered < len(self._sound):
            self._number.process_raw(bytes(self._sound[self._numbered : self._numbered + most]))
            self._numbered = min(self._numbered + most, len(self._sound))


class Numbers:
    """Decoders for digits and nothing else, the same for every site."""

    def __init__(self, make: Callable[[], Decoder]) -> None:
        self._make = make
        self._idle = deque([make()])

    def take(self, cmn: str) -> Decoder:
        """One that waits for sound."""
        decoder = self._idle.pop() if self._idle else self._make()
        decoder.set_cmn(cmn)
        decoder.start_utt()
        return decoder

    def give_back(self, decoder: Decoder) -> None:
        self._idle.append(decoder)


class Recogniser:
    """Decoders of one grammar, made when needed and used again."""

    def __init__(self, model: "Model", words: Grammar) -> None:
        self._model = model
        self._grammar = words
        self._idle: deque[_Searches] = deque()
        self._made = 0

    def stock(self, count: int) -> Iterator[None]:
        """Make decoders until there are `count`, one at each step: 100 ms and 32 MB each, so not while callers wait for words."""
        while self._made < count:
            self._idle.append(self._make())
            yield

    def begin(self, cmn: str, question: tuple[str, ...] = ()) -> Decoding:
        searches = self._idle.pop() if self._idle else self._make()
        return Decoding(searches, self._model.numbers, cmn, self._model.replies, question)

    def give_back(self, decoding: Decoding) -> None:
        """Finished or abandoned, but not after it failed: such decoders are not used again."""
        self._idle.append(decoding.end())

    def _make(self) -> _Searches:
        self._made += 1
        return self._model.searches(self._grammar)


class Model:
    """The acoustic model and the pronouncing dictionary; `recogniser` binds them to phrases."""

    def __init__(self) -> None:
        self.numbers = Numbers(lambda: self._search(_NUMBER))
        self.replies = Replies(self._search, _dictionary)
        self._recognisers: dict[tuple[str, ...], Recogniser] = {}

    def recogniser(self, site_phrases: tuple[str, ...]) -> Recogniser:
        """Hears `site_phrases` and what callers say everywhere. Made once for the same phrases."""
        if site_phrases not in self._recognisers:
            phones = _phones(frozenset(phrase for phrase in site_phrases if len(phrase.split()) == 1))
            single = [phrase for phrase, count in phones.items() if count >= FEWEST_PHONES]
            likely = [phrase for phrase in site_phrases if len(phrase.split()) > 1]
            words = grammar.build([*likely, *phrases.CONVERSATION], rare=single, openers=phrases.OPENERS, closers=phrases.CLOSERS)
            self._recognisers[site_phrases] = Recogniser(self, words)
        return self._recognisers[site_phrases]

    def searches(self, words: Grammar) -> _Searches:
        phones = Decoder(lm=None, allphone=get_model_path("en-us/en-us-phone.lm.bin"), dict=None, loglevel="FATAL", **_PHONES)
        return _Searches(self._search(words), phones)

    def _search(self, words: Grammar) -> Decoder:
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as file:
            file.write(_dictionary(words.words))
            file.flush()
            decoder = Decoder(lm=None, dict=file.name, loglevel="FATAL", **_SEARCH)
        arcs = [(arc.source, arc.target, arc.probability, *([arc.word] if arc.word else [])) for arc in words.arcs]
        decoder.add_fsg("phrases", decoder.create_fsg("phrases", words.start, words.end, arcs))
        decoder.activate_search("phrases")
        return decoder


@functools.lru_cache(maxsize=8)
def _dictionary(words: frozenset[str]) -> str:
    """Of these words only: all of it takes 17 MB more in each process."""
    spoken = {word.removeprefix(MARK) for word in words}
    english = read_dictionary(Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines(), spoken)
    hindi = read_dictionary(Path(__file__).with_name("hindi.dict").read_text().splitlines(), spoken)
    return "".join(
        f"{word}({number}) {sound}\n" if number > 1 else f"{word} {sound}\n"
        for word in sorted(words)
        for number, sound in enumerate(pronunciations(word.removeprefix(MARK), english, hindi), start=1)
    )


def _phones(words: frozenset[str]) -> dict[str, int]:
    """How many each word has, in its longest sound. One reading of the dictionary for all: it takes 40 ms."""
    counts: dict[str, int] = {}
    for line in _dictionary(words).splitlines():
        word, *phones = line.split()
        word = word.partition("(")[0]
        counts[word] = max(counts.get(word, 0), len(phones))
    return counts


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
