"""Sentences as a file that Asterisk plays: by a tts-worker, written whole or not at all."""

import hashlib
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from core.bus import PeerGone, connect
from core.ids import CallId, SiteId
from core.sites import Language
from core.speech import NO_SITE, FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed

RATE: Literal[8000] = 8000


def name_of(voice: str, language: Language, sentences: Iterable[str]) -> str:
    """Of a file: the same only for the same words by the same voice."""
    return hashlib.sha256("\0".join((voice, language, *sentences)).encode(errors="replace")).hexdigest()[:16]


async def say_into(
    file: Path, sentences: Sequence[str], voice: str, language: Language, *, worker: Path, lexicon_of: SiteId = NO_SITE
) -> None:
    """`lexicon_of`: whose words they are said in; nobody's for what is kept, as it would outlive a change of them. PeerGone: the
    voice is away, or can't say it. OSError."""
    opening = OpenSpeaking(call_id=CallId(file.stem), voice=voice, rate=RATE, site_id=lexicon_of)
    sound = await _voiced(worker, sentences, language, opening)
    unfinished = file.with_suffix(".new")
    with wave.open(str(unfinished), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound)
    unfinished.replace(file)  # the dialplan plays it as soon as it sees it; no await since the first byte: nobody writes between


async def _voiced(worker: Path, sentences: Sequence[str], language: Language, opening: OpenSpeaking) -> bytes:
    async with await connect(worker, FromTts) as link:
        link.send(opening)
        for index, text in enumerate(sentences):
            link.send(Speak(reply=1, index=index, text=text, language=language))
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
