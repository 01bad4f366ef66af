"""One call's utterances: sound in, words out. Decoded as it comes; a pause that was none is decoded again with what follows.

    Audio ──> sound so far ──> Decoding ──> Partial
    Flush ─────────────────> finish ─────> Final            more Audio after that: a new Decoding, from the utterance's start

A finished search cannot go on, and decoding takes a seventh of the sound's own time: going over it again while the
caller speaks beats guessing from an unfinished one.
"""

from collections.abc import Iterator

from core.commands import Message
from core.sites import Language
from core.speech import Audio, EndUtterance, Expect, Final, Flush, Partial
from media_server.stt.judge import Heard
from media_server.stt.phrases import HINDI_WORDS
from media_server.stt.recogniser import RATE, TELEPHONE_CMN, Decoding, Recogniser

MOST_SOUND = 30 * RATE * 2
"""Bytes of one utterance that are kept; what comes after is not listened to. Nobody asks for half a minute without a pause."""
SLICE = RATE // 10 * 2
"""Bytes decoded at a time: 100 ms of sound, 14 ms of work. Other calls of the process get their turn in between."""
BELIEVED = 0.5
"""Confidence from which words tell the caller's language (as in media_server/turn/moves.py)."""
BETWEEN_PARTIALS = 3 * RATE // 50 * 2
"""Bytes of sound from one Partial to the next: 60 ms, for the sake of callers who interrupt. Looking costs 0.07 ms."""


class Learn(Message, frozen=True, kw_only=True):
    """The first message to a decoder process: what the call's site expects to hear."""

    phrases: tuple[str, ...]
    languages: tuple[Language, ...]


ToDecoder = Learn | Audio | Flush | EndUtterance | Expect


class Hearing:
    """One call's state. `take` is a generator: between two steps of it other calls may go on; None is such a step."""

    def __init__(self, recogniser: Recogniser, languages: tuple[Language, ...]) -> None:
        self._recogniser = recogniser
        self._languages: tuple[Language, ...] = languages or ("en",)
        self._cmn = TELEPHONE_CMN
        self._question: tuple[str, ...] = ()
        self._spoken = self._languages[0]
        """The language of the last turn that told one."""
        self._utterance = 0
        self._next_sample = 0
        self._forget()

    def take(self, message: Audio | Flush | EndUtterance | Expect) -> Iterator[Partial | Final | None]:
        """RuntimeError if PocketSphinx fails; `drop` before going on after that."""
        match message:
            case Audio():
                self._keep(message)
                yield from self._decode()
            case Flush():
                self._utterance = message.utterance
                yield from self._decode()
                yield self._final(message, self._finish())
            case EndUtterance():
                self._utterance = message.utterance + 1
                if self._decoding is not None:
                    self._recogniser.give_back(self._decoding)
                self._forget()
            case Expect():
                self._question = message.phrases

    def drop(self) -> None:
        """Forget the utterance and the decoder with it."""
        self._forget()

    def close(self) -> None:
        """The call is over: its decoder is free."""
        if self._decoding is not None:
            self._recogniser.give_back(self._decoding)
        self._forget()

    def _forget(self) -> None:
        self._sound = bytearray()
        self._decoded = 0
        self._shown = 0
        self._partial = ""
        self._decoding: Decoding | None = None
        self._heard: Heard | None = None
        """Of all the sound so far; None: there is more since, or there was none."""

    def _keep(self, audio: Audio) -> None:
        """The part of it that is new: the sound before a second onset may have come already."""
        known = max(0, self._next_sample - audio.start)
        new = audio.pcm[known * 2 : len(audio.pcm) // 2 * 2]
        if not new:
            return
        self._next_sample = audio.start + known + len(new) // 2
        self._sound += new[: MOST_SOUND - len(self._sound)]

    def _decode(self) -> Iterator[Partial | None]:
        if self._decoded == len(self._sound):
            return
        if self._heard is not None:  # it was no end
            self._heard = None
            self._decoded = 0
        while self._decoded < len(self._sound):
            if self._decoding is None:
                self._decoding = self._recogniser.begin(self._cmn, self._question)
            self._decoding.feed(bytes(self._sound[self._decoded : self._decoded + SLICE]))
            self._decoded = min(self._decoded + SLICE, len(self._sound))
            yield self._news()

    def _news(self) -> Partial | None:
        if self._decoding is None or self._decoded - self._shown < BETWEEN_PARTIALS:
            return None
        self._shown = self._decoded
        text = self._decoding.partial()
        if text == self._partial:
            return None
        self._partial = text
        return Partial(utterance=self._utterance, text=text)

    def _finish(self) -> Heard:
        if self._decoding is not None:
            decoding, self._decoding = self._decoding, None
            self._heard, self._cmn = decoding.finish()
            self._recogniser.give_back(decoding)
        return self._heard or Heard("", self._languages[0], 0.0)

    def _final(self, flush: Flush, heard: Heard) -> Final:
        language = heard.language if heard.text and heard.language in self._languages else self._languages[0]
        if heard.reply and not HINDI_WORDS & set(heard.text.split()):
            language = self._spoken
        elif heard.confidence >= BELIEVED:
            self._spoken = language
        return Final(
            utterance=flush.utterance,
            revision=flush.revision,
            text=heard.text,
            language=language,
            confidence=heard.confidence,
        )
