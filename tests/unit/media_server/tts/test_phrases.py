"""The agent's own lines are there when every engine is dead, whatever the disk does."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest

from core.bus import serve
from core.engines import Engines
from core.ids import SiteId
from core.lexicon import parse
from core.resample import Pcm
from core.settings import Settings
from core.site_form import site_of
from core.speech import ToTts
from media_server.phrasebook import Phrasebook
from media_server.tts.desk import Desk
from media_server.tts.instant import Instant
from media_server.tts.phrases import Made, PhraseCache, PhraseKey, prerender
from media_server.tts.single import Single
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.site_words import SiteLexicon
from media_server.tts.worker import Worker

APOLOGY = PhraseKey(engine="instant", voice="", language="en", text="Sorry, please hold on.", rate=8000)
SOUND: Pcm = np.arange(-8000, 8000, dtype=np.int16)


def test_what_was_put_is_there_again_in_another_life(tmp_path: Path) -> None:
    PhraseCache(tmp_path / "phrases").put(APOLOGY, SOUND)
    found = PhraseCache(tmp_path / "phrases").get(APOLOGY)
    assert found is not None and np.array_equal(found, SOUND)


@pytest.mark.parametrize("field", ["engine", "voice", "text"])
def test_another_key_is_another_phrase(tmp_path: Path, field: str) -> None:
    cache = PhraseCache(tmp_path)
    cache.put(APOLOGY, SOUND)
    assert cache.get(msgspec.structs.replace(APOLOGY, **{field: "other"})) is None
    assert cache.get(msgspec.structs.replace(APOLOGY, rate=16000)) is None
    assert cache.get(msgspec.structs.replace(APOLOGY, language="hi")) is None


@pytest.mark.parametrize("damage", [b"", b"garbage", b"HZP1", None])
def test_a_corrupt_file_is_forgotten_and_made_again(tmp_path: Path, damage: bytes | None) -> None:
    PhraseCache(tmp_path).put(APOLOGY, SOUND)
    path = tmp_path / APOLOGY.file_name
    path.write_bytes(path.read_bytes()[:-10] + b"0123456789" if damage is None else damage)
    cache = PhraseCache(tmp_path)
    assert cache.get(APOLOGY) is None and not path.exists()
    cache.put(APOLOGY, SOUND)
    assert PhraseCache(tmp_path).get(APOLOGY) is not None


def test_a_disk_that_takes_nothing_only_means_that_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "phrases").write_text("a file where the folder should be")
    cache = PhraseCache(tmp_path / "phrases")
    cache.put(APOLOGY, SOUND)
    assert cache.get(APOLOGY) is not None
    assert PhraseCache(tmp_path / "phrases").get(APOLOGY) is None


def test_disk_and_memory_are_bounded_and_the_last_phrases_stay(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path, memory_bytes=3 * SOUND.nbytes, disk_bytes=4 * SOUND.nbytes)
    keys = [msgspec.structs.replace(APOLOGY, text=str(number)) for number in range(20)]
    for key in keys:
        cache.put(key, SOUND)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4 * SOUND.nbytes
    assert cache.get(keys[-1]) is not None
    assert cache.get(keys[0]) is None


def test_two_threads_that_write_the_same_phrase_are_no_harm_to_each_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As when two calls of a site open together, and each has its greeting made."""
    long: Pcm = np.resize(SOUND, 1 << 19)
    cache = PhraseCache(tmp_path, disk_bytes=64 << 20)
    with ThreadPoolExecutor(2) as threads:
        for number in range(40):
            key = msgspec.structs.replace(APOLOGY, text=str(number))
            made, together = cache.made(key, long), threading.Barrier(2)

            def write(key: PhraseKey = key, made: Made = made, together: threading.Barrier = together) -> Made | None:
                together.wait()
                cache.store(key, made)
                return cache.read(key)

            for kept in [future.result() for future in (threads.submit(write), threads.submit(write))]:
                assert kept is not None and np.array_equal(kept.pcm, long)
    assert not caplog.records


def test_a_phrase_that_another_thread_deletes_while_room_is_made_is_no_harm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "deleted.pcm").symlink_to(tmp_path / "nowhere")  # its name is still read, and what it names is gone
    cache = PhraseCache(tmp_path)
    cache.put(APOLOGY, SOUND)
    cache.forget_files(time.time() - 1)
    assert PhraseCache(tmp_path).get(APOLOGY) is not None and not caplog.records


def test_no_unfinished_file_is_left_and_a_phrase_cannot_be_written_into(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path)
    cache.put(APOLOGY, SOUND)
    assert [path.name for path in tmp_path.iterdir()] == [APOLOGY.file_name]
    found = cache.get(APOLOGY)
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


def instance(folder: Path) -> Settings:
    return Settings(home=folder, engines=Engines(tts="instant"))


def test_phrases_are_rendered_through_the_worker_and_then_need_none(tmp_path: Path) -> None:
    settings = instance(tmp_path)
    cache = PhraseCache(tmp_path / "phrases")
    keys = [APOLOGY, msgspec.structs.replace(APOLOGY, rate=16000), msgspec.structs.replace(APOLOGY, voice="f3")]

    async def story() -> None:
        with ThreadPoolExecutor(1) as thread:
            worker = Worker([Desk("instant", thread, lambda: Single(Instant()))], FrontEnd.load().spoken)
            async with serve(settings.socket("tts-worker"), ToTts, worker.serve), asyncio.TaskGroup() as tasks:
                running = tasks.create_task(worker.run())
                await prerender(settings, cache, keys)
                running.cancel()

    asyncio.run(story())
    sounds = [cache.get(key) for key in keys]
    assert all(sound is not None and len(sound) > 0.5 * key.rate for sound, key in zip(sounds, keys, strict=True))
    asyncio.run(prerender(settings, cache, keys))  # nobody serves any more, and nobody is asked


def test_a_phrase_made_by_an_older_lexicon_is_not_what_is_said_now(tmp_path: Path) -> None:
    settings, site = instance(tmp_path), site_of({"site_id": "demo", "name": "Demo", "languages": ["en"]})
    book = Phrasebook(settings, PhraseCache(tmp_path / "phrases"))
    lexicon = SiteLexicon(parse("Sorry\tA thousand apologies\n"))

    async def lexicons(site_id: SiteId) -> SiteLexicon:
        assert site_id == site.site_id
        return lexicon

    async def made(version: str) -> Pcm | None:
        await book.prepare(site, 8000, version)
        while book._making:
            await asyncio.gather(*book._making.values())
        return book.get(site, "en", "apology", 8000, 0)[1]

    async def story() -> None:
        nonlocal lexicon
        with ThreadPoolExecutor(1) as thread:
            desk = Desk("instant", thread, lambda: Single(Instant()))
            worker = Worker([desk], FrontEnd.load().spoken, lexicons=lexicons)
            async with serve(settings.socket("tts-worker"), ToTts, worker.serve), asyncio.TaskGroup() as tasks:
                running = tasks.create_task(worker.run())
                long = await made(lexicon.version)
                assert await made("changed since the call opened") is None
                lexicon = SiteLexicon(())
                short = await made("")
                assert short is not None and long is not None and len(short) < len(long)
                running.cancel()

    asyncio.run(story())


def test_without_a_worker_nothing_is_made_and_nothing_is_raised(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path / "phrases")
    asyncio.run(prerender(instance(tmp_path), cache, [APOLOGY]))
    assert cache.get(APOLOGY) is None


def test_a_phrase_of_another_engine_is_not_taken(tmp_path: Path) -> None:
    settings = instance(tmp_path)
    cache = PhraseCache(tmp_path / "phrases")
    key = msgspec.structs.replace(APOLOGY, engine="espeak")

    async def story() -> None:
        with ThreadPoolExecutor(1) as thread:
            worker = Worker([Desk("instant", thread, lambda: Single(Instant()))], FrontEnd.load().spoken)
            async with serve(settings.socket("tts-worker"), ToTts, worker.serve):
                await prerender(settings, cache, [key])

    asyncio.run(story())
    assert cache.get(key) is None
