"""What the agent says: replies of sentences, each behind a gate until the turn is ours, on their way to the pacer.

    brain's sentences ──> voice (tts worker) ──> sound ──> gate ──> Outgoing ──> RTP
    phrases (already sound) ─────────────────────────────────────────^

Plain object but for Outgoing: it decides when a reply has begun, has ended, and how much of it was heard.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.audio import Pcm
from core.sites import Language
from core.speech import Sound, Speak
from media_server.rtp.outgoing import Outgoing
from media_server.rtp.playout import Drained as QueueDrained
from media_server.rtp.playout import FirstSound, PlayoutEvent, SentencePlayed

STALL = 2.0
"""Seconds in which the voice must give sound of a sentence it was asked for."""


@dataclass(slots=True)
class Sentence:
    text: str
    language: Language
    asked: float
    """When the voice was asked, loop seconds."""
    to_its_end: bool = False
    """Whoever speaks meanwhile."""
    held: list[Pcm] = field(default_factory=list)
    sounded: bool = False
    """The voice has given some of it."""
    whole: bool = False
    """…all of it."""
    played: bool = False


@dataclass(slots=True)
class Reply:
    sentences: dict[int, Sentence] = field(default_factory=dict)
    open: bool = False
    complete: bool = False
    """No more sentences will come."""
    begun: bool = False
    dry: bool = False
    """It has been told that all of what came has left, though more is to come."""

    @property
    def all_left(self) -> bool:
        return self.open and all(sentence.played for sentence in self.sentences.values())

    @property
    def may_be_interrupted(self) -> bool:
        return all(sentence.played for sentence in self.sentences.values() if sentence.to_its_end)

    @property
    def ended(self) -> bool:
        return self.complete and self.all_left


@dataclass(frozen=True, slots=True)
class Began:
    reply: int
    at: float


@dataclass(frozen=True, slots=True)
class SaidWhole:
    """What of a reply had to be heard has left: now it may be interrupted."""

    reply: int


@dataclass(frozen=True, slots=True)
class RanDry:
    """All of a reply that came has left; it is not complete."""

    reply: int


@dataclass(frozen=True, slots=True)
class Ended:
    reply: int
    text: str
    """What was heard."""
    interrupted: bool


class Mouth:
    """`speak` asks the voice for a sentence; it may raise nothing, and is called again if the voice dies."""

    def __init__(self, outgoing: Outgoing, speak: Callable[[Speak], None]) -> None:
        self.outgoing = outgoing
        self._speak = speak
        self._replies: dict[int, Reply] = {}
        self._over: set[int] = set()
        """Replies that were heard to their end."""
        self._progress = False
        """The voice gave sound since we last looked…"""
        self._looked = 0.0
        """…and when we looked and it had."""

    def __contains__(self, reply: int) -> bool:
        """Something of it is kept, or its gate is open."""
        return reply in self._replies

    def is_complete(self, reply: int) -> bool:
        """The brain has said all of it."""
        return reply in self._replies and self._replies[reply].complete

    @property
    def sounding(self) -> bool:
        """Sound has been let out and not all of it has left."""
        return self.outgoing.busy

    def say(self, reply: int, index: int, text: str, language: Language, now: float, *, to_its_end: bool = False) -> None:
        """One sentence of a reply, to be made by the voice."""
        entry = self._replies.setdefault(reply, Reply())
        entry.sentences[index] = Sentence(text, language, asked=now, to_its_end=to_its_end)
        entry.dry = False
        if entry.open:
            self._release(reply, entry)
        self._speak(Speak(reply=reply, index=index, text=text, language=language))

    def play(self, reply: int, text: str, language: Language, pcm: Pcm, now: float) -> None:
        """A phrase that is sound already: the whole reply."""
        sentence = Sentence(text, language, asked=now, sounded=True, whole=True, held=[pcm])
        self._replies[reply] = entry = Reply(sentences={0: sentence}, open=True, complete=True)
        self._release(reply, entry)

    def complete(self, reply: int) -> None:
        """The brain has said all of it."""
        self._replies.setdefault(reply, Reply()).complete = True

    def open_gate(self, reply: int) -> None:
        """Let it out; one that ended before the caller's cough was understood has ended still."""
        entry = self._replies.setdefault(reply, Reply(complete=reply in self._over))
        if not entry.open:
            entry.open = True
            self._release(reply, entry)

    def sound(self, message: Sound) -> bool:
        """Some of a sentence's sound came; True if it is the first of its reply."""
        entry = self._replies.get(message.reply)
        sentence = entry.sentences.get(message.index) if entry else None
        if entry is None or sentence is None or sentence.whole:
            return False  # of a reply that nobody wants any more
        self._progress = True
        first = not any(other.sounded for other in entry.sentences.values())
        sentence.sounded, sentence.whole = True, message.last
        sentence.held.append(np.frombuffer(message.pcm, np.int16))
        if entry.open:
            self._release(message.reply, entry)
        return first

    def forget_unheard(self) -> list[int]:
        """Answers behind their gates are not wanted any more; their numbers. What was let out goes on."""
        unheard = [reply for reply, entry in self._replies.items() if not entry.open]
        for reply in unheard:
            del self._replies[reply]
        return unheard

    def drop(self) -> list[Ended]:
        """Fall silent; what was heard of each reply that had been let out."""
        heard = {(one.reply, one.index): one for one in self.outgoing.stop()}
        ended = []
        for reply in [number for number, entry in self._replies.items() if entry.open]:
            texts = []
            for index, sentence in sorted(self._replies.pop(reply).sentences.items()):
                part = heard.get((reply, index))
                if sentence.played:
                    texts.append(sentence.text)
                elif part and part.samples:
                    texts.append(_part(sentence.text, part.samples / part.known))
            ended.append(Ended(reply, " ".join(texts), interrupted=True))
        return ended

    def told(self, events: list[PlayoutEvent]) -> list[Began | SaidWhole | RanDry | Ended]:
        """What Outgoing's events of one tick mean."""
        news: list[Began | SaidWhole | RanDry | Ended] = []
        for event in events:
            match event:
                case FirstSound(reply=reply, at=at) if reply in self._replies and not self._replies[reply].begun:
                    self._replies[reply].begun = True
                    news.append(Began(reply, at))
                case SentencePlayed(reply=reply, index=index) if reply in self._replies:
                    (sentence := self._replies[reply].sentences[index]).played = True
                    if sentence.to_its_end and self._replies[reply].may_be_interrupted:
                        news.append(SaidWhole(reply))
                case FirstSound() | SentencePlayed() | QueueDrained():
                    pass
        for reply in [number for number, entry in self._replies.items() if entry.ended]:
            self._over.add(reply)
            text = " ".join(sentence.text for _, sentence in sorted(self._replies.pop(reply).sentences.items()))
            news.append(Ended(reply, text, interrupted=False))
        for reply, entry in self._replies.items():
            if entry.begun and entry.all_left and not entry.dry:
                entry.dry = True
                news.append(RanDry(reply))
        return news

    def stalled(self, now: float) -> bool:
        """The voice owes us sound for too long, and gave none meanwhile. While there is some to be heard it may take its time."""
        if self._progress:
            self._progress, self._looked = False, now
        return not self.sounding and any(now - max(sentence.asked, self._looked) > STALL for _, _, sentence in self._owed())

    def ask_again(self, now: float) -> None:
        """A new voice: everything that has no sound yet is asked for anew; what was cut in the middle ends there."""
        for reply, index, sentence in self._owed():
            if sentence.sounded:
                sentence.whole = True
                if self._replies[reply].open:
                    self.outgoing.say(reply, index, np.empty(0, np.int16), last=True)
            else:
                sentence.asked = now
                self._speak(Speak(reply=reply, index=index, text=sentence.text, language=sentence.language))

    def give_up(self) -> None:
        """The voice is dead: nothing is owed any more, and what never sounded was not said."""
        for reply, index, sentence in self._owed():
            if not sentence.sounded:
                del self._replies[reply].sentences[index]
        self.ask_again(0.0)

    def _owed(self) -> list[tuple[int, int, Sentence]]:
        return [
            (reply, index, sentence)
            for reply, entry in self._replies.items()
            for index, sentence in entry.sentences.items()
            if not sentence.whole
        ]

    def _release(self, reply: int, entry: Reply) -> None:
        """Let out what may go: sentences in order, each once the one before it is whole."""
        for index, sentence in sorted(entry.sentences.items()):
            pieces, sentence.held = sentence.held, []
            for number, pcm in enumerate(pieces):
                self.outgoing.say(reply, index, pcm, last=sentence.whole and number == len(pieces) - 1)
            if not sentence.whole:
                break


def _part(text: str, share: float) -> str:
    """The words that fit in this share of a sentence's sound."""
    spoken = text.split()
    return " ".join(spoken[: int(len(spoken) * min(share, 1.0))])
