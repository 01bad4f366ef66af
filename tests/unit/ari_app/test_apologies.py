"""A site's apology, made once and found again."""

import asyncio
from pathlib import Path

import msgspec

from ari_app.apologies import Apologies
from core.bus import serve
from core.sites import Phrases
from core.speech import ToTts
from tests.unit.ari_app.test_briefing import Voice
from tests.unit.ari_app.world import PHRASES, SITE


def says(apology: str) -> Phrases:
    return msgspec.structs.replace(PHRASES, apology=apology)


SORRY = msgspec.structs.replace(SITE, phrases={"en": says("Sorry, something went wrong.")})


def test_it_is_made_with_the_site_s_first_call_and_kept(tmp_path: Path) -> None:
    voice = Voice()

    async def run() -> None:
        apologies = Apologies(tmp_path / "tts.sock", tmp_path / "apologies")
        async with serve(tmp_path / "tts.sock", ToTts, voice.handle):
            await asyncio.gather(apologies.make(SORRY), apologies.make(SORRY))
            await Apologies(tmp_path / "tts.sock", tmp_path / "apologies").make(SORRY)
        assert Path(f"{apologies.path(SORRY)}.wav").stat().st_size > 1600

    asyncio.run(run())
    assert voice.said == ["Sorry, something went wrong."]


def test_other_words_or_another_voice_are_another_file(tmp_path: Path) -> None:
    apologies = Apologies(tmp_path / "tts.sock", tmp_path)
    other = msgspec.structs.replace(SITE, phrases={"en": says("Pardon.")})
    hoarse = msgspec.structs.replace(SORRY, voice="another")
    assert len({apologies.path(site) for site in (SORRY, other, hoarse)}) == 3


def test_without_a_voice_or_without_words_there_is_none_and_no_harm(tmp_path: Path) -> None:
    apologies = Apologies(tmp_path / "tts.sock", tmp_path / "apologies")
    asyncio.run(apologies.make(SORRY))
    asyncio.run(apologies.make(SITE))
    assert list(tmp_path.rglob("*.wav")) == []
