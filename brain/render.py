"""One answer, the form of its channel: sentences to be spoken, or Markdown to be read. ◆

    Say, Write … ──Spoken──>  at most two sentences, no Markdown, no address, a list as people say it        (call)
                 └─Written──> text as it comes, links that are safe, numbers in one piece, sources at the end  (chat)

Texts come cut anywhere: what is not certain yet waits for more, so the same text gives the same form however it was cut.
Numbers stay digits on a call: the voice reads them (media_server/tts/text).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from brain.markdown import certain, harmless, spoken
from brain.turn import MAX_SENTENCES
from brain.wording import in_writing, sentences, sources
from core.commands import Channel, Citation
from core.sentences import SentenceStream
from core.sites import Language

_SPELT = re.compile(r"(?<![\d.,])\d(?: \d){3,}(?![\d.,]*\d)")
"""An order number as tools say it, figure by figure: "1 2 3 4 5"."""
_LETTERS = re.compile(r"\b[A-HJ-Z](?: [A-Z]){1,4}s?\b")
"""An abbreviation as it is written for a voice: "T V", "U P I"."""
_EMAIL = re.compile(r"\b([\w.-]+) at ([\w-]+) dot ([a-z]{2,3})\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """All of an answer, in Markdown."""

    text: str
    language: Language
    citations: Sequence[Citation] = ()


class Form(Protocol):
    """An answer on its way into a channel's form. Each method gives what may be sent now."""

    def say(self, text: str, language: Language, *, always: bool = False) -> list[str]:
        """Complete sentences; `always`: on a call also beyond what people listen to."""

    def write(self, text: str, language: Language) -> list[str]:
        """Some of a text that is still being written."""

    def sentence(self, text: str, language: Language) -> list[str]:
        """The same, up to the end of a sentence: one that is whole need not wait for the next."""

    def end(self, citations: Sequence[Citation], language: Language) -> list[str]:
        """There is no more of it."""


def form(channel: Channel) -> Form:
    return Spoken() if channel == "call" else Written()


def render(answer: Answer, channel: Channel) -> list[str]:
    """Sentences for a call; for a chat pieces that are the text when put together."""
    made = form(channel)
    return [*made.write(answer.text, answer.language), *made.end(answer.citations, answer.language)]


class Spoken:
    def __init__(self) -> None:
        self._raw = ""
        self._given = 0
        """Characters of the spoken form that went into the stream of sentences."""
        self._sentences = SentenceStream()
        self._left = MAX_SENTENCES

    def say(self, text: str, language: Language, *, always: bool = False) -> list[str]:
        before = self._finish(language)
        self._left += len(sentences(text)) if always else 0
        return [*before, *self.write(text, language), *self._finish(language)]

    def write(self, text: str, language: Language) -> list[str]:
        self._raw += text
        return self._take(self._sentences.push(self._more(language, finished=False)))

    def sentence(self, text: str, language: Language) -> list[str]:
        found = self.write(text, language)
        held_back = certain(self._raw, finished=False) != self._raw
        return found if held_back else [*found, *self._take(self._sentences.complete())]

    def end(self, citations: Sequence[Citation], language: Language) -> list[str]:
        return self._finish(language)

    def _finish(self, language: Language) -> list[str]:
        found = [*self._sentences.push(self._more(language, finished=True)), *self._sentences.flush()]
        self._raw, self._given = "", 0
        return self._take(found)

    def _more(self, language: Language, *, finished: bool) -> str:
        text = spoken(certain(self._raw, finished=finished), language, finished=finished)
        more, self._given = text[self._given :], max(self._given, len(text))
        return more

    def _take(self, found: list[str]) -> list[str]:
        """No more than people listen to."""
        kept = found[: self._left]
        self._left -= len(kept)
        return kept


class Written:
    def __init__(self) -> None:
        self._raw = ""
        self._given = 0
        self._begun = False

    def say(self, text: str, language: Language, *, always: bool = False) -> list[str]:
        read = " ".join(in_writing(sentence) for sentence in sentences(text))
        for spelt in (_SPELT, _LETTERS):
            read = spelt.sub(lambda found: found[0].replace(" ", ""), read)
        read = harmless(_EMAIL.sub(r"\1@\2.\3", read))
        return self._out([*self._finish(), f" {read}" if self._begun else read])

    def write(self, text: str, language: Language) -> list[str]:
        if not self._raw and self._begun:
            text = f" {text.lstrip()}"
        self._raw += text
        return self._out([self._more(finished=False)])

    def sentence(self, text: str, language: Language) -> list[str]:
        return self.write(text, language)

    def end(self, citations: Sequence[Citation], language: Language) -> list[str]:
        found = self._finish()
        named = dict.fromkeys((citation.title, citation.url) for citation in citations if citation.url.startswith("http"))
        links = [f"[{_plain(title) or _host(url)}]({url})" for title, url in named if not set(url) & set(" ()<>\n")]
        return self._out([*found, f"\n\n{sources(language)}: {', '.join(links)}" if links else ""])

    def _finish(self) -> list[str]:
        found = [self._more(finished=True)]
        self._raw, self._given = "", 0
        return found

    def _more(self, *, finished: bool) -> str:
        text = harmless(certain(self._raw, finished=finished))
        more, self._given = text[self._given :], max(self._given, len(text))
        return more

    def _out(self, found: list[str]) -> list[str]:
        kept = [text for text in found if text]
        self._begun = self._begun or bool(kept)
        return kept


def _plain(title: str) -> str:
    return re.sub(r"[\[\]()\n]", " ", title).strip()


def _host(url: str) -> str:
    return url.split("/")[2]
