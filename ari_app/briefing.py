"""What an operator hears before they accept: who calls and why, as a file that Asterisk plays on their phone.

    summary ──> sentences ──> tts-worker ──Sound──> run_dir/briefings/<call>.wav

It is made while the phone rings, and the dialplan (extensions_accept.conf) plays "a caller is waiting" where it is not there
in time: a dead voice costs the operator the summary, not the call.
"""

import asyncio
import contextlib
import logging
import time
import wave
from collections.abc import Sequence
from pathlib import Path

from ari_app.books import Caller
from core.bus import PeerGone, connect
from core.ids import CallId
from core.sentences import split
from core.sites import Language, Site
from core.speech import FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed

log = logging.getLogger(__name__)

RATE = 8000
PATIENCE_S = 10.0
LONGEST = 280
"""Characters of the summary that are spoken: a quarter of a minute. All of it is in the call's record."""
KEPT_S = 3600.0
"""A briefing that a dead controller left behind is deleted after so long."""
GENERAL = "general"
"""The briefing of every call that has none; made with the first one."""

_LANGUAGE: Language = "en"
"""Of the summary's own words (brain.recap). What it quotes is read as it is written."""
_WAITING = "A caller is waiting."
_KEYS = "Press 1 to accept, 2 to decline."


class Briefing:
    def __init__(self, voice_socket: Path, folder: Path) -> None:
        self._socket = voice_socket
        self._folder = folder

    def path(self, call: CallId) -> str:
        """As the dialplan wants it: without suffix."""
        return str(self._folder / call)

    @property
    def general(self) -> str:
        return str(self._folder / GENERAL)

    async def make(self, caller: Caller, site: Site, summary: str) -> None:
        """The file is there when this returns, unless the voice or the disk failed."""
        began = time.monotonic()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            async with asyncio.timeout(PATIENCE_S):
                await self._say(spoken(site.name, caller.number, summary), site.voice, caller.call_id)
                log.info("= briefing made", extra={"call": caller.call_id, "seconds": round(time.monotonic() - began, 3)})
                if not (self._folder / f"{GENERAL}.wav").exists():
                    await self._say((_WAITING, _KEYS), site.voice, CallId(GENERAL))
        except (PeerGone, TimeoutError, OSError) as error:
            log.warning("! no briefing", extra={"call": caller.call_id, "error": type(error).__name__})

    def forget(self, call: CallId) -> None:
        """The call is over: nobody is told of it any more. What was left behind goes, too."""
        with contextlib.suppress(OSError):
            (self._folder / f"{call}.wav").unlink(missing_ok=True)
            old = time.time() - KEPT_S
            for file in self._folder.glob("*.wav"):
                if file.stem != GENERAL and file.stat().st_mtime < old:
                    file.unlink()

    async def _say(self, sentences: Sequence[str], voice: str, name: CallId) -> None:
        """Written whole or not at all: the dialplan plays it as soon as it sees it."""
        sound = await self._voiced(sentences, voice, name)
        unfinished = self._folder / f"{name}.new"
        with wave.open(str(unfinished), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(sound)
        unfinished.replace(self._folder / f"{name}.wav")

    async def _voiced(self, sentences: Sequence[str], voice: str, name: CallId) -> bytes:
        """PeerGone: the voice is away, or can't say it."""
        async with await connect(self._socket, FromTts) as link:
            link.send(OpenSpeaking(call_id=name, voice=voice, rate=RATE))
            for index, text in enumerate(sentences):
                link.send(Speak(reply=1, index=index, text=text, language=_LANGUAGE))
            parts: dict[int, list[bytes]] = {}
            ended = 0
            async for message in link:
                match message:
                    case Sound(index=index, pcm=pcm, last=last):
                        parts.setdefault(index, []).append(pcm)
                        ended += last
                        if ended == len(sentences):
                            return b"".join(pcm for index in sorted(parts) for pcm in parts[index])
                    case SpeakingFailed(detail=detail):
                        raise PeerGone(detail)
        raise PeerGone("the voice went away")


def spoken(site: str, number: str, summary: str) -> tuple[str, ...]:
    """For which business, who, why, and what to press."""
    who = f"Call for {site}" + (f", from {' '.join(number.lstrip('+'))}." if number.lstrip("+").isdecimal() else ".")
    told: list[str] = []
    for sentence in split(summary):
        if told and sum(map(len, told)) + len(sentence) > LONGEST:
            break
        told.append(sentence)
    return (who, *told, _KEYS)
