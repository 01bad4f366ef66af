"""A site's own lines are kept as its voice says them now: by this engine, this model, and only if nothing in it is doubtful."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from core.bus import connect
from core.engines import Engines
from core.engines import Speaking as Speaks
from core.ids import CallId
from core.resample import Pcm
from core.settings import Settings
from core.sites import Site
from core.speech import FromTts, OpenSpeaking, SpeakingOpened
from media_server.phrasebook import Phrasebook
from media_server.tts.main import revision_to_be
from media_server.tts.phrases import PhraseCache
from tests.unit.ari_app.world import PHRASES, SITE
from tests.unit.media_server.tts.choir import Choir, Loading, Second, Speaking, speaking
from tests.unit.media_server.tts.test_dispatch import play

LINES = msgspec.structs.replace(PHRASES, greeting="Welcome to the shop.", apology="We are sorry.")
SHOP = msgspec.structs.replace(SITE, voice="", phrases={"en": LINES})


class House:
    """A media server's book, and a worker whose usual voice is called as one of ours."""

    def __init__(self, folder: Path, worker: Speaking) -> None:
        settings = Settings(home=folder, engines=Engines(tts="parler"))
        settings.run_dir.mkdir(exist_ok=True)
        settings.socket("tts-worker").unlink(missing_ok=True)
        settings.socket("tts-worker").symlink_to(worker.socket)
        self.worker, self.book = worker, Phrasebook(settings, PhraseCache(folder / "phrases"))

    async def called(self, site: Site = SHOP) -> None:
        """A call opens, and what was missing for it has been made."""
        told = await opened(self.worker, site)
        await self.book.prepare(site, 8000, told.lexicon, told.revision)
        while self.book._making:
            await asyncio.gather(*self.book._making.values())

    def greeting(self, site: Site = SHOP) -> Pcm | None:
        return self.book.get(site, "en", "greeting", 8000, 0)[1]


async def opened(worker: Speaking, site: Site) -> SpeakingOpened:
    async with await connect(worker.socket, FromTts) as link:
        link.send(OpenSpeaking(call_id=CallId("1"), voice=site.voice, rate=8000))
        told = await link.receive()
        assert isinstance(told, SpeakingOpened)
        return told


@asynccontextmanager
async def house(folder: Path, engine: Choir) -> AsyncIterator[House]:
    async with speaking(folder, [engine], reserve=Second()) as worker:
        yield House(folder, worker)


def test_what_another_model_said_is_made_anew_and_what_this_one_said_is_there(tmp_path: Path) -> None:
    async def asked(revision: str) -> int:
        engine = Choir("parler")
        engine.revision = revision
        async with house(tmp_path, engine) as it:
            await it.called()
            assert it.greeting() is not None
        return len(engine.begun)

    async def story() -> None:
        first = await asked("1")
        assert first > 1
        assert await asked("1") == 0
        assert await asked("2") == first

    play(story)


def test_which_model_it_will_be_is_known_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    weights = tmp_path / "mine" / "model.safetensors"
    weights.write_bytes(b"weights")

    def of(model: Path) -> str:
        speaks = Speaks(model=str(model))
        return revision_to_be("parler", Settings(home=tmp_path, engines=Engines(tts="parler"), speaking=speaks))

    first = of(weights.parent)
    assert first.startswith("mine-7-") and of(weights.parent) == first
    weights.write_bytes(b"finer weights")
    assert of(weights.parent) not in ("", first)
    assert of(tmp_path / "nowhere") == "" == revision_to_be("espeak", Settings(home=tmp_path))


def test_while_the_model_is_loaded_its_lines_are_there_already(tmp_path: Path) -> None:
    loading = Loading()

    async def story() -> None:
        async with house(tmp_path, Choir("parler")) as it:
            await it.called()
        async with speaking(tmp_path, [Choir("parler")], reserve=Second(), load=loading) as worker:
            it = House(tmp_path, worker)
            await it.called()
            assert it.greeting() is not None
            loading.done()

    play(story)


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_greeting_that_may_have_been_said_wrong_is_not_kept_and_not_tried_for_every_call(tmp_path: Path, rounds: int) -> None:
    site = msgspec.structs.replace(SHOP, phrases={"en": msgspec.structs.replace(LINES, greeting="A doubtful welcome.")})

    async def story() -> None:
        engine = Choir("parler")
        async with house(tmp_path, engine) as it:
            for _ in range(rounds):
                await it.called(site)
            assert it.greeting(site) is None and it.book.get(site, "en", "apology", 8000, 0)[1] is not None
            assert sum("doubtful" in text for text in engine.begun) == 1

    play(story)
