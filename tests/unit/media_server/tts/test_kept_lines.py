"""Lines that Asterisk plays to many: said by the site's own voice or, until that can be had, by the one that stands in."""

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest

from ari_app.announcements import Announcements, lines
from ari_app.books import Caller
from ari_app.briefing import Briefing
from core.ids import CallId
from core.resample import Pcm
from core.sites import Site
from media_server.tts.engine import EngineError, SlotEngine
from tests.unit.ari_app.world import PHRASES, SITE
from tests.unit.media_server.tts.choir import Choir, Loading, Second, Speaking, by_choir, by_reserve, speaking
from tests.unit.media_server.tts.test_dispatch import play

SHOP = msgspec.structs.replace(SITE, voice="", phrases={"en": msgspec.structs.replace(PHRASES, apology="We are sorry.")})
CALLER = Caller(CallId("1"), "+919812345678", "1000", "(ulaw)")


def heard(announcements: Announcements, site: Site = SHOP) -> dict[str, Pcm]:
    """What Asterisk would play, by the line's name."""
    return {name: sound(Path(announcements.path(site, "en")) / f"{name}.wav") for name in lines(site, "en")}


def sound(file: Path) -> Pcm:
    with wave.open(str(file)) as written:
        return np.frombuffer(written.readframes(written.getnframes()), np.int16)


def are_by_choir(sounds: dict[str, Pcm]) -> bool:
    return all(by_choir(pcm) > 0.1 and by_reserve(pcm) == 0 for pcm in sounds.values())


def are_by_reserve(sounds: dict[str, Pcm]) -> bool:
    return all(by_reserve(pcm) > 0.9 and by_choir(pcm) == 0 for pcm in sounds.values())


def said_by(worker: Speaking, folder: Path) -> Announcements:
    return Announcements(worker.socket, folder / "said")


async def there(worker: Speaking, announcements: Announcements) -> None:
    """Wait until Asterisk has something to play for each line."""
    while not all((Path(announcements.path(SHOP, "en")) / f"{name}.wav").exists() for name in lines(SHOP, "en")):
        await worker.settle()


@asynccontextmanager
async def shop(folder: Path, choir: Choir, second: Second | None = None) -> AsyncIterator[Announcements]:
    async with speaking(folder, [choir], reserve=second or Second()) as worker:
        yield said_by(worker, folder)


def test_while_the_voice_is_loaded_another_says_them_and_then_they_are_made_anew(tmp_path: Path) -> None:
    loading = Loading()

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=loading) as worker:
            announcements = said_by(worker, tmp_path)
            making = asyncio.create_task(announcements.make(SHOP, "en", patience_s=60))
            await there(worker, announcements)
            assert are_by_reserve(heard(announcements)), "this caller hears something"
            loading.done()
            await making
            assert are_by_choir(heard(announcements)), "and no later one the voice that stood in"

    play(story)


def test_who_had_no_patience_leaves_what_was_there_and_a_later_call_has_them_made_anew(tmp_path: Path) -> None:
    loading = Loading()

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=loading) as worker:
            announcements = said_by(worker, tmp_path)
            await announcements.make(SHOP, "en", any_voice=True)
            await announcements.make(SHOP, "en", patience_s=0.3)
            assert are_by_reserve(heard(announcements))
            loading.done()
            await announcements.make(SHOP, "en", patience_s=60)
            assert are_by_choir(heard(announcements))

    play(story)


def test_a_voice_that_cannot_start_leaves_what_was_said_by_it_before(tmp_path: Path) -> None:
    other = msgspec.structs.replace(SHOP, voice="beside:Divya")
    broken = False

    def load(engine: SlotEngine) -> SlotEngine:
        if broken and engine.name == "beside":
            raise EngineError("no such checkpoint")
        return engine

    async def made() -> Announcements:
        async with speaking(tmp_path, [Choir(), Choir("beside")], reserve=Second(), load=load) as worker:
            await asyncio.gather(*(desk.tried.wait() for desk in worker.desks))
            announcements = said_by(worker, tmp_path)
            await announcements.make(other, "en")
            return announcements

    assert are_by_choir(heard(asyncio.run(made()), other))
    broken = True
    assert are_by_choir(heard(asyncio.run(made()), other))


def test_a_voice_that_cannot_start_is_not_asked_in_vain_at_every_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def load(engine: SlotEngine) -> SlotEngine:
        raise EngineError("no such checkpoint")

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=load) as worker:
            await worker.desks[0].tried.wait()
            announcements = said_by(worker, tmp_path)
            caplog.clear()
            for _ in range(2):
                await announcements.make(SHOP, "en")
                assert are_by_reserve(heard(announcements))
        assert not [record.message for record in caplog.records if record.message == "! lines not made"]

    play(story)


def test_another_model_or_engine_says_them_anew_and_the_same_one_is_not_asked_again(tmp_path: Path) -> None:
    async def made(choir: Choir) -> int:
        async with shop(tmp_path, choir) as announcements:
            await announcements.make(SHOP, "en")
            assert are_by_choir(heard(announcements))
        return len(choir.begun)

    async def story() -> None:
        first, again, newer, other = Choir(), Choir(), Choir(), Choir("orchestra")
        newer.revision = "2"
        assert await made(first) >= len(lines(SHOP, "en"))
        assert await made(again) == 0
        assert await made(newer) == await made(other) == len(first.begun)
        folder = next((tmp_path / "said").iterdir())
        assert len(list(folder.iterdir())) == 2 * len(lines(SHOP, "en")), "nothing is left of the older ones"

    play(story)


def test_they_take_no_slot_from_a_caller_who_waits(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir(slots=1)
        async with speaking(tmp_path, [choir], reserve=Second(), late_s=60) as worker:
            talking, waiting = await worker.call(), await worker.call()
            choir.hold()
            talking.ask("this takes all there is")
            await choir.asked.wait()
            announcements = said_by(worker, tmp_path)
            making = asyncio.create_task(announcements.make(SHOP, "en"))
            await there(worker, announcements)
            waiting.ask("a caller who came later")
            await worker.settle()
            choir.steps.release(1 << 20)
            await making
            assert choir.begun[:2] == ["this takes all there is", "a caller who came later"]
            assert are_by_choir(heard(announcements))

    play(story)


def test_a_line_that_may_have_been_said_wrong_is_not_kept_and_not_asked_for_again(tmp_path: Path) -> None:
    doubted = {"en": msgspec.structs.replace(PHRASES, apology="A doubtful apology.")}
    site = msgspec.structs.replace(SHOP, phrases=doubted)

    async def story() -> None:
        choir = Choir()
        async with shop(tmp_path, choir) as announcements:
            for _ in range(2):
                await announcements.make(site, "en")
                sounds = heard(announcements, site)
                assert are_by_reserve({"apology": sounds.pop("apology")}) and are_by_choir(sounds)
            assert sum("doubtful" in text for text in choir.begun) == 1

    play(story)


def test_a_caller_whom_the_agent_does_not_take_waits_for_no_better_voice(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        choir.hold()
        async with shop(tmp_path, choir) as announcements:
            await announcements.make(SHOP, "en", any_voice=True)
            assert are_by_reserve(heard(announcements)) and not choir.begun
            choir.steps.release(1 << 20)

    play(story)


def test_the_general_briefing_is_made_anew_and_a_call_s_own_is_said_at_once(tmp_path: Path) -> None:
    loading = Loading()

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=loading) as worker:
            briefing = Briefing(worker.socket, tmp_path / "briefings")
            own, general = Path(f"{briefing.path(CALLER.call_id)}.wav"), Path(f"{briefing.general(SHOP)}.wav")
            making = asyncio.create_task(briefing.make(CALLER, SHOP, "Asked for a refund."))
            while not general.exists():
                await worker.settle()
            assert are_by_reserve({"own": sound(own), "general": sound(general)})
            loading.done()
            await making
            assert are_by_reserve({"own": sound(own)}) and are_by_choir({"general": sound(general)})

    play(story)


@pytest.mark.parametrize("voice", ["Rohit", "Divya"])
def test_who_stands_in_has_a_voice_of_the_same_gender(tmp_path: Path, voice: str) -> None:
    async def story() -> None:
        second = Second()
        async with shop(tmp_path, Choir(), second) as announcements:
            await announcements.make(msgspec.structs.replace(SHOP, voice=voice), "en", any_voice=True)
        assert {spoken_by for _, spoken_by in second.said} == {"male" if voice == "Rohit" else "female"}

    play(story)
