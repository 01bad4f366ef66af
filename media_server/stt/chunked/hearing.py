"""One call's business with a full-context model: its messages in, windows out to the model, its words back. ◆

    Audio ──> Utterance ──ask──> (Batcher) ──take──> Partial
    Flush ──────────────────────────────────────────> Final, once all that was said before it has been heard

Nothing here waits. A new utterance is a new object: what comes back for one that is over is for nobody.
"""

import itertools
from collections import deque
from dataclasses import dataclass

from core.languages import Language
from core.speech import Audio, EndUtterance, Expect, Final, Flush, FromStt, HearingFailed, Partial
from core.speech import Word as SpokenWord
from media_server.stt.chunked.choosing import Waiting
from media_server.stt.chunked.doubt import believed
from media_server.stt.chunked.windows import Utterance, Window
from media_server.stt.chunked.words import Ask, Heard, confidence_of
from media_server.stt.text.inverse import inverse
from media_server.stt.text.tongue import language_of

_arrivals = itertools.count()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A Flush that is not answered."""

    flush: Flush
    arrival: int
    end: int
    """What has come of the utterance by then."""


class Hearing:
    """One call. `guesses`: whether it is heard while the caller still speaks."""

    def __init__(self, longest: int, languages: tuple[Language, ...], *, guesses: bool = True) -> None:
        self._longest = longest
        self._languages: tuple[Language, ...] = languages or ("en",)
        self._guesses = guesses
        self._spoken = self._languages[0]
        """The language of the last Final that told one."""
        self._number = 0
        self._tag = ""
        """Of the language, as the model told it last."""
        self._asked: deque[_Asked] = deque()
        self._at_model: tuple[Utterance, Window] | None = None
        self._forget()

    def put(self, message: Audio | Flush | EndUtterance | Expect) -> list[FromStt]:
        """The next message, and what can be said to it at once."""
        match message:
            case Audio():
                self._utterance.add(message.start, message.pcm)
            case Flush():
                self._number = message.utterance
                self._asked.append(_Asked(message, next(_arrivals), self._utterance.end))
                return self._finals()
            case EndUtterance():
                self._number = message.utterance + 1
                self._asked.clear()
                self._forget()
        return []

    @property
    def waiting(self) -> Waiting | None:
        """What it would have heard; None: nothing, or the model has its window already."""
        if self._at_model is not None or not self._utterance.unheard or not (self._asked or self._guesses):
            return None
        asked = self._asked[0].arrival if self._asked else None
        return Waiting(self._utterance.waiting, self._utterance.unheard, asked)

    def ask(self) -> Ask:
        """The window for the model. Only if `waiting`; the next call is to `take` or `fail`."""
        window = self._utterance.window()
        assert window is not None and self._at_model is None
        self._at_model = self._utterance, window
        return Ask(window.pcm, self._languages, final=bool(self._asked) or window.closes)

    def take(self, heard: Heard) -> list[FromStt]:
        """What the model said of it."""
        assert self._at_model is not None
        (utterance, window), self._at_model = self._at_model, None
        if utterance is not self._utterance:
            return []
        heard = believed(heard, window.pcm.size)
        self._tag = heard.tag or self._tag
        utterance.take(window, heard.words)
        self._guessed = heard.guess
        return self._finals() or self._news()

    def fail(self, detail: str) -> list[FromStt]:
        """The model failed: this utterance is lost."""
        assert self._at_model is not None
        (utterance, _), self._at_model = self._at_model, None
        if utterance is not self._utterance:
            return []
        self._asked.clear()
        self._forget()
        return [HearingFailed(detail=detail)]

    def _forget(self) -> None:
        self._utterance = Utterance(self._longest)
        self._tag = ""
        self._partial = ""
        self._guessed = False
        """The newest words are no Final's: what waits for them has the window heard again."""

    def _finals(self) -> list[FromStt]:
        answers: list[FromStt] = []
        while self._asked and self._asked[0].end <= self._utterance.heard_to and self._at_model is None:
            if self._guessed:
                self._guessed = False
                self._utterance.again()
                break
            answers.append(self._final(self._asked.popleft().flush))
        return answers

    def _final(self, flush: Flush) -> Final:
        words = self._utterance.words
        language = self._language(" ".join(word.text for word in words))
        if words:
            self._spoken = language
        return Final(
            utterance=flush.utterance,
            revision=flush.revision,
            text=inverse([word.text for word in words], language),
            language=language,
            confidence=round(confidence_of(words), 4),
            words=tuple(SpokenWord(text=w.text, start=w.start, end=w.end, confidence=round(w.confidence, 4)) for w in words),
        )

    def _news(self) -> list[FromStt]:
        words = [word.text for word in self._utterance.words]
        language = self._language(" ".join(words))
        text = inverse(words, language)
        if text == self._partial:
            return []
        self._partial = text
        standing = inverse(words[: self._utterance.stable], language)
        stable = next((n for n, (a, b) in enumerate(zip(standing, text, strict=False)) if a != b), min(len(standing), len(text)))
        return [Partial(utterance=self._number, text=text, stable=stable)]

    def _language(self, text: str) -> Language:
        return language_of(text, (self._tag,) if self._tag else (), self._languages, self._spoken)
