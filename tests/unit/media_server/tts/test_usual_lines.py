"""Every line that is said in a site's name: there in each language, and really said by the voice that we have."""

import asyncio
import re
import wave
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from ari_app.briefing import spoken, waiting
from ari_app.voiced import RATE, say_into
from brain.recap import for_person
from brain.turn import Exchange, Memory
from core.ids import SiteId
from core.phrases import usual_phrases
from core.sites import LANGUAGES, Language, Site
from media_server.tts.espeak import Espeak
from tests.unit.media_server.tts.test_worker import SPOKEN, worker

ESPEAK = Espeak()
CHAT = {"hold_chat", "goodbye_chat", "transfer_chat"}
"""Read, not said; the last two are the brain's own."""
QUICKEST_S = 0.035
"""A sound of speech, at the rate that we speak at: less, and some were not said."""


def site(language: Language) -> Site:
    phrases = {language: usual_phrases(language, "Roshni")}
    return Site(site_id=SiteId("demo"), name="Roshni", phrases=phrases, languages=(language,))


def lines(language: Language) -> Iterator[str]:
    """Of the usual ones, each; and a whole briefing."""
    for name, text in msgspec.structs.asdict(usual_phrases(language, "Roshni")).items():
        if name not in CHAT and not name.startswith("operator_"):
            yield from text if isinstance(text, tuple) else (text,)
    asked = Exchange("refund kab aayega", "Saat din mein.", "call", "hi-Latn")
    told = for_person(Memory("hi-Latn", recent=(asked,)), language)
    yield from spoken(site(language), "+919812345678", told)
    yield spoken(site(language), "", "")[0]
    yield from waiting(site(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_lacks_a_line(language: Language) -> None:
    usual = msgspec.structs.asdict(usual_phrases(language, "Roshni"))
    assert {name for name, text in usual.items() if not text} <= CHAT - {"hold_chat"}
    for name, text in usual.items():
        places = set(re.findall(r"\{\w+\}", text if isinstance(text, str) else ""))
        wanted = {"operator_call": {"{site}"}, "operator_call_from": {"{site}", "{number}"}}
        assert places == wanted.get(name, set()), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_said_whole(language: Language, tmp_path: Path) -> None:
    asyncio.run(_are_said_whole(language, tmp_path))


async def _are_said_whole(language: Language, folder: Path) -> None:
    async with worker(ESPEAK, folder):
        for number, text in enumerate(lines(language)):
            file = folder / f"{number}.wav"
            await say_into(file, (text,), "male", language, worker=folder / "tts.sock")
            with wave.open(str(file)) as written:
                sound = np.frombuffer(written.readframes(written.getnframes()), np.int16).astype(float)
            sounds = len(re.findall(r"\w", ESPEAK.phonemes(SPOKEN(text, language), language)))
            assert sounds >= 5, text
            assert len(sound) / RATE > QUICKEST_S * sounds, (text, len(sound) / RATE, sounds)
            rest, end = sound[-RATE // 20 :], sound[-RATE // 2 : -RATE // 20]
            assert np.abs(sound).max() > 3000 and np.abs(rest).max() < 100 < np.abs(end).max(), text  # and not cut at the end
