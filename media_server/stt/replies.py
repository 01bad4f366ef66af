"""Decoders for the reply to an open question: a day, a time, yes or no, the names of a choice. Few, and any question's.

A decoder learns another question in half a millisecond, and its words' sounds once; making one takes 100 ms and 32 MB.
"""

import functools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pocketsphinx import Decoder

from media_server.stt import grammar, reply_words
from media_server.stt.grammar import Grammar

Sounds = Callable[[frozenset[str]], str]
"""Words -> their lines of a pronouncing dictionary."""
_SEARCH = "reply"
DEAREST = 2000
"""Words that a decoder is taught at most. It forgets none: one that has learnt so many is given up."""


@dataclass(slots=True)
class ReplyDecoder:
    decoder: Decoder
    question: tuple[str, ...] = ()
    known: set[str] = field(default_factory=set)


class Replies:
    def __init__(self, make: Callable[[Grammar], Decoder], sounds: Sounds) -> None:
        self._make = make
        self._sounds = sounds
        self._idle: deque[ReplyDecoder] = deque()

    def take(self, question: tuple[str, ...], cmn: str) -> ReplyDecoder | None:
        """One that waits for sound. None: there is no word in `question` that could be heard."""
        words = reply_grammar(question)
        if words is None:
            return None
        found = self._of(question) or ReplyDecoder(self._make(words), question, set(words.words))
        if found.question != question:
            self._teach(found, question, words)
        found.decoder.set_cmn(cmn)
        found.decoder.start_utt()
        return found

    def give_back(self, decoder: ReplyDecoder) -> None:
        if len(decoder.known) < DEAREST:
            self._idle.append(decoder)

    def _of(self, question: tuple[str, ...]) -> ReplyDecoder | None:
        """One that knows the question, or any."""
        for decoder in self._idle:
            if decoder.question == question:
                self._idle.remove(decoder)
                return decoder
        return self._idle.popleft() if self._idle else None

    def _teach(self, decoder: ReplyDecoder, question: tuple[str, ...], words: Grammar) -> None:
        if unknown := words.words - decoder.known:
            for line in self._sounds(frozenset(unknown)).splitlines():
                word, _, sound = line.partition(" ")
                decoder.decoder.add_word(word, sound, False)
            decoder.known |= unknown
        arcs = [(arc.source, arc.target, arc.probability, *([arc.word] if arc.word else [])) for arc in words.arcs]
        decoder.decoder.add_fsg(_SEARCH, decoder.decoder.create_fsg(_SEARCH, words.start, words.end, arcs))
        decoder.decoder.activate_search(_SEARCH)
        decoder.question = question


@functools.lru_cache(maxsize=64)
def reply_grammar(question: tuple[str, ...]) -> Grammar | None:
    named: Mapping[str, tuple[str, ...]] = reply_words.named()
    try:
        rare = [more for phrase in question for more in reply_words.RARELY.get(phrase, ())]
        return grammar.build(question, rare=rare, named=named)
    except ValueError:
        return None
