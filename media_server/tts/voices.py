"""Which engine a site's voice is of, and what that engine calls it. ◆

"parler:Divya" -> parler, Divya        "f3" -> the usual engine, f3        "nobody:x" -> the usual engine, its default voice
"""

from typing import Literal

from core.engines import Engines, TtsEngine
from media_server.tts.kokoro import speakers as kokoro
from media_server.tts.parler import speakers as parler


def at_hand(engines: Engines) -> tuple[TtsEngine, ...]:
    """The engines of a speaking worker: the usual one first, then those that sites may name beside it.

    eSpeak is always there, as it stands in when another can't; but for the bench's engine, which must not be helped.
    """
    others: tuple[TtsEngine, ...] = (*engines.also, "espeak") if engines.tts != "instant" else ()
    return tuple(dict.fromkeys((engines.tts, *others)))


def chosen(voice: str, names: tuple[str, ...]) -> tuple[str, str]:
    """Engine and voice, of the engines `names`. One that is not there, or is unknown, is the first one with its default voice."""
    engine, colon, of_engine = voice.partition(":")
    if not colon:
        return names[0], voice
    return (engine, of_engine) if engine in names else (names[0], "")


def gender(engine: str, voice: str) -> Literal["female", "male"]:
    """Of an engine's voice by its name alone: what is known before gigabytes are loaded."""
    match engine:
        case "parler":
            return parler.gender(voice)
        case "kokoro":
            return kokoro.gender(voice)
    return "male" if voice == "male" else "female"
