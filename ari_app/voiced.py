"""Sentences as sound that Asterisk plays: by a tts-worker, written whole or not at all.

say_into(file, …)              what one listener waits for
voice_to_keep(worker, …)       what many will hear (kept_lines.py): it comes after all who wait
"""

import contextlib
import wave
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

from core.bus import Link, PeerGone, connect
from core.ids import CallId, SiteId
from core.sites import Language
from core.speech import NO_SITE, FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed, SpeakingOpened

RATE: Literal[8000] = 8000


class NotSaid(PeerGone):
    """The voice is there, and could not say it."""

    def __init__(self, detail: str, *, doubtful: bool) -> None:
        super().__init__(detail)
        self.doubtful = doubtful
        """It was said, perhaps wrong, and would be again."""


class Voice:
    """One connection; `told` is what it opened with."""

    def __init__(self, link: Link[FromTts], told: SpeakingOpened) -> None:
        self._link = link
        self._reply = 0
        self.told = told

    async def say(self, sentences: Sequence[str], language: Language) -> bytes:
        """Their sound, at RATE. NotSaid, PeerGone."""
        self._reply += 1
        for index, text in enumerate(sentences):
            self._link.send(Speak(reply=self._reply, index=index, text=text, language=language))
        parts: dict[int, list[bytes]] = {}
        ended = 0
        async for message in self._link:
            match message:
                case Sound(reply=self._reply, index=index, pcm=pcm, last=last):
                    parts.setdefault(index, []).append(pcm)
                    ended += last
                    if ended == len(sentences):
                        return b"".join(pcm for index in sorted(parts) for pcm in parts[index])
                case SpeakingFailed(reply=self._reply, detail=detail, doubtful=doubtful):
                    raise NotSaid(detail, doubtful=doubtful)
        raise PeerGone("the voice went away")


@contextlib.asynccontextmanager
async def voice_to_keep(worker: Path, voice: str) -> AsyncIterator[Voice]:
    """Everybody's words by it: a site's lexicon would change under what is kept. PeerGone."""
    async with _opened(worker, OpenSpeaking(call_id=CallId("lines"), voice=voice, rate=RATE, live=False)) as opened:
        yield opened


async def say_into(
    file: Path, sentences: Sequence[str], voice: str, language: Language, *, worker: Path, lexicon_of: SiteId = NO_SITE
) -> None:
    """Somebody waits for it. `lexicon_of`: whose words they are said in. PeerGone: the voice is away or can't say it. OSError."""
    opening = OpenSpeaking(call_id=CallId(file.stem), voice=voice, rate=RATE, site_id=lexicon_of)
    async with _opened(worker, opening) as opened:
        write(file, await opened.say(sentences, language))


def write(file: Path, sound: bytes) -> None:
    """OSError."""
    unfinished = file.with_suffix(".new")
    with unfinished.open("wb") as bare, wave.open(bare, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound)
    unfinished.replace(file)  # the dialplan plays it as soon as it sees it; no await since the first byte: nobody writes between


@contextlib.asynccontextmanager
async def _opened(worker: Path, opening: OpenSpeaking) -> AsyncIterator[Voice]:
    async with await connect(worker, FromTts) as link:
        link.send(opening)
        told = await link.receive()
        if not isinstance(told, SpeakingOpened):
            raise PeerGone("the voice did not answer its opening")
        yield Voice(link, told)
