"""What a site's callers are told without the agent: made once per language and found again."""

import asyncio
from pathlib import Path

import msgspec

from ari_app.announcements import Announcements, lines
from core.bus import serve
from core.phrases import usual_phrases
from core.sites import LANGUAGES, Phrases
from core.speech import ToTts
from tests.unit.ari_app.test_briefing import Voice
from tests.unit.ari_app.world import PHRASES, SITE


def says(apology: str) -> Phrases:
    return msgspec.structs.replace(PHRASES, apology=apology)


SORRY = msgspec.structs.replace(SITE, phrases={"en": says("Sorry, something went wrong.")})


def test_it_is_made_with_the_site_s_first_call_and_kept(tmp_path: Path) -> None:
    voice = Voice()

    async def run() -> None:
        announcements = Announcements(tmp_path / "tts.sock", tmp_path / "said")
        async with serve(tmp_path / "tts.sock", ToTts, voice.handle):
            await asyncio.gather(announcements.make(SORRY, "en"), announcements.make(SORRY, "en"))
            await Announcements(tmp_path / "tts.sock", tmp_path / "said").make(SORRY, "en")
        folder = Path(announcements.path(SORRY, "en"))
        assert {file.stem for file in folder.iterdir()} == {"apology", "moment", "sorry", "voicemail", "thanks"}
        assert all(file.stat().st_size > 1600 for file in folder.iterdir())

    asyncio.run(run())
    assert voice.said == list(lines(SORRY, "en").values()) and voice.said[0] == "Sorry, something went wrong."


def test_other_words_another_voice_or_language_are_another_folder(tmp_path: Path) -> None:
    announcements = Announcements(tmp_path / "tts.sock", tmp_path)
    other = msgspec.structs.replace(SITE, phrases={"en": says("Pardon.")})
    hoarse = msgspec.structs.replace(SORRY, voice="another")
    assert len({announcements.path(site, "en") for site in (SORRY, other, hoarse)} | {announcements.path(SORRY, "pa")}) == 4


def test_a_site_s_own_words_come_before_the_usual_ones_of_the_same_language() -> None:
    own = msgspec.structs.replace(SITE, phrases={"en": msgspec.structs.replace(PHRASES, moment="Hold on.")})
    assert lines(own, "en")["moment"] == "Hold on." and lines(own, "en")["thanks"] == usual_phrases("en", "").thanks
    for language in LANGUAGES:
        said = lines(SITE, language)
        assert all(
            said[name] == getattr(usual_phrases(language, ""), name) for name in ("moment", "sorry", "voicemail", "thanks")
        )


def test_without_a_voice_there_is_none_and_without_an_apology_only_that_is_missing(tmp_path: Path) -> None:
    voice = Voice()

    async def run() -> None:
        announcements = Announcements(tmp_path / "tts.sock", tmp_path / "said")
        await announcements.make(SORRY, "en")
        assert list(tmp_path.rglob("*.wav")) == []
        async with serve(tmp_path / "tts.sock", ToTts, voice.handle):
            await announcements.make(SITE, "en")
        assert {file.stem for file in tmp_path.rglob("*.wav")} == {"moment", "sorry", "voicemail", "thanks"}

    asyncio.run(run())
